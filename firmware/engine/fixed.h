// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Fixed-point words (README.md, Notation). Every compiler this is built with shifts negative
// numbers arithmetically (GCC and clang promise it); left shifts go through unsigned, where C
// defines them.
#ifndef FIXED_H
#define FIXED_H

#include <stdint.h>

// floor(a b / 2^32); SMMUL.
static inline int32_t mulh(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b) >> 32);
}

// floor(a / 2^n + 1/2), n >= 1; the caller proves that the half does not overflow.
static inline int64_t rsh(int64_t a, uint32_t n) {
    return (a + (int64_t)((uint64_t)1 << (n - 1))) >> n;
}

// a 2^n, wrapping.
static inline int32_t shl(int32_t a, uint32_t n) {
    return (int32_t)((uint32_t)a << n);
}

static inline int32_t clip(int32_t a, int32_t low, int32_t high) {
    return a < low ? low : a > high ? high : a;
}

// Clips to n bits with sign, n <= 32.
static inline int32_t sat(int64_t a, uint32_t n) {
    const int64_t high = (int64_t)(((uint64_t)1 << (n - 1)) - 1);
    return (int32_t)(a < -high - 1 ? -high - 1 : a > high ? high : a);
}

#endif
