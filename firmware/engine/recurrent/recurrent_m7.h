// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The assembly kernels of a Cortex-M7: samples of a whole recurrent layer, the same words as the C,
// whose place they take.
#ifndef RECURRENT_M7_H
#define RECURRENT_M7_H

#include "m7.h"
#include "recurrent.h"

// What a kernel reads; run_m7.inc has the offsets.
struct recurrent_m7 {
    const int32_t *audio; // frames words, Q23
    int32_t *wide;        // frames x hidden
    uint32_t frames;      // 1 or more
    const int16_t *stream;
    const int16_t *end; // of the stream
    const void *vector; // words, and a word before and five behind that are read
    void *hidden;       // in the vector: where the new state goes
    uint32_t words;     // of state: pairs of columns, in state format 2 columns
    uint32_t shift;     // s of an LSTM
    const void *table;  // the table's chord 0
    uint32_t inputs;    // those of the words that come from the layer below
};

_Static_assert(sizeof(void *) != 4 || (offsetof(struct recurrent_m7, table) == 36 &&
                                       offsetof(struct recurrent_m7, inputs) == 40),
               "run_m7.inc has other offsets");

typedef void recurrent_m7_kernel(const struct recurrent_m7 *run);

// State format 1, and 2.
recurrent_m7_kernel lstm_m7, lstm_wide_m7;
// The first layer, and those above it.
recurrent_m7_kernel gru_m7, gru_wide_m7, gru_stacked_m7, gru_stacked_wide_m7;

// Plays a chunk with the kernel of the state format.
void recurrent_m7(const struct recurrent *r, const struct layer_signal *in, uint32_t frames,
                  recurrent_m7_kernel *narrow, recurrent_m7_kernel *wide);

#endif
