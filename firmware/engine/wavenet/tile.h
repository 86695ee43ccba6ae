// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The inner loops of a WaveNet: two rows of weights over TILE_FRAMES frames at once, so that each
// loaded word is used several times (README.md, Rows).
#ifndef TILE_H
#define TILE_H

#include <stdint.h>

#define TILE_FRAMES   4
#define TILE_TAPS_MAX 32

// What is computed a chunk of frames at a time lies in tiles: all channels of four frames, each
// channel's frames beside each other. `channels` is even, or 1.
static inline uint32_t tile_at(uint32_t frame, uint32_t channel, uint32_t channels) {
    return (frame / TILE_FRAMES * channels + channel) * TILE_FRAMES + frame % TILE_FRAMES;
}

struct tile {
    // int16: taps x column pairs x 2 rows x 2 columns; int32: taps x columns x 2 rows; an odd row
    // or column is padded with 0
    const void *weights;
    uint32_t row_pairs, taps, column_pairs;
    uint32_t row_step;    // weights from a pair of rows to the next one
    uint32_t frame_step;  // columns from a frame to the next one
    uint32_t pair_step;   // columns from a pair of columns to the next one; of tile_16
    uint32_t column_step; // columns from a column to the next one; of tile_32
};

// acc[row][frame] += sum over taps and columns of w q. tap[k] is where tap k of the first frame
// begins; q is int16, a pair of columns side by side.
void tile_16(const struct tile *tile, const void *const *tap, int32_t *acc);

// The same of floor(w q / 2^16), q int32.
void tile_32(const struct tile *tile, const void *const *tap, int32_t *acc);

// The same of floor(w q / 2^32), both int32.
void tile_full(const struct tile *tile, const void *const *tap, int32_t *acc);

#endif
