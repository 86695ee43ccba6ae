/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
/* The engine's words in LANES streams side by side: firmware/engine/fixed.h and activation.h on
 * vectors. The names are theirs.
 */
#ifndef BITS_H
#define BITS_H

#include "activation.h"
#include "lanes.h"

typedef int64_t lanes_wide __attribute__((vector_size(8 * LANES)));

#define Q24 (1.0f / (1 << 24))
#define Q30 (1.0f / (1 << 30))
#define Q31 (1.0f / 2147483648.0f)

static inline lanes_wide wide_of(lanes_bits a) {
    return __builtin_convertvector(a, lanes_wide);
}

static inline lanes floats_of(lanes_bits a, float unit) {
    return __builtin_convertvector(a, lanes) * unit;
}

/* The upper halves. */
static inline lanes_bits bits_high(lanes_wide a) {
    return __builtin_convertvector(a >> 32, lanes_bits);
}

static inline lanes_bits bits_mulh(lanes_bits a, lanes_bits b) {
    return bits_high(wide_of(a) * wide_of(b));
}

/* mulh by one number for all. */
static inline lanes_bits bits_scaled(lanes_bits a, int32_t b) {
    return bits_high(wide_of(a) * (int64_t)b);
}

/* rsh(a, 24) of what is then an int32. */
static inline lanes_bits bits_rsh24(lanes_wide a) {
    return bits_high((a + (1 << 23)) << 8);
}

static inline lanes_bits bits_clip(lanes_bits a, int32_t low, int32_t high) {
    lanes_bits under = a<low, over = a> high;
    return (under & low) | (over & high) | (~(under | over) & a);
}

/* Of this library; quantized.c has it. */
extern struct sigmoid_chord sigmoid_table[SIGMOID_CHORDS];

static inline lanes_bits bits_chord(lanes_bits k, lanes_bits v) {
    const int32_t half = SIGMOID_CHORDS / 2;
    lanes_bits at = bits_clip(k, -half, half - 1) + half, base, slope;
    /* Unrolled, the lanes stay in registers: half of the time otherwise. */
#pragma clang loop unroll(full)
    for (int32_t lane = 0; lane < LANES; lane++) {
        base[lane] = sigmoid_table[at[lane]].base;
        slope[lane] = sigmoid_table[at[lane]].slope;
    }
    return base + bits_mulh(v, slope);
}

static inline lanes_bits bits_sigmoid(lanes_bits v) {
    return bits_chord(v >> SIGMOID_SHIFT, v);
}

static inline lanes_bits bits_tanh_of(lanes_bits s) {
    return (s << 8) ^ INT32_MIN;
}

#endif
