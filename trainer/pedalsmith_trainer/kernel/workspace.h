/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
/* Where things are in the working memory of one group, and in the array of weights. */
#ifndef WORKSPACE_H
#define WORKSPACE_H

#include <stddef.h>

#include "lanes.h"

/* Samples whose gate gradients are gathered before they are multiplied into weight gradients: few
 * enough that their hidden states stay in the first-level cache, many enough that the sums, which
 * do not, are seldom fetched. Measured for 16 units: 8 and 24 are slower by 3 %.
 */
enum { CHUNK = 16 };

/* One layer's part. `hidden` and `cell` have the state before at [0], then one entry a sample. */
struct layer_space {
    int32_t inputs;
    const float *kernel, *recurrent, *bias; /* in the array of weights */
    float *packed;                          /* (inputs + hidden, hidden, 4) */
    float *packed_bias;                     /* (hidden, 4) */
    lanes *quads;                           /* (hidden, 4): sums before the gates */
    lanes *hidden;                          /* (steps + 1, hidden) */
    lanes *cell;                            /* (steps + 1, hidden) */
    lanes *kept;                            /* (steps, hidden, KEPT) */
    lanes *d_hidden, *d_cell;               /* (hidden): gradients by the state, going back */
    lanes *sums;                            /* (4 hidden, inputs + hidden) */
    lanes *bias_sums;                       /* (4 hidden) */
};

struct space {
    int32_t rows;         /* 4 hidden */
    int32_t delta_stride; /* a little more than rows, so that steps do not share cache sets */
    int32_t kept_steps;   /* steps that are kept: all, or 1 */
    lanes *input;         /* (steps, features) */
    lanes *lower;         /* (CHUNK, hidden): gradient by the layer below's output */
    lanes *delta;         /* (CHUNK, delta_stride) */
    lanes *columns;       /* (hidden) */
    lanes *dense_sums;    /* (hidden + 1) */
    lanes *cleared;       /* what begins at zero when going back: all sums, d_hidden, d_cell */
    int64_t cleared_count;
    const float *dense; /* (hidden), then its bias */
    struct layer_space layers[KERNEL_MOST_LAYERS];
    int64_t bytes;
};

static inline int32_t gates_of(const struct kernel_shape *shape) {
    return shape->arch == KERNEL_LSTM ? 4 : 3;
}

static inline int32_t inputs_of(const struct kernel_shape *shape, int32_t layer) {
    return layer == 0 ? shape->features : shape->hidden;
}

static inline int64_t layer_weight_count(const struct kernel_shape *shape, int32_t layer) {
    int64_t columns = (int64_t)gates_of(shape) * shape->hidden;
    int64_t biases = shape->arch == KERNEL_LSTM ? columns : 2 * columns;
    return (inputs_of(shape, layer) + shape->hidden) * columns + biases;
}

/* Fills in `space`. With `base` NULL only the size is of use. */
void space_lay_out(const struct kernel_shape *shape, const float *weights, char *base,
                   struct space *space);

/* Packs a layer's weights into quads. */
void space_pack(const struct kernel_shape *shape, const struct layer_space *layer);

/* The way back: adds up the lanes of a layer's sums into its gradient in Keras' layout. */
void space_unpack(const struct kernel_shape *shape, const struct layer_space *layer,
                  float *gradient);

#endif
