// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The models there are: those of the image, then those of the store.
#ifndef BANK_H
#define BANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cold.h"

#define BANK_IMAGE_SLOT   128 // number of the image's first model; those of the store are below it
#define BANK_IMAGE_MODELS 8
#define BANK_STORE_MODELS 16
#define BANK_MODELS       (BANK_IMAGE_MODELS + BANK_STORE_MODELS)
#define BANK_NO_SLOT      255

struct bank_model {
    const uint8_t *blob; // can be read like RAM
    size_t bytes;
    uint32_t crc; // CRC-32 of all bytes
    uint8_t slot;
};

struct bank {
    struct bank_model models[BANK_MODELS];
    uint32_t count;
};

// Empties the bank.
COLD void bank_start(struct bank *bank);

// Adds the image's models: blobs one after another from `start` on, each at a multiple of 8, up to
// the first place where none begins. A blob is taken as it says of itself; the engine checks it
// when it is loaded.
COLD void bank_add_image(struct bank *bank, const void *start, size_t bytes);

// Adds one model of the store.
COLD void bank_add(struct bank *bank, uint8_t slot, const uint8_t *blob, size_t bytes,
                   uint32_t crc);

// The name in a blob's metadata, not ended by a zero; NULL when it has none. The blob may hold
// anything.
COLD const char *bank_name(const uint8_t *blob, size_t bytes, size_t *name_bytes);

// The place of that slot in `models`; false when it is empty.
COLD bool bank_find(const struct bank *bank, uint8_t slot, uint32_t *index);

#endif
