// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The models there are: blobs one after another, each at a multiple of 8, in one or more regions of
// memory that can be read like RAM.
#ifndef BANK_H
#define BANK_H

#include <stddef.h>
#include <stdint.h>

#define BANK_SLOTS 16

struct bank {
    struct {
        const uint8_t *blob;
        size_t bytes;
    } slots[BANK_SLOTS];
    uint32_t count;
};

void bank_start(struct bank *bank);

// Adds the blobs that begin at `start`, up to the first place where none begins. A blob is taken as
// it says of itself; the engine checks it when it is loaded.
void bank_add(struct bank *bank, const void *start, size_t bytes);

#endif
