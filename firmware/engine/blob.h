// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Takes a blob apart (README.md, Blob). Bytes are read one by one, so a blob may lie at any
// alignment; every section is checked against the end of the blob before it is read.
#ifndef BLOB_H
#define BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "engine.h"

#define BLOB_HEADER_BYTES 64
#define BLOB_RECORD_BYTES 16
#define BLOB_LAYERS_MAX   6
// The record that may stand before the layers (rate.h); the header does not count it.
#define BLOB_KIND_RATE  32
#define BLOB_GOLDEN_MAX (1u << 20)

uint16_t blob_u16(const uint8_t *at);
uint32_t blob_u32(const uint8_t *at);

static inline int32_t blob_i32(const uint8_t *at) {
    return (int32_t)blob_u32(at);
}

static inline int32_t blob_i16(const uint8_t *at) {
    return (int16_t)blob_u16(at);
}

// Element i of a tensor.
static inline int32_t blob_word(const uint8_t *tensor, uint32_t i) {
    return blob_i32(tensor + (size_t)4 * i);
}

// A section of bytes that is consumed from its front.
struct blob_cursor {
    const uint8_t *at;
    uint32_t left;
};

// The next `bytes` and their zero padding to four; NULL when they are not there or the padding is
// not zero.
const uint8_t *blob_take(struct blob_cursor *cursor, uint32_t bytes);

struct blob_record {
    uint16_t kind, format, inputs, outputs;
    uint16_t own[2];            // the kind's own two fields
    struct blob_cursor tensors; // what follows the record's header
};

struct blob {
    struct engine_info info;
    int32_t skip;        // Q24
    int32_t rest_output; // Q23
    int has_rate;
    struct blob_record rate; // what has_rate says
    struct blob_record records[BLOB_LAYERS_MAX];
    const uint8_t *golden;
};

// Checks all but what is inside the layers' tensors, and fills `blob`.
enum engine_status blob_open(struct blob *blob, const void *bytes, size_t size);

#endif
