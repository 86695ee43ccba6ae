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
    const uint32_t bottleneck = array->bottleneck, block = wavenet_full_words(bottleneck);
    const int32_t *const a = net->a + frame * wavenet_even(bottleneck);
    int32_t *to = residual + frame * wavenet_even(array->channels);
    for (uint32_t c = 0; c < array->channels; c++, to += TILE_FRAMES) {
        const int32_t *word = layer->copy + c / 2 * block + (c & 1);
        int32_t s0 = *word, s1 = s0, s2 = s0, s3 = s0;
        for (uint32_t b = 0; b < bottleneck; b++) {
            const int32_t *const heard = a + b * TILE_FRAMES;
            word += 2;
            s0 += mulh(heard[0], *word);
            s1 += mulh(heard[1], *word);
            s2 += mulh(heard[2], *word);
            s3 += mulh(heard[3], *word);
        }
        to[0] = sat((int64_t)to[0] + s0, 32);
        to[1] = sat((int64_t)to[1] + s1, 32);
        to[2] = sat((int64_t)to[2] + s2, 32);
        to[3] = sat((int64_t)to[3] + s3, 32);
    }
}

void wavenet_copy(const struct wavenet *net, const struct wavenet_layer *layer,
                  const struct wavenet_array *array, int32_t *residual, uint32_t from,
                  uint32_t frames) {
    for (uint32_t frame = from; frame < frames; frame += TILE_FRAMES) {
        if (layer->full)
            add_full(net, layer, residual, array, frame);
        else
            copy_tile(net, layer, residual, array->channels, frame);
    }
}
