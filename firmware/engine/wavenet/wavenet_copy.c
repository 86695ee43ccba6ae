// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What becomes of the residual where a layer has no 1x1 of 16-bit weights: a copy of the
// activations, or a 1x1 of 32-bit weights, behind which it saturates.
#include "wavenet.h"

#include "fixed.h"

// Puts a tile's activations in the place of the residual.
static void copy_tile(const struct wavenet *net, const struct wavenet_layer *layer,
                      int32_t *residual, uint32_t channels, uint32_t frame) {
    const uint32_t width = wavenet_even(channels);
    const int32_t *const a = net->a + frame * width;
    int32_t *const to = residual + frame * width;
    for (uint32_t c = 0; c < channels; c++) {
        const int32_t *const word = layer->copy + 2 * c;
        for (uint32_t f = 0; f < TILE_FRAMES; f++)
            to[c * TILE_FRAMES + f] =
                mulh(shl(a[c * TILE_FRAMES + f], layer->copy_shift), word[0]) + word[1];
    }
}

// Adds a 1x1 of 32-bit weights to the residual, which saturates.
static void add_full(const struct wavenet *net, const struct wavenet_layer *layer,
                     int32_t *residual, const struct wavenet_array *array, uint32_t frame) {
    const uint32_t width = wavenet_even(array->bottleneck);
    const int32_t *const a = net->a + frame * width, *word = layer->copy;
    int32_t *to = residual + frame * wavenet_even(array->channels);
    for (uint32_t c = 0; c < array->channels; c++, to += TILE_FRAMES, word += array->bottleneck + 1)
        for (uint32_t f = 0; f < TILE_FRAMES; f++) {
            int32_t sum = word[0];
            for (uint32_t b = 0; b < array->bottleneck; b++)
                sum += mulh(shl(a[b * TILE_FRAMES + f], layer->copy_shift), word[1 + b]);
            to[f] = sat((int64_t)to[f] + sum, 32);
        }
}

void wavenet_copy(const struct wavenet *net, const struct wavenet_layer *layer,
                  const struct wavenet_array *array, int32_t *residual, uint32_t frames) {
    for (uint32_t frame = 0; frame < frames; frame += TILE_FRAMES) {
        if (layer->full)
            add_full(net, layer, residual, array, frame);
        else
            copy_tile(net, layer, residual, array->channels, frame);
    }
}
