/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
/* The forward pass in the integers of firmware/engine, word for word, LANES streams side by side.
 *
 * It leaves in the workspace what kernel_backward needs, so that the gradient is the float
 * network's at the place to which the integers led (straight-through). State format 1 of the
 * engine: 16 bits with first-order error feedback. Formats and words as firmware/engine/README.md
 * has them.
 */
#ifndef QUANTIZED_H
#define QUANTIZED_H

#include "kernel.h"

enum { QUANTIZED_MOST_UNITS = 64, QUANTIZED_MOST_FEATURES = 5 };

/* One recurrent layer of a blob. Rows are gate-major, columns inputs (of a stacked layer), then
 * units. */
struct quantized_layer {
    const int32_t *weights; /* (rows, columns), widened to int16 */
    const int32_t *scale;   /* (rows) Q40 over the row's own scale */
    const int32_t *drive;   /* (rows, features) Q24, the audio's, then the knobs'; first layer */
    const int32_t *bias;    /* (rows) Q23; GRU: (rows + hidden) */
    int32_t cell_shift;     /* s of an LSTM: the cell is Q(24 - s) */
};

struct quantized_network {
    struct quantized_layer layers[KERNEL_MOST_LAYERS];
    const int32_t *dense; /* (hidden) Qf */
    int32_t dense_bias;   /* Q23 */
    int32_t fraction;     /* f */
    int32_t skip;         /* Q24 */
};

/* Plays streams first .. first + LANES - 1 of `streams`.
 *
 * weights  the float weights that the words stand for, in the layout of kernel.h; kept for
 *          kernel_backward, of no influence on the words
 * input    (steps, streams, features), the float input that the words stand for; likewise
 * words    (steps, streams, features): audio Q23 (24 bits), knobs Q15
 * state    (layers, 3, hidden, streams): cell or h30, h Q15, error 0..255; read
 * output   (steps, streams) Q23, written
 * after    like state, written
 * penalty  as kernel_forward's
 */
void quantized_forward(const struct kernel_shape *shape, const struct quantized_network *network,
                       const float *weights, const float *input, const int32_t *words,
                       const int32_t *state, int32_t streams, int32_t first, void *workspace,
                       int32_t *output, int32_t *after, float *penalty);

#endif
