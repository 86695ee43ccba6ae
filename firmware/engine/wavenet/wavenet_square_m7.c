// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// As many channels as bottleneck: runs of tiles in which no ring wraps, handed to
// wavenet_square_m7.S.
#include "wavenet_m7.h"

#if ENGINE_M7

#include "cold.h"

typedef void kernel(const int32_t *stream, const int32_t *a, int32_t *residual, void *ring,
                    const int32_t *end);

kernel wavenet_square_8_m7, wavenet_square_8_long, wavenet_square_16_m7;

COLD int wavenet_square_serves(const struct wavenet_stream *stream, int wide,
                               const struct wavenet_ring *next) {
    const uint32_t pairs = stream->pairs;
    if (next->wide || stream->columns != pairs)
        return 0;
    return pairs == 4 || (pairs == 8 && !wide);
}

uint32_t wavenet_square_play(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                             const struct wavenet_ring *next, int32_t *residual, uint32_t frames) {
    const uint32_t pairs = stream->pairs, tiles = frames / TILE_FRAMES;
    kernel *const play = pairs != 4 ? wavenet_square_16_m7
                         : wide     ? wavenet_square_8_long
                                    : wavenet_square_8_m7;
    const int32_t *a = net->a;
    uint32_t at = next->at;
    for (uint32_t tile = 0, run; tile < tiles; tile += run) {
        run = wavenet_tiles_until(next, at, tiles - tile);
        int32_t *const end = residual + run * TILE_FRAMES * 2 * pairs;
        play(stream->words - 1, a, residual, (int32_t *)next->words + at * pairs, end);
        a += run * TILE_FRAMES * pairs << wide;
        residual = end;
        at = wavenet_ring_after(next, at, run);
    }
    return tiles * TILE_FRAMES;
}

#endif
