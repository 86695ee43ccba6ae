// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Chooses among the families of kernels: the first that can takes a layer.
#include "wavenet_m7.h"

#ifdef WAVENET_M7

static const wavenet_rows_kernel rows_kernels[] = {wavenet_rows_pairs};
static const wavenet_channels_kernel channels_kernels[] = {wavenet_channels_square,
                                                           wavenet_channels_pairs};

uint32_t wavenet_rows_run(struct wavenet *net, const struct wavenet_layer *layer,
                          uint32_t bottleneck, uint32_t frames) {
    uint32_t done = 0;
    for (uint32_t i = 0; done == 0 && i < sizeof rows_kernels / sizeof rows_kernels[0]; i++)
        done = rows_kernels[i](net, layer, bottleneck, frames);
    return done;
}

uint32_t wavenet_channels_run(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                              const struct wavenet_ring *next, int32_t *residual, uint32_t frames) {
    uint32_t done = 0;
    for (uint32_t i = 0; done == 0 && i < sizeof channels_kernels / sizeof channels_kernels[0]; i++)
        done = channels_kernels[i](net, stream, wide, next, residual, frames);
    return done;
}

#else

uint32_t wavenet_rows_run(struct wavenet *net, const struct wavenet_layer *layer,
                          uint32_t bottleneck, uint32_t frames) {
    (void)net;
    (void)layer;
    (void)bottleneck;
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

uint32_t wavenet_residual_run(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                              int32_t *residual, uint32_t frames) {
    (void)net;
    (void)stream;
    (void)wide;
    (void)residual;
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
