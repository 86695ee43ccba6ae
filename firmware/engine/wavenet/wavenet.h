// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A WaveNet (README.md): its record as the blob has it, which check and load both read
// (wavenet_blob.c), and the network in the arena (wavenet_load.c builds it, wavenet.c plays it).
#ifndef WAVENET_H
#define WAVENET_H

#include "blob.h"
#include "layer.h"
#include "m7.h"
#include "tile.h"
#include "wavenet_function.h"
#include "wide.h"

// The record's format that this engine reads.
#define WAVENET_FORMAT 2

#define WAVENET_CHUNK        WIDE_CHUNK // frames that run at once
#define WAVENET_ARRAYS_MAX   4
#define WAVENET_LAYERS_MAX   48
#define WAVENET_CHANNELS_MAX 32
#define WAVENET_SHIFT_MAX    16
// A past of up to so many frames is kept in front of the chunk, a longer one in a ring.
#define WAVENET_SLIDE_MAX 48
// Rings of up to so many channels, and with a longer past, mirror a whole chunk, so that a chunk
// never wraps.
#define WAVENET_NARROW_MAX 4
// Bits of the remainder that a 16-bit history feeds back.
#define WAVENET_FEEDBACK_BITS 6
// A leaky activation with this lift is neither lifted nor lowered.
#define WAVENET_LIFT_ONE       8
#define WAVENET_LIFT_MAX       15
#define WAVENET_COPY_SHIFT_MAX 7

// The arena's share of an array's and a layer's struct.
#define WAVENET_ARRAY_BYTES 128
#define WAVENET_LAYER_BYTES 104
#define WAVENET_HEADS_BYTES 16

// FULL: of 32 bits, and the weights of the convolution have as many.
enum wavenet_history {
    WAVENET_HISTORY_16 = 1,
    WAVENET_HISTORY_32,
    WAVENET_HISTORY_AUDIO,
    WAVENET_HISTORY_FULL
};

enum wavenet_activation {
    WAVENET_LINEAR,
    WAVENET_LEAKY,
    WAVENET_TANH,
    WAVENET_SIGMOID,
    WAVENET_SILU,
    // Of the record's functions the first one; those after it have the next numbers.
    WAVENET_FUNCTION
};

// How the 1x1 reads the activations: the upper 16 bits, or all 32; or they replace the residual; or
// the weights have 32 bits, too, and the residual saturates.
enum wavenet_matrix_format {
    WAVENET_MATRIX_NONE,
    WAVENET_MATRIX_16,
    WAVENET_MATRIX_32,
    WAVENET_MATRIX_COPY,
    WAVENET_MATRIX_FULL
};

// Beside any of them, a 1x1 to the head sum; it reads 16 bits where the other one does.
#define WAVENET_MATRIX_HEAD 0x80

struct wavenet_array_view {
    uint16_t channels, bottleneck, layers;
    struct wide_view rechannel, head; // the head is read after the layers
    const uint8_t *start;
    const struct wavenet_functions *functions; // of the record, set before the array is read
};

struct wavenet_layer_view {
    uint16_t taps, dilation, rows, activation, gated, history, shift, matrix, copy_shift,
        head_matrix, lift;
    uint16_t heard; // channels of the history
    uint32_t ring_bytes;
    const uint8_t *history_scale, *weights, *bias, *mixin, *scale, *slope, *head_scale;
    const uint8_t *matrix_weights, *matrix_bias, *matrix_scale;
    const uint8_t *head_weights, *head_bias, *head_matrix_scale;
};

// Largest |residual| and |head sum| so far, which the record's proof walks along.
struct wavenet_bounds {
    uint64_t residual[WAVENET_CHANNELS_MAX], head[WAVENET_CHANNELS_MAX];
};

// Each reads the next part of a record, checks it and proves its sums, and adds what its load takes
// to `arena_bytes`. The load, which needs no proof, gives NULL for `bounds`.
enum engine_status wavenet_read_array(struct wavenet_array_view *array, struct blob_cursor *cursor,
                                      uint32_t *arena_bytes, struct wavenet_bounds *bounds);
enum engine_status wavenet_read_layer(struct wavenet_layer_view *layer,
                                      const struct wavenet_array_view *array,
                                      struct blob_cursor *cursor, uint32_t *arena_bytes,
                                      struct wavenet_bounds *bounds);
enum engine_status wavenet_read_head(struct wavenet_array_view *array, struct blob_cursor *cursor,
                                     uint32_t *arena_bytes, struct wavenet_bounds *bounds);

// Proves the sums of a layer and moves the bounds on; 0: one may leave its word.
int wavenet_layer_proved(const struct wavenet_layer_view *layer,
                         const struct wavenet_array_view *array, struct wavenet_bounds *bounds);

// Whether the sums of a layer are scaled before its activation.
static inline int wavenet_scaled(uint32_t activation, uint32_t gated) {
    return gated || (activation != WAVENET_LINEAR && activation != WAVENET_LEAKY);
}

// Whether its activations are the table's own words, 0 and above.
static inline int wavenet_from_table(uint32_t activation, uint32_t gated) {
    return !gated && (activation == WAVENET_TANH || activation == WAVENET_SIGMOID);
}

// Frames of a layer's ring, without the mirrored ones: what it looks back and a chunk; those.
uint32_t wavenet_ring_frames(const struct wavenet_layer_view *layer);
uint32_t wavenet_ring_mirrored(const struct wavenet_layer_view *layer, uint32_t channels);

// The whole record; `widest` is what the work buffers must hold a frame. The chain is told what the
// load takes; NULL: nobody asks, and nothing is proved.
enum engine_status wavenet_check(const struct blob_record *record, struct layer_chain *chain);
enum engine_status wavenet_measure(const struct blob_record *record, uint32_t *widest,
                                   struct layer_chain *chain);

// Bits at which the steep part of a leaky activation saturates: both ways or, gated, above 0.
static inline uint32_t wavenet_high(uint32_t lift) {
    return lift > WAVENET_LIFT_ONE ? 30 + WAVENET_LIFT_ONE - lift : 30 - WAVENET_LIFT_ONE + lift;
}

// By so many bits a 1x1 of 16 bits reads activations lower.
static inline uint32_t wavenet_upper(uint32_t lift) {
    return lift > WAVENET_LIFT_ONE ? 16 + WAVENET_LIFT_ONE - lift : 16;
}

// Rows and channels come in pairs.
static inline uint32_t wavenet_even(uint32_t count) {
    return (count + 1) & ~(uint32_t)1;
}

// The parameters of a pair of rows lie in one stream, in the order in which they are used: bias and
// mixin of each row; the weights as struct tile has them; scale, slope and head scale of each row.
#define WAVENET_ROWS_FRONT 4
#define WAVENET_ROWS_BACK  6
enum { WAVENET_SCALE, WAVENET_SLOPE, WAVENET_HEAD };

// Those of a pair of channels of a 1x1: both biases; the weights; of each channel the scale and,
// for the history of 16 bits that is written behind it and that the next layer reads, the scale and
// the remainder, 0..2^WAVENET_FEEDBACK_BITS - 1.
#define WAVENET_CHANNELS_FRONT 2
#define WAVENET_CHANNELS_BACK  6
enum { WAVENET_STEP, WAVENET_HISTORY, WAVENET_ERROR };

// A stream of `pairs` blocks.
struct wavenet_stream {
    int32_t *words;
    uint16_t pairs, columns; // pairs of rows; pairs of columns, or columns of 32-bit weights
    uint8_t kernel;          // of a 1x1 and the history behind it, 0: the C (wavenet_m7.c)
    uint16_t bits;           // of a copy: the upper 16 of those that |R| may have
};

// Where the Cortex-M7's code for a layer's rows begins, ends and goes on, and what a gated row goes
// through on the way; NULL without any.
struct wavenet_rows_code {
    const uint8_t *chain, *tail, *scaled, *inner;
};

struct wavenet_ring {
    void *words;       // (frames + mirrored) x even channels, int16 or int32
    uint32_t frames;   // without the mirrored ones
    uint32_t at;       // where the next chunk goes
    uint32_t past;     // frames before a chunk that it reads
    uint32_t channels; // even
    uint8_t wide;      // int32
    uint8_t shift;     // of a wide one
    uint16_t mirrored; // frames: those of a tile but one, or of a chunk
};

struct wavenet_layer {
    struct wavenet_ring ring;
    struct wavenet_stream rows;     // taps x channels
    struct wavenet_stream channels; // bottleneck, or none without a 1x1
    uint16_t taps, dilation;
    uint8_t activation, gated, lift, matrix_format, copy_shift, full;
    uint8_t of_audio;        // the history holds the audio, and that half a dilation before
    uint8_t full_rows;       // the convolution has weights of 32 bits, each a column of the stream
    const int32_t *function; // WAVENET_FUNCTION: its words
    // A 1x1 to the head sum, as `channels` is one to the residual; NULL for none.
    const struct wavenet_stream *heads;
    // Where the residual is replaced, `channels`, which has no columns, but biases and scales. Of a
    // 1x1 that is `full`, of WAVENET_MATRIX_FULL, blocks of a pair of channels: both biases, and
    // both weights of each column. Else NULL.
    int32_t *copy;
#if ENGINE_M7
    struct wavenet_rows_code code;
#endif
};

struct wavenet_array {
    struct wide rechannel, head;
    const int32_t *start; // bottleneck; of a later array it is in the bias of the head below
    struct wavenet_layer *layers;
    struct wavenet_stream entry; // without weights; the first layer's history
    uint16_t count, channels, bottleneck;
    uint16_t narrow; // whether wavenet_array_run plays it
};

// The buffers of a chunk are in tiles (tile.h).
struct wavenet {
    struct layer layer;
    uint32_t arrays;
    struct wavenet_array *array[WAVENET_ARRAYS_MAX];
    int32_t *residual[2]; // even channels; of this array and of the one below
    int32_t *head;        // even bottleneck: the head sum; the next array's is in `out`
    int32_t *a;           // even bottleneck: activations, of a layer that is `full` shifted; or
                          // pairs of their upper halves
    int32_t *out;         // head outputs, even but for the last one
    int32_t *acc;         // even rows x TILE_FRAMES
    const struct sigmoid_chord *chords; // NULL where no layer reads them
    int32_t x[WAVENET_CHUNK];           // the audio, Q31
};

// Builds the network of a checked record; NULL when the arena is too small.
struct layer *wavenet_load(const struct blob_record *record, const struct layer_chain *chain,
                           struct layer_arena *arena);

// Words of a block of a stream.
static inline uint32_t wavenet_row_words(const struct wavenet_stream *stream) {
    return WAVENET_ROWS_FRONT + 2u * stream->columns + WAVENET_ROWS_BACK;
}

static inline uint32_t wavenet_channel_words(const struct wavenet_stream *stream) {
    return WAVENET_CHANNELS_FRONT + 2u * stream->columns + WAVENET_CHANNELS_BACK;
}

// Words of a block of a 1x1 of 32-bit weights.
static inline uint32_t wavenet_full_words(uint32_t bottleneck) {
    return 2 + 2 * wavenet_even(bottleneck);
}

// Where a row of `bottleneck` gated ones is in its stream, whose pairs are a row and its gate; 0:
// they are not gated.
static inline uint32_t wavenet_row_at(uint32_t row, uint32_t bottleneck) {
    if (bottleneck == 0)
        return row;
    return row < bottleneck ? 2 * row : 2 * (row - bottleneck) + 1;
}

// Bias and mixin of a row; its bias alone.
static inline int32_t *wavenet_row_front(const struct wavenet_stream *stream, uint32_t row) {
    return stream->words + row / 2 * wavenet_row_words(stream) + (row & 1) * 2;
}

static inline int32_t *wavenet_channel_front(const struct wavenet_stream *stream, uint32_t row) {
    return stream->words + row / 2 * wavenet_channel_words(stream) + (row & 1);
}

// What is behind the weights of a row.
static inline int32_t *wavenet_row_back(const struct wavenet_stream *stream, uint32_t row) {
    return stream->words + (row / 2 + 1) * wavenet_row_words(stream) - (row & 1 ? 3 : 6);
}

static inline int32_t *wavenet_channel_back(const struct wavenet_stream *stream, uint32_t row) {
    return stream->words + (row / 2 + 1) * wavenet_channel_words(stream) - (row & 1 ? 3 : 6);
}

// Mirrors the first frames of a ring behind the last, so that no tile wraps. `frames` are new.
void wavenet_mirror_first(const struct wavenet_ring *ring);
static inline void wavenet_mirror(const struct wavenet_ring *ring, uint32_t frames) {
    if (ring->at < TILE_FRAMES - 1 || ring->at + frames > ring->frames)
        wavenet_mirror_first(ring);
}

// Activations and head sum of the tile from `frame` on, from the sums in net->acc.
void wavenet_activate(struct wavenet *net, const struct wavenet_layer *layer, uint32_t bottleneck,
                      uint32_t frame);

// Adds a 1x1 of 32-bit weights to a chunk of the residual.
void wavenet_add_full(const struct wavenet *net, const struct wavenet_layer *layer,
                      const struct wavenet_array *array, int32_t *residual, uint32_t frames);

// That, or puts a chunk's activations in the place of the residual, as far as anybody reads it. Of
// so many frames as it returns the history `next`, if there is one, is written.
uint32_t wavenet_copy(const struct wavenet *net, const struct wavenet_layer *layer,
                      const struct wavenet_array *array, const struct wavenet_ring *next,
                      int32_t *residual, uint32_t frames);

// Moves on behind the chunk. A short past is copied to the beginning rather than wrapped around, so
// that a chunk is one run of tiles.
void wavenet_advance(struct wavenet_ring *ring, uint32_t frames);

extern const struct layer_kind wavenet_kind;

#endif
