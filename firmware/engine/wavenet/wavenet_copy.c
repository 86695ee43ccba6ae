// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What becomes of the residual where a layer has no 1x1 of 16-bit weights: a copy of the
// activations, or a 1x1 of 32-bit weights, behind which it saturates.
#include "wavenet.h"

#include "fixed.h"

// Adds a 1x1 of 32-bit weights to the residual, which saturates.
static void add_full(const struct wavenet *net, const struct wavenet_layer *layer,
                     int32_t *residual, const struct wavenet_array *array, uint32_t frame) {
    const uint32_t bottleneck = array->bottleneck, block = wavenet_full_words(bottleneck);
    const int32_t *const a = net->a + frame * wavenet_even(bottleneck);
    int32_t *const to = residual + frame * wavenet_even(array->channels);
    for (uint32_t i = 0; i < array->channels * TILE_FRAMES; i++) {
        const uint32_t c = i / TILE_FRAMES;
        const int32_t *const word = layer->copy + c / 2 * block + (c & 1);
        int32_t sum = word[0];
        for (uint32_t b = 0; b < bottleneck; b++)
            sum += mulh(a[b * TILE_FRAMES + i % TILE_FRAMES], word[2 * b + 2]);
        to[i] = sat((int64_t)to[i] + sum, 32);
    }
}

void wavenet_add_full(const struct wavenet *net, const struct wavenet_layer *layer,
                      const struct wavenet_array *array, int32_t *residual, uint32_t from,
                      uint32_t frames) {
    for (uint32_t frame = from; frame < frames; frame += TILE_FRAMES)
        add_full(net, layer, residual, array, frame);
}

#ifndef WAVENET_M7

uint32_t wavenet_copy(const struct wavenet *net, const struct wavenet_layer *layer,
                      const struct wavenet_ring *next, int32_t *residual, uint32_t frames) {
    (void)next;
    const uint32_t channels = 2u * layer->channels.pairs;
    for (uint32_t frame = 0; frame < frames; frame += TILE_FRAMES)
        for (uint32_t c = 0; c < channels; c++) {
            const uint32_t at = tile_at(frame, c, channels);
            const int32_t bias = *wavenet_channel_front(&layer->channels, c);
            const int32_t scale = wavenet_channel_back(&layer->channels, c)[WAVENET_STEP];
            for (uint32_t f = at; f < at + TILE_FRAMES; f++)
                residual[f] = mulh(shl(net->a[f], layer->copy_shift), scale) + bias;
        }
    return 0;
}

#endif
