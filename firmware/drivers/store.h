// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A flash chip that keeps models: read like memory, written by sectors.
//
// Reading and writing exclude each other: while a call below runs, nothing may read the memory, and
// the audio path never does.
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_SECTOR 4096u

// Makes the chip readable at store_memory(). Returns NULL, or in words what failed; nothing may be
// read or written then.
const char *store_open(void);

// The first byte; everything is 0xFF where nothing was written.
const uint8_t *store_memory(void);

// Erases the sector that `offset` lies in: at most 0.4 s. False when the chip does not finish or
// something else than 0xFF remains.
bool store_erase(uint32_t offset);

// Writes `count` bytes at `offset`, on erased sectors, and reads them back. False when they differ.
bool store_write(uint32_t offset, const uint8_t *bytes, size_t count);

#endif
