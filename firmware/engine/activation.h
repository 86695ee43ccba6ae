// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Sigmoid and tanh from one table of chords (README.md, Activation). On the Cortex-M7 a sigmoid is
// four instructions: SSAT, ADD, LDRD, SMMLA.
#ifndef ACTIVATION_H
#define ACTIVATION_H

#include "fixed.h"
#include "sigmoid_table.h"

// A chord is 2^16 wide in Q23: 1/128.
#define SIGMOID_SHIFT 16

// The chord k (clipped to the table) at v: Q24, 2..2^24 - 2. `chords` is the table's chord 0.
static inline int32_t activation_chord(const struct sigmoid_chord *chords, int32_t k, int32_t v) {
    const struct sigmoid_chord *const chord =
        &chords[clip(k, -SIGMOID_CHORDS / 2, SIGMOID_CHORDS / 2 - 1)];
    return chord->base + mulh(v, chord->slope);
}

// sigmoid(v): v Q23, result Q24.
static inline int32_t activation_sigmoid(const struct sigmoid_chord *chords, int32_t v) {
    return activation_chord(chords, v >> SIGMOID_SHIFT, v);
}

// 2 s - 1 of a sigmoid s: Q24 -> Q31. tanh(z) is this of sigmoid(2 z).
static inline int32_t activation_tanh_of(int32_t s) {
    return (int32_t)(((uint32_t)s << 8) ^ 0x80000000u);
}

#endif
