// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A WaveNet record as the blob has it (WAVENET.md, Record): what its check and its load both read.
#ifndef WAVENET_H
#define WAVENET_H

#include "blob.h"
#include "layer.h"
#include "tile.h"
#include "wide.h"

#define WAVENET_ARRAYS_MAX   4
#define WAVENET_LAYERS_MAX   48
#define WAVENET_CHANNELS_MAX 32
#define WAVENET_SHIFT_MAX    16
// Bits of the remainder that a 16-bit history feeds back.
#define WAVENET_FEEDBACK_BITS 6

// The arena's share of an array's and a layer's struct.
#define WAVENET_ARRAY_BYTES 128
#define WAVENET_LAYER_BYTES 160

enum wavenet_history { WAVENET_HISTORY_16 = 1, WAVENET_HISTORY_32 = 2 };

enum wavenet_activation {
    WAVENET_LINEAR,
    WAVENET_LEAKY,
    WAVENET_TANH,
    WAVENET_SIGMOID,
    WAVENET_SILU,
    WAVENET_ACTIVATIONS
};

struct wavenet_array_view {
    uint16_t channels, bottleneck, layers;
    struct wide_view rechannel, head; // the head is read after the layers
    const uint8_t *start;
};

struct wavenet_layer_view {
    uint16_t taps, dilation, rows, activation, gated, history, shift, matrix;
    const uint8_t *history_scale, *weights, *scale, *mixin, *bias, *slope, *head_scale;
    const uint8_t *matrix_weights, *matrix_scale, *matrix_bias;
};

// Each reads the next part of a record, checks it and proves its sums, and adds what its load takes
// to `arena_bytes`.
enum engine_status wavenet_read_array(struct wavenet_array_view *array, struct blob_cursor *cursor,
                                      uint32_t *arena_bytes);
enum engine_status wavenet_read_layer(struct wavenet_layer_view *layer,
                                      const struct wavenet_array_view *array,
                                      struct blob_cursor *cursor, uint32_t *arena_bytes);
enum engine_status wavenet_read_head(struct wavenet_array_view *array, struct blob_cursor *cursor,
                                     uint32_t *arena_bytes);

// Frames of a layer's ring, without the mirrored ones.
uint32_t wavenet_ring_frames(const struct wavenet_layer_view *layer);

// The whole record; `widest` is what the work buffers must hold a frame.
enum engine_status wavenet_check(const struct blob_record *record, struct layer_chain *chain);
enum engine_status wavenet_measure(const struct blob_record *record, uint32_t *widest,
                                   uint32_t *arena_bytes);

extern const struct layer_kind wavenet_kind;

#endif
