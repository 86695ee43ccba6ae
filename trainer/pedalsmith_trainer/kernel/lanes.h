/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
/* One number of each of LANES streams, and the functions that act on all of them. */
#ifndef LANES_H
#define LANES_H

#include "kernel.h"

typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t lanes_bits __attribute__((vector_size(4 * LANES)));

static inline lanes lanes_of(float value) {
    return value - (lanes){0};
}

static inline lanes lanes_max(lanes a, lanes b) {
    lanes_bits larger = a > b;
    return (lanes)((larger & (lanes_bits)a) | (~larger & (lanes_bits)b));
}

static inline lanes lanes_min(lanes a, lanes b) {
    lanes_bits smaller = a < b;
    return (lanes)((smaller & (lanes_bits)a) | (~smaller & (lanes_bits)b));
}

static inline float lanes_sum(lanes a) {
    float sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
        sum += a[lane];
    }
    return sum;
}

/* Reads up to LANES numbers; lanes without a stream are 0. */
static inline lanes lanes_gather(const float *from, int32_t count, int32_t stride) {
    lanes all = {0};
    for (int32_t lane = 0; lane < count; lane++) {
        all[lane] = from[lane * stride];
    }
    return all;
}

static inline void lanes_scatter(lanes all, float *to, int32_t count) {
    for (int32_t lane = 0; lane < count; lane++) {
        to[lane] = all[lane];
    }
}

static inline int32_t lanes_valid(int32_t streams, int32_t first) {
    return streams - first < LANES ? streams - first : LANES;
}

static inline lanes lanes_mask(int32_t count) {
    lanes mask = {0};
    for (int32_t lane = 0; lane < count; lane++) {
        mask[lane] = 1.0f;
    }
    return mask;
}

/* 2^a for |a| <= 126: a = n + r with |r| <= 1/2; 2^r by a polynomial that was fitted at Chebyshev
 * nodes (relative error 2e-7), and n added to the exponent.
 */
static inline lanes lanes_exp2(lanes a) {
    const float to_integer = 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
    lanes shifted = a + to_integer;
    lanes r = a - (shifted - to_integer);
    /* Estrin's order: shorter chains of dependent products than Horner's. */
    lanes square = r * r;
    lanes low = 1.0f + r * 6.931471880e-01f;
    lanes middle = 2.402265092e-01f + r * 5.550357104e-02f;
    lanes high = 9.618056670e-03f + r * 1.339086735e-03f;
    high = high + square * 1.546144746e-04f;
    lanes p = low + square * (middle + square * high);
    return (lanes)((lanes_bits)p + ((lanes_bits)shifted << 23));
}

static inline lanes lanes_sigmoid(lanes a) {
    const float log2_e = 1.44269504f;
    lanes bounded = lanes_max(lanes_min(a * -log2_e, lanes_of(120.0f)), lanes_of(-120.0f));
    return 1.0f / (1.0f + lanes_exp2(bounded));
}

/* Absolute error 2e-7, as much as the float32 of Keras has. */
static inline lanes lanes_tanh(lanes a) {
    return 2.0f * lanes_sigmoid(2.0f * a) - 1.0f;
}

#endif
