// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "wide_m7.h"

#include "m7.h"
#include "tile.h"
#include "wide_inputs_m7.h"

#if ENGINE_M7

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
    uint32_t unused; // it is copied by eights
};

void wide_m7(const struct wide_m7 *run);
// The same of one input in Q32.
void wide_m7_one(const struct wide_m7 *run);

// Two outputs of one tap; the assembly counts in it.
struct wide_pair_m7 {
    const int32_t *in;
    int32_t *out;
    uint32_t halves;            // of tiles
    uint32_t in_step, out_step; // from the second half of a tile to the next one
    const void *chain, *finish;
    uint32_t fraction, complement;
    uint32_t skip;
    int64_t start[2];
    int32_t first[2];                       // weights, of the first input
    int32_t weights[2][WIDE_INPUTS_M7 + 1]; // the last one is read, but not used
};

void wide_pair_m7(struct wide_pair_m7 *run);

extern const uint8_t wide_pair_m7_end[], wide_pair_m7_words[], wide_pair_m7_high[];
extern const uint8_t wide_m7_inputs[], wide_m7_inputs_end[], wide_m7_taps[], wide_m7_taps_end[];
extern const uint8_t wide_m7_words[], wide_m7_clipped[], wide_m7_high[];

// Bytes of the code of an input of one tap, for one output and for two, and of two taps.
enum { INPUT_BYTES = 36, PAIR_BYTES = 32, TAPS_MOST = 16, TAPS_BYTES = 64 };

// f of sums whose upper word is the output, which their proof keeps from saturating.
enum { UPPER_WORD = 32 };

// Plays outputs of one tap and several inputs two at once; returns how many.
static uint32_t play_pairs(const struct wide *wide, const int32_t *in, int32_t *out,
                           uint32_t tiles) {
    const uint32_t inputs = wide->inputs, skipped = WIDE_INPUTS_M7 - inputs;
    const int32_t *weights = wide->weights;
    struct wide_pair_m7 run;
    uint32_t o = 0;
    run.in_step = 4u * TILE_FRAMES * wide->in_channels - 8;
    run.out_step = 4u * TILE_FRAMES * wide->out_channels - 8;
    run.chain = wide_pair_m7_end - PAIR_BYTES * inputs;
    run.finish = wide->fraction == UPPER_WORD ? wide_pair_m7_high : wide_pair_m7_words;
    run.fraction = wide->fraction;
    run.complement = UPPER_WORD - wide->fraction;
    run.skip = 4 * TILE_FRAMES * skipped;
    for (; o + 1 < wide->outputs; o += 2) {
        for (uint32_t i = 0; i < inputs; i++) {
            run.weights[0][skipped + i] = weights[i];
            run.weights[1][skipped + i] = weights[inputs + i];
        }
        weights += 2 * inputs;
        run.first[0] = run.weights[0][skipped];
        run.first[1] = run.weights[1][skipped];
        run.start[0] = wide_start(wide, o);
        run.start[1] = wide_start(wide, o + 1);
        run.in = in - TILE_FRAMES * skipped;
        run.out = out + TILE_FRAMES * o;
        run.halves = 2 * tiles;
        wide_pair_m7(&run);
    }
    return o;
}

int wide_run_m7(const struct wide *wide, const int32_t *in, int32_t *out, uint32_t frames) {
    const uint32_t taps = wide->taps, f = wide->fraction;
    if (taps == 1 ? wide->inputs > WIDE_INPUTS_M7 : taps > TAPS_MOST || taps % 2 != 0)
        return 0;
    const uint32_t tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    const uint32_t done = taps == 1 && wide->inputs > 1 ? play_pairs(wide, in, out, tiles) : 0;
    if (done == wide->outputs)
        return 1;
    struct wide_m7 run;
    run.weights = wide->weights + done * taps * wide->inputs;
    run.in = in;
    run.out = out + TILE_FRAMES * done;
    run.bias = wide->bias + done;
    run.outputs = wide->outputs - done;
    run.tiles = tiles;
    run.row_bytes = 4 * taps * wide->inputs;
    run.in_bytes = taps == 1 ? 4u * TILE_FRAMES * wide->in_channels : 4 * TILE_FRAMES;
    run.out_bytes = 4u * TILE_FRAMES * wide->out_channels;
    run.begin = taps == 1 ? wide_m7_inputs : wide_m7_taps;
    run.inputs = wide->inputs;
    run.finish = f == UPPER_WORD ? wide_m7_high : wide_m7_words;
    if (wide->saturates && wide->out_channels == 1)
        run.finish = wide_m7_clipped;
    if (f == UPPER_WORD && taps == 1 && wide->inputs == 1) {
        wide_m7_one(&run);
        return 1;
    }
    if (taps == 1 && wide->inputs == 1)
        run.chain = run.finish; // a branch less, which is not always predicted behind another one
    else if (taps == 1)
        run.chain = wide_m7_inputs_end - INPUT_BYTES * (wide->inputs - 1u);
    else
        run.chain = wide_m7_taps_end - TAPS_BYTES * (taps / 2);
    run.fraction = f;
    run.complement = UPPER_WORD - f;
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
