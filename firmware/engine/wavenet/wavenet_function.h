// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Activations that a WaveNet's record brings with it (README.md, Functions): straight lines with
// two corners, or a curve of cubic pieces; or it asks for the fine chords of tanh.
#ifndef WAVENET_FUNCTION_H
#define WAVENET_FUNCTION_H

#include "blob.h"
#include "fixed.h"
#include "sigmoid_table.h"

#define WAVENET_FUNCTIONS_MAX 4

enum wavenet_function_type {
    WAVENET_CORNERS,
    WAVENET_CURVE,
    WAVENET_FINE_TANH,
    WAVENET_FUNCTION_TYPES
};

// A curve has so many pieces on each side of 0: each octave is 16, and so is [0, 2^22).
#define WAVENET_PIECES      144
#define WAVENET_PIECE_SHIFT 18
// |v| of a scaled row, at most: beyond, only a row that no converter makes.
#define WAVENET_CURVE_MAX ((1u << 30) - 1)

// A fine chord is 2^18 wide in Q27: 1/512. Its product is of v 2^13, which wraps.
#define WAVENET_FINE_SHIFT 18
#define WAVENET_FINE_WRAP  13

// A function in the arena: its type and shift, then its words.
enum { WAVENET_LOW = 2, WAVENET_HIGH, WAVENET_BELOW, WAVENET_ABOVE, WAVENET_CORNERS_WORDS };
#define WAVENET_CURVE_WORDS (2 + 2 * WAVENET_PIECES * 4)
#define WAVENET_FINE_WORDS  (2 + 2 * TANH_CHORDS)

// The functions of a record: where their words are, and the largest |a| that each gives at all.
struct wavenet_functions {
    uint16_t count;
    struct {
        uint16_t type, shift;
        const uint8_t *words;
        uint64_t most;
        const int32_t *loaded;
    } function[WAVENET_FUNCTIONS_MAX];
};

struct layer_arena;

// Takes `count` functions, checks and proves them; adds what their load takes to `arena_bytes`.
enum engine_status wavenet_functions_read(struct wavenet_functions *functions, uint32_t count,
                                          struct blob_cursor *cursor, uint32_t *arena_bytes);

// Largest |a| of function `index` where |v| is at most `v`: a curve's, of the pieces that it
// reaches.
uint64_t wavenet_function_most(const struct wavenet_functions *functions, uint32_t index,
                               uint64_t v);

// Builds checked functions; 0 when the arena is too small.
int wavenet_functions_load(struct wavenet_functions *functions, struct layer_arena *arena);

// Straight lines: what is beyond a corner counts by the slope there, Q31.
static inline int32_t wavenet_corners_at(const int32_t *function, int32_t v) {
    const int32_t inside = clip(v, function[WAVENET_LOW], function[WAVENET_HIGH]);
    const int32_t beyond = v - inside; // the corners are on both sides of 0
    const int32_t slope = function[beyond < 0 ? WAVENET_BELOW : WAVENET_ABOVE];
    return shl(inside + 2 * mulh(beyond, slope), (uint32_t)function[1]);
}

// The octave that u is in, 0 with all below it.
static inline uint32_t wavenet_curve_octave(uint32_t u) {
    return 9u - (uint32_t)__builtin_clz(u | 1u << 22);
}

// Which piece of its side that is, from 0 on.
static inline uint32_t wavenet_curve_piece(uint32_t u, uint32_t octave) {
    return 16 * octave + (u >> (WAVENET_PIECE_SHIFT + octave));
}

// The piece that v is in, and a cubic of where it is in that.
static inline int32_t wavenet_curve_at(const int32_t *function, int32_t v) {
    const uint32_t sign = (uint32_t)(v >> 31), distance = (uint32_t)v ^ sign;
    const uint32_t u = distance > WAVENET_CURVE_MAX ? WAVENET_CURVE_MAX : distance;
    const uint32_t octave = wavenet_curve_octave(u);
    const uint32_t piece = wavenet_curve_piece(u, octave) + (sign & WAVENET_PIECES);
    const int32_t *const c = function + 2 + (size_t)4 * piece;
    // -1/2 .. 1/2
    const int32_t t = (int32_t)(u << (32 - WAVENET_PIECE_SHIFT - octave) ^ 0x80000000u);
    return c[0] + mulh(c[1] + mulh(c[2] + mulh(c[3], t), t), t);
}

// Chord 0 of a fine tanh.
static inline const struct sigmoid_chord *wavenet_fine_chords(const int32_t *function) {
    return (const struct sigmoid_chord *)(const void *)(function + 2) + TANH_CHORDS / 2;
}

// |v| of a scaled row is at most 2^30, which is the last chord.
static inline int32_t wavenet_fine_at(const int32_t *function, int32_t v) {
    const struct sigmoid_chord *const chord =
        wavenet_fine_chords(function) + (v >> WAVENET_FINE_SHIFT);
    return chord->base + mulh(shl(v, WAVENET_FINE_WRAP), chord->slope);
}

static inline int32_t wavenet_function_at(const int32_t *function, int32_t v) {
    switch (function[0]) {
    case WAVENET_CORNERS:
        return wavenet_corners_at(function, v);
    case WAVENET_CURVE:
        return wavenet_curve_at(function, v);
    default:
        return wavenet_fine_at(function, v);
    }
}

#endif
