// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "recurrent_m7.h"

// A stacked layer reads no audio.
static const int32_t silence = 0;

void recurrent_m7(const struct recurrent *r, const struct layer_signal *in, uint32_t frames,
                  recurrent_m7_kernel *narrow, recurrent_m7_kernel *wide) {
    const int stacked = r->inputs != 0, is_wide = r->format == RECURRENT_STATE_32;
    struct recurrent_m7 run;
    run.stream = r->matrix.stream;
    run.end = matvec_weights(&r->matrix, r->matrix.blocks);
    run.vector = r->vector;
    run.hidden =
        (unsigned char *)r->vector + r->offset * (is_wide ? sizeof(int32_t) : sizeof(int16_t));
    run.words = is_wide ? 2 * r->matrix.pairs : r->matrix.pairs;
    run.inputs = r->offset / (is_wide ? 1 : 2);
    run.shift = r->cell_shift;
    run.table = r->chords;
    // One sample a call where the state goes through other hands, and where the outputs of a
    // block's second unit do not exist.
    run.frames = r->stacked || r->hidden % 2 ? 1 : frames;
    for (uint32_t frame = 0; frame < frames; frame += run.frames) {
        if (stacked)
            recurrent_feed(r, in, frame);
        run.audio = stacked ? &silence : in->wide + frame;
        run.wide = r->wide + (size_t)frame * r->hidden;
        (is_wide ? wide : narrow)(&run);
        if (r->stacked)
            recurrent_give(r, frame);
    }
}
