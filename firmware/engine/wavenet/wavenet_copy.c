// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What becomes of the residual where a layer has no 1x1 of 16-bit weights: a copy of the
// activations, or a 1x1 of 32-bit weights, behind which it saturates.
#include "wavenet.h"

#include "cold.h"
#include "fixed.h"

CACHED void wavenet_add_full(const struct wavenet *net, const struct wavenet_layer *layer,
                             const struct wavenet_array *array, int32_t *residual,
                             uint32_t frames) {
    const uint32_t block = wavenet_full_words(array->bottleneck);
    const uint32_t columns = wavenet_even(array->bottleneck), width = wavenet_even(array->channels);
    for (uint32_t f = 0; f < frames; f++)
        for (uint32_t c = 0; c < array->channels; c++) {
            const int32_t *word = layer->copy + c / 2 * block + (c & 1);
            int32_t *const to = residual + tile_at(f, c, width);
            int32_t sum = *word;
            for (uint32_t b = 0; b < array->bottleneck; b++)
                sum += mulh(net->a[tile_at(f, b, columns)], *(word += 2));
            *to = sat((int64_t)*to + sum, 32);
        }
}

#if !ENGINE_M7

uint32_t wavenet_copy(const struct wavenet *net, const struct wavenet_layer *layer,
                      const struct wavenet_array *array, const struct wavenet_ring *next,
                      int32_t *residual, uint32_t frames) {
    (void)next;
    if (layer->full) {
        wavenet_add_full(net, layer, array, residual, frames);
        return 0;
    }
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
