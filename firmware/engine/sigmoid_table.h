// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The table of chords that every sigmoid and tanh is read from (README.md, Activation). It is not
// in the image: the first engine_load computes it, in about a millisecond of a Cortex-M7, and
// nothing reads it without a loaded engine. 32 KB of zero-initialized data, which belong into
// tightly coupled memory.
#ifndef SIGMOID_TABLE_H
#define SIGMOID_TABLE_H

#include <stdint.h>

#define SIGMOID_CHORDS 4096

struct sigmoid_chord {
    int32_t base;  // Q24, the chord's value at v = 0
    int32_t slope; // Q33
};

// Entry k + 2048 serves v >> 16 = k.
extern struct sigmoid_chord sigmoid_table[SIGMOID_CHORDS];

// Fills the table; the second call and every later one does nothing. Two threads that call it first
// both write the same words.
void sigmoid_table_make(void);

#endif
