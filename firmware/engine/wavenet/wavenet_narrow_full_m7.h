// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Whole layers of two and four channels on the Cortex-M7, histories and 1x1 of 32 bits (README.md,
// Narrow layers): the assembly plays a layer's chunk, in which no ring wraps, and asks for the
// next.
#ifndef WAVENET_NARROW_FULL_M7_H
#define WAVENET_NARROW_FULL_M7_H

#include "wavenet_m7.h"

#if ENGINE_M7

#define WAVENET_FULL_TAPS  3
#define WAVENET_FULL_SHIFT 7  // of the activations
#define WAVENET_FULL_STILL 20 // words of a 1x1 of four channels

// A layer's chunk, as it lies at the assembly's stack pointer. Pointers are to the end of the
// chunk: the place counts up to it, from minus the bytes of history.
struct wavenet_narrow_full_m7 {
    const int32_t *audio;
    int32_t *head;
    const int32_t *tap[WAVENET_FULL_TAPS]; // the newest one last
    int32_t *out;                          // the next layer's history
    const void *bases, *slopes;            // the table's at chord 0
    const int32_t *rows;
    int32_t place;
    const int32_t *channels;
    struct wavenet_narrow_full_walk *walk;
};

// An array's chunk, as far as it is played.
struct wavenet_narrow_full_walk {
    struct wavenet *net;
    struct wavenet_layer *first, *layer, *end; // `layer` is the next one
    uint32_t frames, tiles;
    int32_t still[WAVENET_FULL_STILL]; // a 1x1 that adds nothing
};

// Each plays all layers of a walk, of so many channels.
void wavenet_narrow_2_m7(struct wavenet_narrow_full_walk *walk);
void wavenet_narrow_4_m7(struct wavenet_narrow_full_walk *walk);

// Writes the next layer; 0 behind the last one.
int wavenet_narrow_full_next(struct wavenet_narrow_full_m7 *run,
                             struct wavenet_narrow_full_walk *walk);

// As wavenet_narrow_load and wavenet_array_run.
int wavenet_narrow_full_load(struct wavenet_array *array);
void wavenet_narrow_full_run(struct wavenet *net, struct wavenet_array *array, int32_t *residual,
                             uint32_t frames);

#endif

#endif
