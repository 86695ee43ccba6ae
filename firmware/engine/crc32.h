// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#ifndef CRC32_H
#define CRC32_H

#include <stddef.h>
#include <stdint.h>

// CRC-32 of IEEE 802.3 (as zlib's), continued over `size` more bytes; begin with 0.
uint32_t crc32_update(uint32_t crc, const uint8_t *bytes, size_t size);

#endif
