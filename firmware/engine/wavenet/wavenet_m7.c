// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Chooses among the families of kernels, when a network is loaded: the first that can takes a 1x1.
#include "wavenet_m7.h"

#ifdef WAVENET_M7

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

// Whether what replaces the residual leaves no bits that a history lacks: |a 2^n| is 2^31 at most,
// and of the table 0 at least.
COLD static uint8_t within(const struct wavenet_layer *layer, uint32_t channels, uint32_t shift) {
    const int64_t top = INT32_MAX >> shift, least = -((int64_t)1 << 31);
    const int64_t from = wavenet_from_table(layer->activation, layer->gated) ? 0 : least;
    for (uint32_t c = 0; c < channels; c++) {
        const int64_t bias = *wavenet_channel_front(&layer->channels, c);
        const int64_t scale = wavenet_channel_back(&layer->channels, c)[WAVENET_STEP];
        const int64_t a = (from * scale) >> 32, b = (-least * scale) >> 32;
        if (bias + (a < b ? a : b) < -top - 1 || bias + (a < b ? b : a) > top)
            return 0;
    }
    return 1;
}

COLD void wavenet_choose(struct wavenet_array *array) {
    choose_channels(&array->entry, 0, &array->layers[0].ring);
    for (uint32_t l = 0; l < array->count; l++) {
        struct wavenet_layer *const layer = &array->layers[l];
        const int wide = layer->matrix_format == WAVENET_MATRIX_32 && layer->copy == NULL;
        wavenet_rows_choose(layer);
        if (l + 1u < array->count)
            choose_channels(&layer->channels, wide, &layer[1].ring);
        if (l + 1u < array->count && layer->copy != NULL && !layer->full)
            layer->channels.within = within(layer, array->channels, layer[1].ring.shift);
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

uint32_t wavenet_full_run(struct wavenet *net, const struct wavenet_layer *layer,
                          const struct wavenet_array *array, const struct wavenet_ring *next,
                          int32_t *residual, uint32_t frames) {
    (void)net;
    (void)layer;
    (void)array;
    (void)next;
    (void)residual;
    (void)frames;
    return 0;
}

#endif
