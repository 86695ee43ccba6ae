// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What LSTM and GRU share: the record and its proof, the matrix in the arena, knobs, rest state.
#ifndef RECURRENT_H
#define RECURRENT_H

#include "fixed.h"
#include "layer.h"
#include "matvec.h"

enum { RECURRENT_STATE_16 = 1, RECURRENT_STATE_32 = 2 };

// Rows in a block of the matrix: two units.
//   LSTM: i f g o, i f g o      GRU: z r u, z r u, a, a
// where u and a are the state's and the input's part of n: in this way n's sum of two products
// scaled apart needs no matrix of its own.
struct recurrent {
    struct layer layer;
    uint32_t gates;      // in the blob: 4: LSTM, 3: GRU
    uint32_t hidden;     // units
    uint32_t inputs;     // of a stacked layer; 0 in the first layer
    uint32_t offset;     // columns in front of the hidden ones: the inputs, rounded up to even
    uint32_t knobs;      // of the first layer
    uint32_t cell_shift; // s of an LSTM
    uint32_t stacked;    // 1: there is a recurrent layer below or above
    uint32_t format;     // of the state: RECURRENT_STATE_16, RECURRENT_STATE_32
    struct matvec matrix;
    const struct sigmoid_chord *chords;
    int32_t *v;   // pre-activations of the matrix
    void *vector; // what the matrix reads: inputs, then hidden; int16 Q15 or int32 Q31

    const int32_t *bias; // the blob's, without the knobs' part
    const int32_t *knob; // rows x knobs
    const int32_t *rest_state;
    const int32_t *rest_hidden;
    const uint8_t *rest_error;
    int32_t *wide; // LAYER_CHUNK x hidden, and room for one more
    void *given; // LAYER_CHUNK frames of the state, for a layer above; an odd number of halves with
                 // one more
};

enum engine_status recurrent_check(const struct blob_record *record, struct layer_chain *chain,
                                   uint32_t gates);
struct layer *recurrent_load(const struct blob_record *record, const struct layer_chain *chain,
                             struct layer_arena *arena, uint32_t gates);
void recurrent_reset(struct layer *layer);
void recurrent_set_knobs(struct layer *layer, const int32_t *knobs);
int recurrent_unit(const struct layer *layer, uint32_t unit, struct engine_unit *found);

// Puts a frame of the layer below where the matrix reads it.
void recurrent_feed(const struct recurrent *r, const struct layer_signal *in, uint32_t frame);

// Gives a frame's state to the layer above.
void recurrent_give(const struct recurrent *r, uint32_t frame);

// One sample: the units' new state from the pre-activations r->v. h23: the output.
typedef void recurrent_step(const struct recurrent *r, int32_t *h23);

// Plays a chunk; recurrent_m7.h has what does so on a Cortex-M7.
void recurrent_play(const struct recurrent *r, const struct layer_signal *in, uint32_t frames,
                    recurrent_step *step);

// State format 1: takes h23 as the unit's state, rounded to Q15 with first-order error feedback.
static inline void recurrent_feed_back(const struct recurrent *r, uint32_t unit, int32_t h23) {
    struct matvec_unit *const own = matvec_unit(&r->matrix, unit);
    const int32_t q = h23 + (own->carry & 255);
    ((int16_t *)r->vector)[r->offset + unit] = (int16_t)sat(q >> 8, 16);
    own->carry = q;
}

// State format 2.
static inline void recurrent_keep(const struct recurrent *r, uint32_t unit, int32_t h31) {
    ((int32_t *)r->vector)[r->offset + unit] = h31;
}

#endif
