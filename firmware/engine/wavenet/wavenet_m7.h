// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The Cortex-M7's inner loops of a WaveNet: what the assembly is given, in the order in which it
// keeps it.
#ifndef WAVENET_M7_H
#define WAVENET_M7_H

#include "wavenet.h"

#if ENGINE_M7

#define WAVENET_M7_TAPS 16

struct wavenet_rows_m7 {
    int32_t x[TILE_FRAMES];
    const void *first, *chain;
    int32_t *head, *a;
    const int32_t *end;
    const void *stream;
    const void *bases, *slopes;
    const void *tail;
    uint32_t tiles;
    const int32_t *audio;
    const int32_t *start;
    uint32_t step, taps;
    const void *tap[WAVENET_M7_TAPS]; // the newest one last
    struct wavenet_rows_walk *walk;
    uint32_t left; // tiles behind the run
    uint32_t at;
    const void *scaled;
    uint32_t skip; // bytes of head sum and activations behind a tile's last row
    const int32_t *function;
    const void *finish;
    int32_t waiting[4]; // of a row, while the other one is activated
    int32_t gates[4];   // of a gated row, while it is activated
    const void *inner;
};

// A layer's rows over a chunk, as far as they are played.
struct wavenet_rows_walk {
    const struct wavenet *net;
    const struct wavenet_layer *layer;
    uint32_t tile, tiles; // played, and in all
    int32_t newest;       // frame of the history, of the newest tap
};

struct wavenet_channels_m7 {
    const int32_t *a;
    uint32_t a_step, tiles;
    const int32_t *start;
    uint32_t ring_step;
    const void *tail;
    int32_t *residual;
    void *ring;
    uint32_t stride;
    const int32_t *end;
    const void *begin, *chain;
    uint32_t shift;
    int32_t room;
    uint32_t copy_shift;
};

// Plays all runs of a walk.
void wavenet_rows_m7(struct wavenet_rows_walk *walk);
// Writes the next run.
void wavenet_rows_next(struct wavenet_rows_m7 *run, struct wavenet_rows_walk *walk);
void wavenet_channels_m7(const struct wavenet_channels_m7 *run);

static inline uint32_t wavenet_frame_bytes(const struct wavenet_ring *ring) {
    return 2 * ring->channels << ring->wide;
}

// From the newest tap, one dilation older each. They span less than a ring, so that at most one is
// the first to come from its end, and that or the newest is nearest to the end.
struct wavenet_taps {
    const uint8_t *words;
    const void **tap; // of the tap at hand
    int32_t at, older, around, wrapped;
    uint32_t frame; // bytes
};

static inline __attribute__((always_inline)) void wavenet_older_tap(struct wavenet_taps *taps) {
    taps->at -= taps->older;
    if (taps->at < 0) {
        taps->at += taps->around;
        taps->wrapped = taps->at;
    }
    *--taps->tap = taps->words + (uint32_t)taps->at * taps->frame;
}

// Writes where a layer's taps begin, the one of frame `newest` before `end`, down to the oldest.
static inline __attribute__((always_inline)) void
wavenet_find_taps(struct wavenet_taps *taps, const struct wavenet_layer *layer, int32_t newest,
                  const void **end) {
    taps->words = layer->ring.words;
    taps->tap = end - 1;
    taps->at = newest;
    taps->older = layer->dilation;
    taps->around = (int32_t)layer->ring.frames;
    taps->wrapped = 0;
    taps->frame = wavenet_frame_bytes(&layer->ring);
    *taps->tap = taps->words + (uint32_t)newest * taps->frame;
    switch (layer->taps) { // straight on: the end of a loop would be a mispredicted branch
    case 6:
        wavenet_older_tap(taps);
        wavenet_older_tap(taps);
        wavenet_older_tap(taps);
        // fall through
    case 3:
        wavenet_older_tap(taps);
        wavenet_older_tap(taps);
        break;
    default:
        for (uint32_t k = layer->taps; k > 1; k--)
            wavenet_older_tap(taps);
    }
}

// Of `most` tiles from frame `at` on those that begin within the ring.
static inline uint32_t wavenet_tiles_until(const struct wavenet_ring *ring, uint32_t at,
                                           uint32_t most) {
    const uint32_t tiles = (ring->frames - at + TILE_FRAMES - 1) / TILE_FRAMES;
    return tiles < most ? tiles : most;
}

// The frame behind tiles that were written from `at` on. What the last one wrote beyond the ring
// belongs to its beginning.
static inline uint32_t wavenet_ring_after(const struct wavenet_ring *ring, uint32_t at,
                                          uint32_t tiles) {
    const uint32_t step = ring->channels << ring->wide >> 1;
    int32_t *const words = ring->words;
    at += tiles * TILE_FRAMES;
    if (at < ring->frames)
        return at;
    at -= ring->frames;
    const int32_t *const beyond = words + ring->frames * step;
    for (uint32_t i = 0, count = at * step; i < count; i++)
        words[i] = beyond[i];
    return at;
}

// Sets the code of a layer's rows, if there is any for them.
void wavenet_rows_choose(struct wavenet_layer *layer);

// Whether a family of kernels is made for a 1x1 and the history behind it, and what plays whole
// tiles of it and returns their frames. A family adds its two to the list in wavenet_m7.c.
typedef int wavenet_channels_serves(const struct wavenet_stream *stream, int wide,
                                    const struct wavenet_ring *next);
typedef uint32_t wavenet_channels_play(struct wavenet *net, const struct wavenet_stream *stream,
                                       int wide, const struct wavenet_ring *next, int32_t *residual,
                                       uint32_t frames);

// Any even number of channels.
wavenet_channels_serves wavenet_pairs_serves;
wavenet_channels_play wavenet_pairs_play;
// As many channels as bottleneck, 8 or 16.
wavenet_channels_serves wavenet_square_serves;
wavenet_channels_play wavenet_square_play;

#endif

// Chooses the kernels of a loaded array.
void wavenet_choose(struct wavenet_array *array);

// Plays a whole array over a chunk, from its residual on; 0 where no kernel is made for that.
int wavenet_array_run(struct wavenet *net, struct wavenet_array *array, int32_t *residual,
                      uint32_t frames);

// Lays a loaded array's streams out as `wavenet_array_run` reads them; 0 where it does not.
int wavenet_narrow_load(struct wavenet_array *array);

// A layer's rows: activations and head sum, of all frames or none.
uint32_t wavenet_rows_run(struct wavenet *net, const struct wavenet_layer *layer, uint32_t frames);

// A 1x1 of activations of 16 bits, or `wide` ones, or one without columns, and the history `next`:
// whole tiles.
uint32_t wavenet_channels_run(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                              const struct wavenet_ring *next, int32_t *residual, uint32_t frames);

// A 1x1 to the residual or the head sum alone: of all frames from the tile `from` on, or none.
int wavenet_residual_run(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                         int32_t *residual, uint32_t from, uint32_t frames);

#endif
