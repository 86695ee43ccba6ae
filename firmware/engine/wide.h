// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A convolution with 32-bit weights and 64-bit sums (WAVENET.md, Wide convolution): the few small
// matrices of a WaveNet where precision is worth more than cycles.
#ifndef WIDE_H
#define WIDE_H

#include "blob.h"
#include "layer.h"

#define WIDE_TAPS_MAX 32

struct wide {
    const int32_t *weights; // outputs x taps x inputs, Qf
    const int32_t *bias;    // outputs
    int32_t *heard; // (taps - 1 + LAYER_CHUNK) x inputs, the oldest first; unused with one tap
    uint16_t inputs, outputs, taps, fraction;
};

// A wide convolution as a blob has it.
struct wide_view {
    uint16_t inputs, outputs, taps, fraction;
    const uint8_t *weights, *bias;
};

// Takes the tensors of a convolution whose sizes are set; checks sizes and proves its sums. Adds
// what `wide_load` takes to `arena_bytes`.
enum engine_status wide_read(struct wide_view *view, struct blob_cursor *cursor,
                             uint32_t *arena_bytes);

// Builds a checked convolution; 0 when the arena is too small.
int wide_load(struct wide *wide, const struct wide_view *view, struct layer_arena *arena);

// Sets the past to zeros.
void wide_reset(struct wide *wide);

// frames x inputs -> frames x outputs, at most LAYER_CHUNK frames.
void wide_process(struct wide *wide, const int32_t *in, int32_t *out, uint32_t frames);

#endif
