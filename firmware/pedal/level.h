// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Levels: decibels to ratios, and a ratio that moves without a step.
#ifndef LEVEL_H
#define LEVEL_H

#include <stddef.h>
#include <stdint.h>

#define LEVEL_ONE (1 << 24) // ratio 1, Q24

// Hundredths of a decibel, -9600..3600, as a ratio Q24; within 0.002 dB, and exact at 0.
int32_t level_from_decibel(int32_t hundredths);

// x times ratio (Q24), rounded and clipped to int32.
int32_t level_scale(int32_t x, int32_t ratio);

struct level {
    int32_t now, target; // Q24, 0..2^30
};

// Begins at `ratio`, without a fade.
void level_start(struct level *level, int32_t ratio);

// Scales `frames` samples Q23 while moving towards the target with a time constant of 1,024 samples
// (21 ms). At ratio 1 the words stay as they are.
void level_process(struct level *level, int32_t *audio, size_t frames);

#endif
