// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The best chords of the sigmoid, and finer ones of tanh, in exact integers:
// tools/pedalsmith/quantization/table.py has the same steps and says why they give these words.
// Thousands of divisions would need a library; Newton's steps from the node before need three
// multiplications of 64 bits each.
#include "sigmoid_table.h"

#include "cold.h"

enum { HALF = SIGMOID_CHORDS / 2, TANH_HALF = TANH_CHORDS / 2, STEPS = 3 };

// Q62.
#define ONE        ((uint64_t)1 << 62)
#define STEP_DECAY 0x3FC01FF557FF778Eu // exp(-1/256), half a chord
#define TANH_DECAY 0x3FE007FEAAD55111u // exp(-1/512): tanh(z) is 2 sigmoid(2 z) - 1

// a b / 2^62, without the product of the lower 31 bits; a and b up to 2^63 - 1.
static uint64_t multiply(uint64_t a, uint64_t b) {
    const uint32_t low = 0x7FFFFFFFu;
    const uint32_t a1 = (uint32_t)(a >> 31), a0 = (uint32_t)a & low;
    const uint32_t b1 = (uint32_t)(b >> 31), b0 = (uint32_t)b & low;
    return (uint64_t)a1 * b1 + (((uint64_t)a1 * b0 + (uint64_t)a0 * b1) >> 31);
}

// The next node, `step` on: decay = exp(-z), sigmoid = 1 / (1 + decay).
COLD static uint64_t next_node(uint64_t *decay, uint64_t step, uint64_t sigmoid) {
    *decay = multiply(*decay, step);
    for (uint32_t i = 0; i < STEPS; i++)
        sigmoid = multiply(sigmoid, 2 * ONE - sigmoid - multiply(*decay, sigmoid));
    return sigmoid;
}

COLD void sigmoid_table_make(struct sigmoid_chord *table) {
    uint64_t decay = ONE, low = ONE / 2;
    for (uint32_t k = 0; k < HALF; k++) {
        const uint64_t middle = next_node(&decay, STEP_DECAY, low);
        const uint64_t high = next_node(&decay, STEP_DECAY, middle);
        const uint32_t rise = (uint32_t)((high - low + (1u << 21)) >> 22);
        const uint32_t slope = rise > INT32_MAX ? INT32_MAX : rise;
        const uint64_t raised = ((low + high) >> 2) + (middle >> 1);
        const int64_t base =
            (int64_t)(raised >> 6) - ((int64_t)((2 * k + 1) * (uint64_t)slope) << 15);
        const int64_t mirrored = ((int64_t)1 << 56) - base, half = (int64_t)1 << 32;
        struct sigmoid_chord *const right = &table[HALF + k];
        struct sigmoid_chord *const left = &table[HALF - 1 - k];
        right->base = (int32_t)((base + half) >> 32);
        left->base = (int32_t)((mirrored + half) >> 32);
        right->slope = left->slope = (int32_t)slope;
        low = high;
    }
    // Beyond +-16 it is level.
    struct sigmoid_chord *const first = &table[0];
    struct sigmoid_chord *const last = &table[SIGMOID_CHORDS - 1];
    last->base = (int32_t)((low + ((uint64_t)1 << 37)) >> 38);
    first->base = (1 << 24) - last->base;
    first->slope = last->slope = 0;
}

COLD void tanh_table_make(struct sigmoid_chord *table) {
    uint64_t decay = ONE, low = ONE / 2;
    const int64_t one = (int64_t)1 << 30;
    for (uint32_t k = 0; k < TANH_HALF; k++) {
        const uint64_t middle = next_node(&decay, TANH_DECAY, low);
        const uint64_t high = next_node(&decay, TANH_DECAY, middle);
        const int32_t slope = (int32_t)((high - low + (1u << 28)) >> 29);
        const int64_t raised = (int64_t)(((low + high) >> 2) + (middle >> 1) - ONE / 2);
        const int64_t half = slope * ((int64_t)1 << 28);
        const int64_t base = k % 2 ? raised + half : raised - half;
        struct sigmoid_chord *const right = &table[TANH_HALF + k];
        struct sigmoid_chord *const left = &table[TANH_HALF - 1 - k];
        right->base = (int32_t)((base + one) >> 30);
        left->base = (int32_t)((one - base) >> 30);
        right->slope = left->slope = slope;
        low = high;
    }
    table[TANH_CHORDS - 1].base = (int32_t)(((int64_t)(low - ONE / 2) + one / 2) >> 30);
    table[TANH_CHORDS - 1].slope = 0;
}
