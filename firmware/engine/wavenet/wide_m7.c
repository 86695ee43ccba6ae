// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "wide_m7.h"

#include "tile.h"

#if defined(__ARM_ARCH_7EM__) && !defined(ENGINE_PORTABLE)

// What the assembly is given, in the order in which it keeps it.
struct wide_m7 {
    const int32_t *weights, *in;
    int32_t *out;
    const int32_t *bias;
    uint32_t outputs, tiles;
    uint32_t row_bytes, in_bytes, out_bytes; // to the next output; to the next tile
    const void *begin, *chain;
    uint32_t inputs;
    const void *finish;
    uint32_t fraction, complement;
    uint32_t unused;
    int64_t start;
};

void wide_m7(const struct wide_m7 *run);

extern const uint8_t wide_m7_inputs[], wide_m7_inputs_end[], wide_m7_taps[], wide_m7_taps_end[];
extern const uint8_t wide_m7_words[], wide_m7_saturated[];

// Bytes of the code of an input of one tap, and of two taps.
enum { INPUTS_MOST = 16, INPUT_BYTES = 36, TAPS_MOST = 16, TAPS_BYTES = 64 };

int wide_run_m7(const struct wide *wide, const int32_t *in, int32_t *out, uint32_t frames) {
    const uint32_t taps = wide->taps, f = wide->fraction;
    if (taps == 1 ? wide->inputs > INPUTS_MOST : taps > TAPS_MOST || taps % 2 != 0)
        return 0;
    struct wide_m7 run;
    run.weights = wide->weights;
    run.in = in;
    run.out = out;
    run.bias = wide->bias;
    run.outputs = wide->outputs;
    run.tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    run.row_bytes = 4 * taps * wide->inputs;
    run.in_bytes = taps == 1 ? 4u * TILE_FRAMES * wide->in_channels : 4 * TILE_FRAMES;
    run.out_bytes = 4u * TILE_FRAMES * wide->out_channels;
    run.begin = taps == 1 ? wide_m7_inputs : wide_m7_taps;
    run.inputs = wide->inputs;
    run.finish = wide->out_channels == 1 ? wide_m7_saturated : wide_m7_words;
    if (taps == 1 && wide->inputs == 1)
        run.chain = run.finish; // a branch less, which is not always predicted behind another one
    else if (taps == 1)
        run.chain = wide_m7_inputs_end - INPUT_BYTES * (wide->inputs - 1u);
    else
        run.chain = wide_m7_taps_end - TAPS_BYTES * (taps / 2);
    run.fraction = f;
    run.complement = 32 - f;
    run.start = wide_start(wide, 0);
    wide_m7(&run);
    return 1;
}

#else

int wide_run_m7(const struct wide *wide, const int32_t *in, int32_t *out, uint32_t frames) {
    (void)wide;
    (void)in;
    (void)out;
    (void)frames;
    return 0;
}

#endif
