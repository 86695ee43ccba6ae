// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What LSTM and GRU share: the record and its proof, the matrix in the arena, knobs, rest state.
#ifndef RECURRENT_H
#define RECURRENT_H

#include "layer.h"
#include "matvec.h"

struct recurrent {
    struct layer layer;
    uint32_t gates;       // 4: LSTM, 3: GRU
    uint32_t hidden;      // units
    uint32_t inputs;      // columns that the layer below fills; 0 in the first layer
    uint32_t knobs;       // of the first layer
    uint32_t cell_shift;  // s of an LSTM
    struct matvec matrix; // rows unit-major: unit * gates + gate; columns inputs + hidden
    struct matvec below;  // GRU in a stack: the input's part of n, rows = units, columns = inputs
    int32_t *v;           // pre-activations of the matrix
    int16_t *vector;      // what the matrix reads: inputs, then hidden, Q15
    int32_t *state;       // hidden: LSTM cell, GRU h30
    uint8_t *error;       // hidden: e, what rounding to Q15 left
    int32_t *n_bias;      // GRU: hidden, Q23; the bias of a_n, or in a stack a_n itself
    int32_t *n_input;     // GRU: hidden, Q24
    const int32_t *bias;  // the blob's, without the knobs' part; (gates + (GRU: 1)) x hidden
    const int32_t *knob;  // rows x knobs
    const int32_t *rest_state;
    const int16_t *rest_hidden;
    const uint8_t *rest_error;
    int32_t *wide;   // LAYER_CHUNK x hidden
    int16_t *narrow; // LAYER_CHUNK x hidden
};

enum engine_status recurrent_check(const struct blob_record *record, struct layer_chain *chain,
                                   uint32_t gates);
struct layer *recurrent_load(const struct blob_record *record, const struct layer_chain *chain,
                             struct layer_arena *arena, uint32_t gates);
void recurrent_reset(struct layer *layer);
void recurrent_set_knobs(struct layer *layer, const int32_t *knobs);
int recurrent_unit(const struct layer *layer, uint32_t unit, struct engine_unit *found);

// Puts the layer below's Q15 outputs of one frame where the matrix reads them.
static inline void recurrent_feed(const struct recurrent *r, const int16_t *below) {
    for (uint32_t i = 0; i < r->inputs; i++)
        r->vector[i] = below[i];
}

// Gives a frame's Q15 state to the layer above.
static inline void recurrent_give(const struct recurrent *r, uint32_t frame) {
    for (uint32_t i = 0; i < r->hidden; i++)
        r->narrow[frame * r->hidden + i] = r->vector[r->inputs + i];
}

#endif
