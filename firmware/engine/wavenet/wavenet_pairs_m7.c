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
    const uint32_t pairs = ring->channels / 2, taps = layer->taps;
    const uint8_t *const tail = tail_of(layer);
    if (tail == NULL || layer->gated || ring->wide || pairs >= KERNELS ||
        taps > kernels[pairs].taps || layer->matrix_format == WAVENET_MATRIX_32)
        return 0;
    struct wavenet_rows_walk walk;
    walk.net = net;
    walk.layer = layer;
    walk.chain = kernels[pairs].taps_end - taps * tap_bytes(pairs);
    walk.tail = tail;
    walk.width = wavenet_even(bottleneck);
    walk.tile = 0;
    walk.tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    walk.newest = (int32_t)ring->at;
    wavenet_rows_m7(&walk);
    return frames;
}

// What all runs of a layer share. The assembly moves head sum and activations on.
static void begin_rows(struct wavenet_rows_m7 *run, const struct wavenet_rows_walk *walk) {
    const struct wavenet_stream *const rows = &walk->layer->rows;
    run->chain = walk->chain;
    run->tail = walk->tail;
    run->taps = walk->layer->taps;
    run->step = TILE_FRAMES * 2 * walk->layer->ring.channels;
    run->start = rows->words - 1;
    run->end = rows->words + wavenet_row_words(rows) * rows->pairs - 5;
    run->head = walk->net->head - 2;
    run->a = walk->net->a - 2;
    if (walk->layer->activation != WAVENET_LEAKY) {
        run->bases = &walk->net->chords->base;
        run->slopes = &walk->net->chords->slope;
    }
}

// From the newest tap, one dilation older each. They span less than a ring, so that at most one is
// the first to come from its end, and that or the newest is nearest to the end.
struct taps {
    const uint8_t *words;
    const void **tap; // of the tap at hand
    int32_t at, older, around, wrapped;
    uint32_t frame; // bytes
};

static inline __attribute__((always_inline)) void older_tap(struct taps *taps) {
    taps->at -= taps->older;
    if (taps->at < 0) {
        taps->at += taps->around;
        taps->wrapped = taps->at;
    }
    *--taps->tap = taps->words + (uint32_t)taps->at * taps->frame;
}

void wavenet_rows_next(struct wavenet_rows_m7 *run, struct wavenet_rows_walk *walk) {
    const struct wavenet_layer *const layer = walk->layer;
    const int32_t newest = walk->newest;
    if (walk->tile == 0)
        begin_rows(run, walk);
    struct taps taps;
    taps.words = layer->ring.words;
    taps.tap = run->tap + WAVENET_M7_TAPS - 1;
    taps.at = newest;
    taps.older = layer->dilation;
    taps.around = (int32_t)layer->ring.frames;
    taps.wrapped = 0;
    taps.frame = 2 * layer->ring.channels;
    *taps.tap = taps.words + (uint32_t)newest * taps.frame;
    switch (layer->taps) { // straight on: the end of a loop would be a mispredicted branch
    case 6:
        older_tap(&taps);
        older_tap(&taps);
        older_tap(&taps);
        // fall through
    case 3:
        older_tap(&taps);
        older_tap(&taps);
        break;
    default:
        for (uint32_t k = layer->taps; k > 1; k--)
            older_tap(&taps);
    }
    run->first = *taps.tap;
    run->audio = walk->net->x + walk->tile * TILE_FRAMES;
    const int32_t nearest = taps.wrapped > newest ? taps.wrapped : newest;
    const uint32_t whole = (uint32_t)(taps.around - nearest + TILE_FRAMES - 1) / TILE_FRAMES;
    const uint32_t left = walk->tiles - walk->tile;
    run->tiles = whole < left ? whole : left;
    walk->tile += run->tiles;
    run->left = walk->tiles - walk->tile;
    const int32_t next = newest + (int32_t)(run->tiles * TILE_FRAMES);
    walk->newest = next >= taps.around ? next - taps.around : next;
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
