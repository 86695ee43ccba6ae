/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
/* Forward and backward pass of a WaveNet over a piece of time, for training.
 *
 * One call works on one stream; vectors hold LANES samples that follow each other. Every
 * convolution keeps the end of what it heard as state, so that pieces follow each other without a
 * run-in. Gradients go back to the start of the piece: what came before it is a constant.
 */
#ifndef WAVENET_H
#define WAVENET_H

#include <stdint.h>

enum { WAVENET_MOST_ARRAYS = 2, WAVENET_MOST_LAYERS = 32, WAVENET_MOST_CHANNELS = 32 };

struct wavenet_array {
    int32_t channels;
    int32_t layers;
    int32_t head_outputs; /* equal to the next array's channels, where there is one */
    int32_t head_taps;
    int32_t head_bias; /* 0 or 1 */
    int32_t taps[WAVENET_MOST_LAYERS];
    int32_t dilations[WAVENET_MOST_LAYERS];
};

struct wavenet_shape {
    int32_t arrays;
    int32_t steps; /* samples in a piece */
    float head_scale;
    float slope; /* of the leaky ReLU, above 0; 0: the activation is tanh */
    struct wavenet_array array[WAVENET_MOST_ARRAYS];
};

/* Floats of working memory of one stream, aligned to 64 bytes. */
int64_t wavenet_workspace_floats(const struct wavenet_shape *shape);

/* Weights, for each array: rechannel (channels, inputs); for each layer convolution
 * (channels, taps, channels), bias, mixin (channels), 1x1 (channels, channels), bias; then head
 * (outputs, taps, channels) and its bias if any. State, for each array: for each layer
 * (channels, (taps - 1) dilation), then (channels, head taps - 1).
 *
 * input, output (steps); state read, after written; workspace is what wavenet_backward needs.
 */
void wavenet_forward(const struct wavenet_shape *shape, const float *weights, const float *input,
                     const float *state, float *workspace, float *output, float *after);

/* The gradient by the weights, written, of sum(output_gradient * output) after wavenet_forward with
 * the same shape, weights and workspace. */
void wavenet_backward(const struct wavenet_shape *shape, const float *weights, float *workspace,
                      const float *output_gradient, float *gradient);

#endif
