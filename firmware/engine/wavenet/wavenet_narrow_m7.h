// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Whole layers of few channels on the Cortex-M7 (README.md, Narrow layers): the assembly plays
// runs of tiles, from the convolution to the next layer's history, and asks for one after the
// other.
#ifndef WAVENET_NARROW_M7_H
#define WAVENET_NARROW_M7_H

#include "wavenet_m7.h"

#ifdef WAVENET_M7

// Pairs of taps that a kernel of three channels has code for.
#define WAVENET_NARROW_PAIRS 8

// A run, as it lies at the assembly's stack pointer.
struct wavenet_narrow_m7 {
    const void *chain[2]; // of three channels: where each half of a tile enters the taps
    const int32_t *rows;
    int32_t weight;    // of three channels: the first word of the weights
    const void *first; // of three channels: the oldest tap
    const int32_t *audio;
    int32_t *head;
    int32_t *channels;
    int32_t *residual;
    void *out;           // the next layer's history
    const void *partner; // of three channels: the same one dilation of that layer before
    uint32_t end;        // bytes of the history that the run writes
    struct wavenet_walk *walk;
    const void *bases, *slopes;                // sigmoid_table's at chord 0
    const void *tap[2 * WAVENET_NARROW_PAIRS]; // the newest one last
};

// An array's chunk, as far as it is played.
struct wavenet_walk {
    struct wavenet *net;
    struct wavenet_array *array;
    int32_t *residual;
    uint32_t frames, tiles;            // of the chunk
    uint32_t layer, tile, run;         // the layer, tiles of it that are played, tiles of the run
    const struct wavenet_ring *reads;  // the layer's history
    uint32_t from, dilation, taps;     // where the run reads it
    const struct wavenet_ring *writes; // the next layer's, or `spare`, which nobody reads
    uint32_t to, partner;              // where the run writes it; that layer's dilation
    struct wavenet_ring spare;
    int32_t still[24]; // a 1x1 that adds nothing
};

// Each plays all runs of a walk, of so many channels.
void wavenet_narrow_2_m7(struct wavenet_walk *walk);
void wavenet_narrow_3_m7(struct wavenet_walk *walk);
void wavenet_narrow_4_m7(struct wavenet_walk *walk);

// Writes the next run; returns its tiles, 0 behind the last one.
uint32_t wavenet_narrow_next(struct wavenet_narrow_m7 *run, struct wavenet_walk *walk);

#endif

#endif
