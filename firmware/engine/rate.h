// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A network between two sample rates (README.md, Rate): the board's samples are turned into frames
// at the model's rate, and the network's frames back into samples at the board's.
#ifndef RATE_H
#define RATE_H

#include <stdint.h>

#include "blob.h"
#include "layer.h"

// Rows of a filter's table less one: positions within a sample, between which it is interpolated.
#define RATE_PHASES   32
#define RATE_TAPS_MAX 96
// Frames of the model that a chunk of the board's samples can call for.
#define RATE_FRAMES_MAX (2 * LAYER_CHUNK_MAX + 1)

struct rate_filter {
    uint32_t taps;
    const int32_t *table; // Q29, RATE_PHASES + 1 rows of taps, the oldest sample's first
    int32_t *history; // Q23, the last `taps` samples twice, so that they lie in one row somewhere
    uint32_t newest;  // 0..taps - 1, where the newest is in the first copy
};

struct rate {
    int32_t model, board; // the two rates, by their common measure
    int32_t due;          // the next frame's distance from the next sample, 1 / model of a sample
    struct rate_filter front, behind;
    int32_t frame[RATE_FRAMES_MAX]; // Q23, into the network and, in their place, out of it
};

// Checks a record of kind BLOB_KIND_RATE and adds what it takes of the arena.
enum engine_status rate_check(const struct blob_record *record, uint32_t *arena_bytes);

// Builds it of a checked record; NULL when the arena is too small.
struct rate *rate_load(const struct blob_record *record, struct layer_arena *arena);

// To silence before the network and `rest_output` (Q23) behind it.
void rate_reset(struct rate *rate, int32_t rest_output);

// Takes up to LAYER_CHUNK_MAX samples (24 bits); returns the number of frames now in rate->frame.
uint32_t rate_take(struct rate *rate, const int32_t *audio, uint32_t samples);

// Gives as many samples as rate_take took, from what the network made of rate->frame. Call it after
// each rate_take.
void rate_give(struct rate *rate, int32_t *out, uint32_t samples);

#endif
