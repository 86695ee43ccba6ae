// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// README.md, LSTM: kind 1.
#include "activation.h"
#include "recurrent_m7.h"

enum { GATES = 4 };

#if ENGINE_M7

static void lstm_process(struct layer *layer, const struct layer_signal *in, uint32_t frames) {
    recurrent_m7((const struct recurrent *)layer, in, frames, lstm_m7, lstm_wide_m7);
}

#else

// One sample: the units' new cell, state and error from the pre-activations r->v. h23: the output.
// `wide`, whether the state has 32 bits, is the caller's constant: one loop each.
static inline __attribute__((always_inline)) void lstm_units(const struct recurrent *r,
                                                             int32_t *restrict h23, int wide) {
    const struct matvec *const matrix = &r->matrix;
    const uint32_t s = r->cell_shift, hidden = r->hidden;
    const struct sigmoid_chord *const chords = r->chords;
    const int32_t *restrict v = r->v;
    for (uint32_t unit = 0; unit < hidden; unit++, v += GATES) {
        int32_t *const state = &matvec_unit(matrix, unit)->state;
        const int32_t i = activation_sigmoid(chords, v[0]), f = activation_sigmoid(chords, v[1]);
        const int32_t g = activation_tanh_of(activation_sigmoid(chords, v[2]));
        const int32_t o = activation_sigmoid(chords, v[3]);
        const int64_t sum = (int64_t)f * *state + (int64_t)i * (g >> (7 + s));
        const int32_t c = sat(rsh(sum, 24), 31);
        const int32_t t =
            activation_tanh_of(activation_chord(chords, c >> (SIGMOID_SHIFT - s), shl(c, s)));
        *state = c;
        if (wide) {
            const int32_t h31 = 2 * mulh(shl(o, 7), t);
            recurrent_keep(r, unit, h31);
            h23[unit] = h31 >> 8;
        } else {
            const int32_t h = mulh(o, t);
            recurrent_feed_back(r, unit, h);
            h23[unit] = h;
        }
    }
}

static void lstm_step(const struct recurrent *r, int32_t *h23) {
    if (r->format == RECURRENT_STATE_32)
        lstm_units(r, h23, 1);
    else
        lstm_units(r, h23, 0);
}

static void lstm_process(struct layer *layer, const struct layer_signal *in, uint32_t frames) {
    recurrent_play((const struct recurrent *)layer, in, frames, lstm_step);
}

#endif

static enum engine_status lstm_check(const struct blob_record *record, struct layer_chain *chain) {
    return recurrent_check(record, chain, GATES);
}

static struct layer *lstm_load(const struct blob_record *record, const struct layer_chain *chain,
                               struct layer_arena *arena) {
    struct layer *const layer = recurrent_load(record, chain, arena, GATES);
    if (layer != NULL)
        layer->kind = &lstm_kind;
    return layer;
}

const struct layer_kind lstm_kind = {
    .kind = 1,
    .chunk = LAYER_CHUNK,
    .check = lstm_check,
    .load = lstm_load,
    .reset = recurrent_reset,
    .set_knobs = recurrent_set_knobs,
    .unit = recurrent_unit,
    .process = lstm_process,
};
