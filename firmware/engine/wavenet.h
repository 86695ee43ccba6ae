// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A WaveNet (WAVENET.md): its record as the blob has it, which check and load both read
// (wavenet_blob.c), and the network in the arena (wavenet_load.c builds it, wavenet.c plays it).
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
    uint32_t ring_bytes;
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

// The whole record; `widest` is what the work buffers must hold a frame. The chain is told what the
// load takes; NULL: nobody asks.
enum engine_status wavenet_check(const struct blob_record *record, struct layer_chain *chain);
enum engine_status wavenet_measure(const struct blob_record *record, uint32_t *widest,
                                   struct layer_chain *chain);

// Words of a frame: an even number of channels.
static inline uint32_t wavenet_even(uint32_t count) {
    return (count + 1) & ~(uint32_t)1;
}

struct wavenet_matrix {
    struct tile tile;
    const int32_t *scale, *bias; // rows
};

struct wavenet_layer {
    struct wavenet_matrix conv, matrix; // the 1x1 has 0 rows where there is none
    const int32_t *mixin;               // rows
    const int32_t *slope;               // bottleneck, Q31; NULL unless leaky
    const int32_t *head_scale;          // bottleneck
    const int32_t *history_scale;       // channels; NULL with a history of 32 bit
    int32_t *error;                     // channels, 0..2^WAVENET_FEEDBACK_BITS - 1
    void *ring;      // (frames + TILE_FRAMES - 1) x even channels, int16 or int32
    uint32_t frames; // of the ring, without the mirrored ones
    uint32_t at;     // where the next frame goes
    uint16_t dilation;
    uint8_t activation, gated, shift;
};

struct wavenet_array {
    struct wide rechannel, head;
    const int32_t *start; // bottleneck
    struct wavenet_layer *layers;
    uint16_t count, channels, bottleneck;
};

struct wavenet {
    struct layer layer;
    uint32_t arrays;
    struct wavenet_array *array[WAVENET_ARRAYS_MAX];
    int32_t *residual[2];   // LAYER_CHUNK x channels; of this array and of the one below
    int32_t *head;          // LAYER_CHUNK x bottleneck: the head sum
    int32_t *a;             // LAYER_CHUNK x even bottleneck: activations
    int32_t *out;           // LAYER_CHUNK x head outputs
    int32_t *acc;           // rows x TILE_FRAMES
    int32_t x[LAYER_CHUNK]; // the audio, Q31
};

// Builds the network of a checked record; NULL when the arena is too small.
struct layer *wavenet_load(const struct blob_record *record, const struct layer_chain *chain,
                           struct layer_arena *arena);

extern const struct layer_kind wavenet_kind;

#endif
