// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A convolution with 32-bit weights and 64-bit sums (README.md, Wide convolution): the few small
// matrices of a WaveNet where precision is worth more than cycles.
#ifndef WIDE_H
#define WIDE_H

#include "blob.h"
#include "layer.h"

#define WIDE_TAPS_MAX 32
// Frames that run at once.
#define WIDE_CHUNK 48

struct wide {
    const int32_t *weights; // outputs x inputs x taps, Qf
    int32_t *bias;          // outputs
    int32_t *heard; // inputs x (taps - 1 + WIDE_CHUNK), the oldest first; unused with one tap
    uint16_t inputs, outputs, taps, fraction;
    uint16_t in_channels, out_channels; // of the tiles: even, or 1
    uint8_t saturates;                  // whether a sum may be more than a word
};

// A wide convolution as a blob has it.
struct wide_view {
    uint16_t inputs, outputs, taps, fraction;
    const uint8_t *weights, *bias;
    uint8_t saturates; // as in struct wide
};

// Takes the tensors of a convolution whose sizes are set; checks sizes and proves its sums. Adds
// what `wide_load` takes to `arena_bytes`.
enum engine_status wide_read(struct wide_view *view, struct blob_cursor *cursor,
                             uint32_t *arena_bytes);

// Builds a checked convolution; 0 when the arena is too small.
int wide_load(struct wide *wide, const struct wide_view *view, struct layer_arena *arena);

// Adds to the outputs, which still are words.
void wide_raise(struct wide *wide, const int32_t *by);

// Sets the past to zeros.
void wide_reset(struct wide *wide);

// Largest |output| for inputs up to `inputs`, at most 2^31 each; of a checked convolution.
void wide_bounds(const struct wide_view *view, const uint64_t *inputs, uint64_t *outputs);

// What the sums of an output begin with: its bias and half a unit.
static inline int64_t wide_start(const struct wide *wide, uint32_t output) {
    const int64_t twice = 2 * (int64_t)wide->bias[output] + 1;
    return (int64_t)((uint64_t)twice << (wide->fraction - 1));
}

// At most WIDE_CHUNK frames, in and out in tiles (tile.h); all frames of the last tile are written.
// Only an output that is alone may saturate: others are proved (wavenet_blob.c).
void wide_process(struct wide *wide, const int32_t *in, int32_t *out, uint32_t frames);

#endif
