/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
/* Forward and backward pass of a recurrent network over a piece of time, for training.
 *
 * LANES streams are computed side by side, one in each lane of a vector, so that the recurrence,
 * which cannot be made parallel in time, costs nothing. A call works on one group of LANES streams;
 * groups are independent, and the caller gives them to threads. The caller owns all memory.
 *
 * The same file is compiled for several instruction sets (see native.py); -std=gnu11 is used for
 * the vector types of clang and gcc.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

enum { LANES = 16 };

enum { KERNEL_LSTM = 0, KERNEL_GRU = 1 };

enum { KERNEL_MOST_LAYERS = 4 };

/* The network: `layers` recurrent layers of `hidden` units, then a dense layer with one output. */
struct kernel_shape {
    int32_t arch;     /* KERNEL_LSTM or KERNEL_GRU */
    int32_t layers;   /* 1 .. KERNEL_MOST_LAYERS */
    int32_t hidden;   /* units of each layer */
    int32_t features; /* inputs a sample: the sound, then knobs */
    int32_t steps;    /* samples in a piece of time; all of them are kept if `keep` */
    int32_t keep;     /* 1: the backward pass will follow; 0: memory for one sample is enough */
    float cell_bound; /* LSTM: cells beyond this add to the penalty */
};

/* Weights, and their gradients, are one array of float32: for each layer kernel (inputs, G hidden),
 * recurrent (hidden, G hidden), bias (G hidden; GRU: 2, 3 hidden) as Keras lays them out, G = 4
 * with gates i f g o or 3 with z r n; then the dense kernel (hidden) and its bias.
 */
int64_t kernel_weight_count(const struct kernel_shape *shape);

/* Bytes of working memory of one group, aligned to 64. It carries what the backward pass needs. */
int64_t kernel_workspace_bytes(const struct kernel_shape *shape);

/* State numbers of one stream: for each layer hidden, and for an LSTM cell, units each. */
int64_t kernel_state_count(const struct kernel_shape *shape);

/* Plays streams first .. first + LANES - 1 of `streams`.
 *
 * input    (steps, streams, features)
 * state    (kernel_state_count, streams), read
 * output   (steps, streams), written
 * after    like state, written
 * penalty  one number, written: sum over steps, streams, units of max(|cell| - cell_bound, 0)^2
 */
void kernel_forward(const struct kernel_shape *shape, const float *weights, const float *input,
                    const float *state, int32_t streams, int32_t first, void *workspace,
                    float *output, float *after, float *penalty);

/* The gradient of sum(output_gradient * output) + penalty_gradient * penalty by the weights, after
 * kernel_forward with the same shape, weights and workspace and keep = 1. The state before is a
 * constant.
 *
 * output_gradient  (steps, streams)
 * gradient         kernel_weight_count numbers, written
 */
void kernel_backward(const struct kernel_shape *shape, const float *weights, int32_t streams,
                     int32_t first, void *workspace, const float *output_gradient,
                     float penalty_gradient, float *gradient);

#endif
