// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Pairs of rows and of channels: runs of tiles in which no ring wraps, handed to wavenet_rows_m7.S
// and wavenet_channels_m7.S.
#include "wavenet_m7.h"

#ifdef WAVENET_M7

extern const uint8_t wavenet_leaky_m7[], wavenet_table_m7[], wavenet_twice_m7[];
extern const uint8_t wavenet_taps_1[], wavenet_taps_2[], wavenet_taps_3[], wavenet_taps_4[],
    wavenet_taps_6[], wavenet_taps_8[];
extern const uint8_t wavenet_matrix_0[], wavenet_matrix_1[], wavenet_matrix_2[], wavenet_matrix_3[],
    wavenet_matrix_4[], wavenet_matrix_6[], wavenet_matrix_8[];
extern const uint8_t wavenet_residual_m7[], wavenet_history_m7[];

// Kernels by pairs of columns.
static const struct {
    const uint8_t *taps_end, *matrix;
    uint32_t taps;
} kernels[] = {
    {NULL, wavenet_matrix_0, 0},
    {wavenet_taps_1, wavenet_matrix_1, 3},
    {wavenet_taps_2, wavenet_matrix_2, 15},
    {wavenet_taps_3, wavenet_matrix_3, 3},
    {wavenet_taps_4, wavenet_matrix_4, 15},
    {NULL, NULL, 0},
    {wavenet_taps_6, wavenet_matrix_6, 3},
    {NULL, NULL, 0},
    {wavenet_taps_8, wavenet_matrix_8, 3},
};
enum { KERNELS = sizeof kernels / sizeof kernels[0] };

// Bytes of the code of a tap.
static uint32_t tap_bytes(uint32_t pairs) {
    return 56 * pairs + 4;
}

static const uint8_t *tail_of(const struct wavenet_layer *layer) {
    if (layer->activation == WAVENET_LEAKY)
        return layer->lift == WAVENET_LIFT_ONE + 2 ? wavenet_leaky_m7 : NULL;
    if (layer->activation == WAVENET_TANH || layer->activation == WAVENET_SIGMOID)
        return layer->lift == 0 ? wavenet_table_m7 : layer->lift == 1 ? wavenet_twice_m7 : NULL;
    return NULL;
}

uint32_t wavenet_rows_pairs(struct wavenet *net, const struct wavenet_layer *layer,
                            uint32_t bottleneck, uint32_t frames) {
    const struct wavenet_ring *const ring = &layer->ring;
    const uint32_t pairs = ring->channels / 2, taps = layer->taps, width = wavenet_even(bottleneck);
    const uint8_t *const tail = tail_of(layer);
    if (tail == NULL || layer->gated || ring->wide || pairs >= KERNELS ||
        taps > kernels[pairs].taps || layer->matrix_format == WAVENET_MATRIX_32)
        return 0;
    const uint32_t tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    const uint32_t words = wavenet_row_words(&layer->rows) * layer->rows.pairs;
    struct wavenet_rows_m7 run;
    run.chain = kernels[pairs].taps_end - taps * tap_bytes(pairs);
    run.start = layer->rows.words - 1;
    run.end = layer->rows.words + words - 5;
    if (layer->activation != WAVENET_LEAKY) {
        run.bases = &net->chords->base;
        run.slopes = &net->chords->slope;
    }
    run.tail = tail;
    run.step = TILE_FRAMES * 4 * pairs;
    run.taps = taps;
    const int32_t around = (int32_t)ring->frames;
    int32_t newest = (int32_t)ring->at;
    for (uint32_t tile = 0; tile < tiles; tile += run.tiles) {
        const uint32_t frame = tile * TILE_FRAMES;
        int32_t at = newest, run_frames = (int32_t)((tiles - tile) * TILE_FRAMES);
        for (uint32_t k = 0; k < taps; k++) { // from the newest, one dilation older each
            run.tap[WAVENET_M7_TAPS - 1 - k] = (const int32_t *)ring->words + (uint32_t)at * pairs;
            run_frames = around - at < run_frames ? around - at : run_frames;
            at -= layer->dilation;
            at += around & (at >> 31);
        }
        run.tiles = ((uint32_t)run_frames + TILE_FRAMES - 1) / TILE_FRAMES;
        run.first = run.tap[WAVENET_M7_TAPS - taps];
        run.head = net->head + frame * width - 2;
        run.a = net->a + frame / 2 * width - 2;
        run.audio = net->x + frame;
        wavenet_rows_m7(&run);
        newest += (int32_t)(run.tiles * TILE_FRAMES);
        newest -= newest >= around ? around : 0;
    }
    return frames;
}

// What all tiles share; 0 where there is no kernel.
static int begin_channels(struct wavenet_channels_m7 *run, const struct wavenet_stream *stream,
                          const uint8_t *tail) {
    const uint32_t pairs = stream->pairs, words = wavenet_channel_words(stream) * pairs;
    if (stream->columns >= KERNELS || kernels[stream->columns].matrix == NULL)
        return 0;
    run->start = stream->words - 1;
    run->end = stream->words + words - 1;
    run->begin = kernels[stream->columns].matrix;
    run->tail = tail;
    run->a_step = 16u * stream->columns;
    run->stride = 4 * pairs;
    run->ring_step = 3 * run->stride;
    return 1;
}

uint32_t wavenet_channels_pairs(struct wavenet *net, const struct wavenet_stream *stream,
                                const struct wavenet_ring *next, int32_t *residual,
                                uint32_t frames) {
    const uint32_t pairs = stream->pairs;
    struct wavenet_channels_m7 run;
    uint32_t at = next->at;
    if (next->wide || !begin_channels(&run, stream, wavenet_history_m7))
        return 0;
    const uint32_t tiles = frames / TILE_FRAMES;
    for (uint32_t tile = 0; tile < tiles; tile += run.tiles) {
        run.tiles = wavenet_tiles_until(next, at, tiles - tile);
        run.a = net->a + tile * TILE_FRAMES * stream->columns;
        run.residual = residual + tile * TILE_FRAMES * 2 * pairs;
        run.ring = (int32_t *)next->words + at * pairs;
        wavenet_channels_m7(&run);
        at = wavenet_ring_after(next, at, run.tiles);
    }
    return tiles * TILE_FRAMES;
}

uint32_t wavenet_residual_run(struct wavenet *net, const struct wavenet_stream *stream,
                              int32_t *residual, uint32_t frames) {
    struct wavenet_channels_m7 run;
    if (stream->columns == 0 || !begin_channels(&run, stream, wavenet_residual_m7))
        return 0;
    run.tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    run.a = net->a;
    run.residual = residual;
    run.ring = NULL; // counted on, but never written
    wavenet_channels_m7(&run);
    return frames;
}

#endif
