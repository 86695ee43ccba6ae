// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Whole layers of three channels on the Cortex-M7 (README.md, Narrow layers): the assembly plays
// runs of tiles, from the convolution to the next layer's history, and asks for one after the
// other.
#ifndef WAVENET_NARROW_M7_H
#define WAVENET_NARROW_M7_H

#include "wavenet_m7.h"

#if ENGINE_M7

// Pairs of taps that a kernel of three channels has code for.
#define WAVENET_NARROW_PAIRS 8
// Taps over a history of 32 bits: the word before them is read, too.
#define WAVENET_NARROW_WIDE_TAPS (2 * WAVENET_NARROW_PAIRS - 1)
// Words of a 1x1, with all that is in its stream.
#define WAVENET_NARROW_STILL 24

// A run, as it lies at the assembly's stack pointer, which moves the pointers on.
struct wavenet_narrow_3_m7 {
    const void *chain[2]; // where each half of a tile enters the taps
    const int32_t *rows;
    int32_t weight;    // the first word of the weights, or of a wide history their place
    const void *first; // the oldest tap
    const int32_t *audio;
    int32_t *head;
    int32_t *channels;
    int32_t *residual;
    void *out;           // the next layer's history
    const void *partner; // the same one dilation of that layer before
    uint32_t end;        // bytes of the history that the run writes
    struct wavenet_walk *walk;
    const void *tap[2 * WAVENET_NARROW_PAIRS]; // the newest one last
};

// An array's chunk, as far as it is played.
struct wavenet_walk {
    struct wavenet *net;
    int32_t *residual;
    struct wavenet_layer *layer, *end;
    uint32_t frames, tiles;      // of the chunk
    uint32_t tile, run;          // tiles of the layer that are played, tiles of the run
    uint32_t channels;           // of the array
    struct wavenet_ring *writes; // the next layer's history, or `spare`, which nobody reads
    uint32_t from, to, partner;  // where the run reads and writes, and that layer's dilation
    struct wavenet_ring spare;
    int32_t still[WAVENET_NARROW_STILL]; // a 1x1 that adds nothing
};

// Plays all runs of a walk.
void wavenet_narrow_3_m7(struct wavenet_walk *walk);

// Writes three channels of a residual, tiles, into frames of 32 bits: clipped to 32 - n bits, times
// 2^n. No weight meets the fourth channel.
void wavenet_narrow_3_clip_m7(const int32_t *residual, int32_t *q, uint32_t n, uint32_t tiles);

// Writes the next run; returns its tiles, 0 behind the last one.
uint32_t wavenet_narrow_3_next(struct wavenet_narrow_3_m7 *run, struct wavenet_walk *walk);

// Lays the streams of a layer's rows out anew; writes the third channel of the residual that an
// array begins with into the first layer's history; writes all of a residual into one of 32 bits.
void wavenet_narrow_3_load(const struct wavenet_layer *layer);
void wavenet_narrow_3_enter(const struct wavenet_walk *walk, const struct wavenet_stream *entry);
void wavenet_narrow_3_remember(const struct wavenet_walk *walk, const struct wavenet_ring *ring);

// Behind frames that were written into a ring from `first` on, beyond its end maybe: those belong
// to its beginning, and what is there is mirrored behind the end. A past that is moved to the
// beginning, between chunks, never wraps.
void wavenet_narrow_mirror(const struct wavenet_ring *ring, uint32_t first, uint32_t frames);

// Ends a layer whose chunk is played, and goes on to the next one; 0 behind the last.
int wavenet_narrow_end(struct wavenet_walk *walk);

// Words of a frame.
static inline uint32_t wavenet_narrow_words(const struct wavenet_ring *ring) {
    return ring->channels << ring->wide >> 1;
}

// t / 64, saturated; the remainder stays in t.
static inline int32_t wavenet_narrow_fed_back(int32_t *t) {
    const int32_t q = clip(*t >> WAVENET_FEEDBACK_BITS, INT16_MIN, INT16_MAX);
    *t &= (1 << WAVENET_FEEDBACK_BITS) - 1;
    return q;
}

static inline int32_t wavenet_narrow_beside(int32_t low, int32_t high) {
    return (int32_t)((uint16_t)low | (uint32_t)high << 16);
}

static inline int32_t *wavenet_narrow_frame(const struct wavenet_ring *ring, uint32_t at) {
    return (int32_t *)ring->words + at * wavenet_narrow_words(ring);
}

static inline uint32_t wavenet_narrow_smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

#endif

#endif
