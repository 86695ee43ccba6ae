// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What a kind of layer is to the engine. A new kind is one file that defines a layer_kind, and one
// row in layers.c.
#ifndef LAYER_H
#define LAYER_H

#include <stddef.h>
#include <stdint.h>

#include "blob.h"
#include "engine.h"
#include "sigmoid_table.h"

// A layer computes at most so many samples before the next layer reads them. Larger blocks only
// cost RAM: 16 already hides the calls.
#define LAYER_CHUNK 16
// The most that any kind takes at once.
#define LAYER_CHUNK_MAX 48

// Words behind `wide` that a kernel may read ahead.
#define LAYER_AHEAD 3

// Histories of one model: those of the largest WaveNet.
#define LAYER_HISTORIES_MAX 192

// Limits of inputs, outputs and layers in a row.
#define LAYER_WIDTH_MAX     64
#define LAYER_RECURRENT_MAX 3
#define LAYER_DENSE_MAX     3

// What goes from layer to layer, frames x width.
struct layer_signal {
    const int32_t *wide; // Q23
    // As the matrix of a recurrent layer above reads it, in the blob's state format, each frame
    // from a word on; NULL where the layer is not recurrent.
    const void *state;
};

// The layers so far, as the check and the load walk along them.
struct layer_chain {
    uint32_t index;        // of the layer at hand
    uint32_t layers;       // of the model
    uint32_t knobs;        // of the model
    uint32_t width;        // outputs of the layer below, 1 for the audio
    uint32_t recurrent;    // recurrent layers below
    uint32_t next;         // kind of the layer above, 0 for none; when loading
    uint32_t dense;        // dense layers below
    uint32_t state;        // state format of the recurrent layers below
    uint64_t bound;        // largest |wide| of the layer below, Q23
    uint32_t arena_bytes;  // so far, histories included
    uint32_t reads_chords; // 1: a layer reads the table of chords
    // When loading: chord 0 of the table, NULL where no layer reads it.
    const struct sigmoid_chord *chords;
    uint32_t histories; // so far
    uint32_t history_bytes[LAYER_HISTORIES_MAX];
};

// What is left of a region of the caller's memory.
struct layer_region {
    unsigned char *at;
    size_t left;
};

// Adds a history of so many bytes, a multiple of 8, to what the check has found so far; 0 when
// there are too many. It is part of arena_bytes as well.
int layer_add_history(struct layer_chain *chain, uint32_t bytes);

struct layer_arena {
    struct layer_region fast, slow;
    size_t longest_fast; // histories of more bytes go to the slow region
};

struct layer;

struct layer_kind {
    uint16_t kind;  // the blob's number
    uint16_t chunk; // frames that it takes at once, LAYER_CHUNK or, alone in a model, more
    // Checks a record against the limits and proves its sums; moves the chain on.
    enum engine_status (*check)(const struct blob_record *record, struct layer_chain *chain);
    // Builds the layer of a checked record; NULL when the arena is too small.
    struct layer *(*load)(const struct blob_record *record, const struct layer_chain *chain,
                          struct layer_arena *arena);
    // Sets the state to the rest state.
    void (*reset)(struct layer *layer);
    // Folds ENGINE_KNOBS_MAX knobs (Q15) into the biases; NULL for kinds without knobs.
    void (*set_knobs)(struct layer *layer, const int32_t *knobs);
    // Reads a unit, as engine_unit does; NULL for kinds without units.
    int (*unit)(const struct layer *layer, uint32_t unit, struct engine_unit *found);
    // Computes up to `chunk` frames into layer->out.
    void (*process)(struct layer *layer, const struct layer_signal *in, uint32_t frames);
};

// The first member of every layer's own struct.
struct layer {
    const struct layer_kind *kind;
    struct layer_signal out; // LAYER_CHUNK frames, in the arena
};

extern const struct layer_kind lstm_kind, gru_kind, dense_kind, fir_kind;

// The kind of that number, or NULL.
const struct layer_kind *layer_find(uint16_t kind);

// The next `bytes` of the fast region, all 0, on an 8-byte boundary (two words that a Cortex-M7
// loads at once); NULL when they are not there.
void *layer_take(struct layer_arena *arena, size_t bytes);

// The same for a history, which a layer reads in long runs: of the region that its length belongs
// to.
void *layer_take_history(struct layer_arena *arena, size_t bytes);

// The arena's share of one layer beyond its tensors: its struct and the gaps of alignment. The
// converter uses the same figures (README.md, Arena).
#define LAYER_ARENA_BYTES 512

static inline uint32_t layer_eights(uint32_t count) {
    return (count + 7) & ~(uint32_t)7;
}

// An int32 read from a blob, as a bound.
static inline uint64_t layer_magnitude(int32_t a) {
    return a < 0 ? (uint64_t)-(int64_t)a : (uint64_t)a;
}

#endif
