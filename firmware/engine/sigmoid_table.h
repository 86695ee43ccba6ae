// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The table of chords that every sigmoid and tanh is read from (README.md, Activation). It is not
// in the image: engine_load computes it, in about a millisecond of a Cortex-M7, into the fast
// region of a model that reads it. A network of LeakyReLU has the 32 KB for its histories.
#ifndef SIGMOID_TABLE_H
#define SIGMOID_TABLE_H

#include <stdint.h>

#define SIGMOID_CHORDS 4096

struct sigmoid_chord {
    int32_t base;  // Q24, the chord's value at v = 0
    int32_t slope; // Q33
};

// Fills a table of SIGMOID_CHORDS; entry k + 2048 serves v >> 16 = k.
void sigmoid_table_make(struct sigmoid_chord *table);

#endif
