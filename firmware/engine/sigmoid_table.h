// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The tables of chords that sigmoid and tanh are read from (README.md, Activation; the finer one:
// wavenet/README.md, Functions). They are not in the image: engine_load computes them, in one and
// two milliseconds of a Cortex-M7, into the fast region of a model that reads them. A network of
// LeakyReLU has the memory for its histories.
#ifndef SIGMOID_TABLE_H
#define SIGMOID_TABLE_H

#include <stdint.h>

#define SIGMOID_CHORDS 4096

// Of [-8, 8), and the end.
#define TANH_CHORDS 8193

struct sigmoid_chord {
    int32_t base;  // Q24, the chord's value at v = 0; of tanh Q31, at an edge of the chord
    int32_t slope; // Q33; of tanh twice what the chord rises by, Q31
};

// Fills a table of SIGMOID_CHORDS; entry k + 2048 serves v >> 16 = k.
void sigmoid_table_make(struct sigmoid_chord *table);

// Fills a table of TANH_CHORDS; entry k + 4096 serves v >> 18 = k.
void tanh_table_make(struct sigmoid_chord *table);

#endif
