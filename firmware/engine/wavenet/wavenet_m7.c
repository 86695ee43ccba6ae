// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Chooses among the families of kernels, when a network is loaded: the first that can takes a 1x1.
#include "wavenet_m7.h"

#if ENGINE_M7

#include "cold.h"

static const struct {
    wavenet_channels_serves *serves;
    wavenet_channels_play *play;
} families[] = {{wavenet_square_serves, wavenet_square_play},
                {wavenet_pairs_serves, wavenet_pairs_play}};
enum { FAMILIES = sizeof families / sizeof families[0] };

COLD static __attribute__((noinline)) void choose_channels(struct wavenet_stream *stream, int wide,
                                                           const struct wavenet_ring *next) {
    uint32_t i = 0;
    while (i < FAMILIES && !families[i].serves(stream, wide, next))
        i++;
    stream->kernel = i < FAMILIES ? (uint8_t)(i + 1) : 0;
}

COLD void wavenet_choose(struct wavenet_array *array) {
    choose_channels(&array->entry, 0, &array->layers[0].ring);
    for (uint32_t l = 0; l < array->count; l++) {
        struct wavenet_layer *const layer = &array->layers[l];
        const int wide = layer->matrix_format == WAVENET_MATRIX_32 && layer->copy == NULL;
        wavenet_rows_choose(layer);
        if (l + 1u < array->count)
            choose_channels(&layer->channels, wide, &layer[1].ring);
    }
}

uint32_t wavenet_channels_run(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                              const struct wavenet_ring *next, int32_t *residual, uint32_t frames) {
    if (stream->kernel == 0)
        return 0;
    return families[stream->kernel - 1].play(net, stream, wide, next, residual, frames);
}

#else

void wavenet_choose(struct wavenet_array *array) {
    (void)array;
}

uint32_t wavenet_rows_run(struct wavenet *net, const struct wavenet_layer *layer, uint32_t frames) {
    (void)net;
    (void)layer;
    (void)frames;
    return 0;
}

uint32_t wavenet_channels_run(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                              const struct wavenet_ring *next, int32_t *residual, uint32_t frames) {
    (void)net;
    (void)stream;
    (void)wide;
    (void)next;
    (void)residual;
    (void)frames;
    return 0;
}

int wavenet_residual_run(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                         int32_t *residual, uint32_t from, uint32_t frames) {
    (void)net;
    (void)stream;
    (void)wide;
    (void)residual;
    (void)from;
    (void)frames;
    return 0;
}

#endif
