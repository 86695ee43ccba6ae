// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The inner loops of a WaveNet: rows of int16 weights over TILE_FRAMES frames at once, so that
// each loaded weight is used on all of them (WAVENET.md, Rows).
#ifndef TILE_H
#define TILE_H

#include <stdint.h>

#define TILE_FRAMES   4
#define TILE_TAPS_MAX 32

struct tile {
    const int16_t *weights; // rows x taps x channels
    uint16_t rows, taps;
    uint16_t channels; // even: words of a frame
};

// acc[row][frame] = sum over taps and channels of w q. tap[k] is where tap k of the first frame
// begins; the other frames follow it. q is int16.
void tile_16(const struct tile *tile, const int16_t *const *tap, int32_t *acc);

// The same of floor(w q / 2^16), q int32.
void tile_32(const struct tile *tile, const int32_t *const *tap, int32_t *acc);

#endif
