// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Pairs of channels of a 1x1: runs of tiles in which no ring wraps, handed to
// wavenet_channels_m7.S.
#include "wavenet_m7.h"

#if ENGINE_M7

#include "cold.h"

extern const uint8_t wavenet_matrix_0[], wavenet_matrix[], wavenet_matrix_16[], wavenet_matrix_32[];
extern const uint8_t wavenet_residual_m7[], wavenet_history_m7[], wavenet_history_long[];
extern const uint8_t wavenet_matrix_full[], wavenet_full_residual[], wavenet_full_history[];
extern const uint8_t wavenet_copy_m7[], wavenet_copy_keep[], wavenet_copy_alone[];
extern const uint8_t wavenet_copy_history[], wavenet_history_clipped[], wavenet_history_shifted[];

// Bytes of the code of a pair of columns of a 1x1, and the most of them.
enum { MATRIX_16_BYTES = 56, MATRIX_32_BYTES = 104, MATRIX_MOST = 8 };
// Of a column of 32-bit weights, and the most of them.
enum { FULL_BYTES = 56, FULL_MOST = 16 };

// What all tiles share.
static void begin_channels(struct wavenet_channels_m7 *run, const struct wavenet_stream *stream,
                           int wide, const uint8_t *tail) {
    const uint32_t pairs = stream->pairs, words = wavenet_channel_words(stream) * pairs;
    run->start = stream->words - 1;
    run->end = stream->words + words - 1;
    run->begin = stream->columns == 0 ? wavenet_matrix_0 : wavenet_matrix;
    run->chain = wide ? wavenet_matrix_32 - MATRIX_32_BYTES * stream->columns
                      : wavenet_matrix_16 - MATRIX_16_BYTES * stream->columns;
    run->tail = tail;
    run->a_step = 16u * stream->columns << wide;
}

// Whole tiles of a chunk, whose history goes into `next`; `words` of activations in a tile.
static uint32_t play_tiles(const struct wavenet *net, struct wavenet_channels_m7 *run,
                           const struct wavenet_ring *next, int32_t *residual, uint32_t words,
                           uint32_t frames) {
    const uint32_t step = wavenet_frame_bytes(next), tiles = frames / TILE_FRAMES;
    uint32_t at = next->at;
    run->stride = step;
    run->ring_step = 3 * step;
    run->shift = next->shift;
    run->room = INT32_MAX - (INT32_MAX >> next->shift);
    for (uint32_t tile = 0; tile < tiles; tile += run->tiles) {
        run->tiles = wavenet_tiles_until(next, at, tiles - tile);
        run->a = net->a + tile * words;
        run->residual = residual + tile * TILE_FRAMES * next->channels;
        run->ring = (uint8_t *)next->words + at * step;
        wavenet_channels_m7(run);
        at = wavenet_ring_after(next, at, run->tiles);
    }
    return tiles * TILE_FRAMES;
}

// A chunk of the residual alone from the tile `from` on, where `residual` is.
static __attribute__((noinline)) void play_residual(const struct wavenet *net,
                                                    struct wavenet_channels_m7 *run,
                                                    int32_t *residual, uint32_t words,
                                                    uint32_t from, uint32_t frames) {
    run->tiles = (frames - from + TILE_FRAMES - 1) / TILE_FRAMES;
    run->a = net->a + from / TILE_FRAMES * words;
    run->residual = residual;
    run->ring = NULL; // counted on, but never written
    run->ring_step = run->stride = run->shift = 0;
    run->room = 0;
    wavenet_channels_m7(run);
}

COLD int wavenet_pairs_serves(const struct wavenet_stream *stream, int wide,
                              const struct wavenet_ring *next) {
    (void)wide;
    (void)next;
    return stream->columns <= MATRIX_MOST;
}

uint32_t wavenet_pairs_play(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                            const struct wavenet_ring *next, int32_t *residual, uint32_t frames) {
    struct wavenet_channels_m7 run;
    begin_channels(&run, stream, wide, next->wide ? wavenet_history_long : wavenet_history_m7);
    return play_tiles(net, &run, next, residual, run.a_step / 4, frames);
}

int wavenet_residual_run(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                         int32_t *residual, uint32_t from, uint32_t frames) {
    struct wavenet_channels_m7 run;
    if (stream->columns == 0 || stream->columns > MATRIX_MOST)
        return 0;
    begin_channels(&run, stream, wide, wavenet_residual_m7);
    play_residual(net, &run, residual + 2u * stream->pairs * from, run.a_step / 4, from, frames);
    return 1;
}

uint32_t wavenet_copy(const struct wavenet *net, const struct wavenet_layer *layer,
                      const struct wavenet_array *array, const struct wavenet_ring *next,
                      int32_t *residual, uint32_t frames) {
    const uint32_t columns = wavenet_even(array->bottleneck), words = TILE_FRAMES * columns;
    const uint32_t width = wavenet_even(array->channels);
    const uint32_t block =
        layer->full ? wavenet_full_words(columns) : wavenet_channel_words(&layer->channels);
    const void *alone = wavenet_copy_alone;
    struct wavenet_channels_m7 run;
    uint32_t done = 0;
    run.start = layer->copy - 1;
    run.end = run.start + width / 2 * block;
    run.begin = wavenet_copy_m7;
    run.a_step = 0; // it walks them itself
    run.copy_shift = layer->copy_shift;
    if (layer->full) {
        if (columns > FULL_MOST) {
            wavenet_add_full(net, layer, array, residual, frames);
            return 0;
        }
        run.begin = wavenet_matrix;
        run.chain = wavenet_matrix_full - FULL_BYTES * columns;
        run.a_step = 4 * words;
        run.tail = wavenet_full_history;
        alone = wavenet_full_residual;
    } else if (next != NULL) {
        run.tail = wavenet_copy_history;
        if (next->wide)
            run.tail = layer->channels.bits >> (WAVENET_SHIFT_MAX - next->shift) == 0
                           ? wavenet_history_shifted
                           : wavenet_history_clipped;
        // Of the next layer alone nobody else reads the residual where it copies, too.
        run.chain = layer[1].copy == NULL || layer[1].full ? wavenet_copy_keep : run.tail;
    }
    if (next != NULL && (next->wide || !layer->full))
        done = play_tiles(net, &run, next, residual, words, frames);
    if (done < frames) {
        run.tail = alone;
        if (!layer->full)
            run.chain = wavenet_copy_keep;
        play_residual(net, &run, residual + width * done, words, done, frames);
    }
    return done;
}

#endif
