// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// README.md, GRU: kind 2.
#include "activation.h"
#include "recurrent_m7.h"

enum { GATES = 3 };

#if ENGINE_M7

static void gru_process(struct layer *layer, const struct layer_signal *in, uint32_t frames) {
    const struct recurrent *const r = (const struct recurrent *)layer;
    if (r->inputs)
        recurrent_m7(r, in, frames, gru_stacked_m7, gru_stacked_wide_m7);
    else
        recurrent_m7(r, in, frames, gru_m7, gru_wide_m7);
}

#else

// One sample: the units' new state from the pre-activations r->v. h23: the output.
static void gru_step(const struct recurrent *r, int32_t *h23) {
    const struct sigmoid_chord *const chords = r->chords;
    for (uint32_t unit = 0; unit < r->hidden; unit++) {
        int32_t *const state = &matvec_unit(&r->matrix, unit)->state;
        const int32_t *const v = r->v + unit / 2 * MATVEC_ROWS, *const own = v + unit % 2 * 3;
        const int32_t z = activation_sigmoid(chords, own[0]),
                      reset = activation_sigmoid(chords, own[1]);
        const int32_t vn = v[6 + unit % 2] + 2 * mulh(shl(reset, 7), own[2]);
        const int32_t n = activation_tanh_of(activation_sigmoid(chords, vn)) >> 1;
        const int32_t h30 = n + (int32_t)rsh((int64_t)z * (*state - n), 24);
        *state = h30;
        h23[unit] = h30 >> 7;
        if (r->format == RECURRENT_STATE_32)
            recurrent_keep(r, unit, 2 * h30);
        else
            recurrent_feed_back(r, unit, h23[unit]);
    }
}

static void gru_process(struct layer *layer, const struct layer_signal *in, uint32_t frames) {
    recurrent_play((const struct recurrent *)layer, in, frames, gru_step);
}

#endif

static enum engine_status gru_check(const struct blob_record *record, struct layer_chain *chain) {
    return recurrent_check(record, chain, GATES);
}

static struct layer *gru_load(const struct blob_record *record, const struct layer_chain *chain,
                              struct layer_arena *arena) {
    struct layer *const layer = recurrent_load(record, chain, arena, GATES);
    if (layer != NULL)
        layer->kind = &gru_kind;
    return layer;
}

const struct layer_kind gru_kind = {
    .kind = 2,
    .chunk = LAYER_CHUNK,
    .check = gru_check,
    .load = gru_load,
    .reset = recurrent_reset,
    .set_knobs = recurrent_set_knobs,
    .unit = recurrent_unit,
    .process = gru_process,
};
