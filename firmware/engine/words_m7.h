// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// One instruction each on a Cortex-M7, plain C elsewhere; the same words.
#ifndef WORDS_M7_H
#define WORDS_M7_H

#include "fixed.h"

#if defined(__ARM_ARCH_7EM__) && !defined(ENGINE_PORTABLE)

#define WORDS_M7 1

// Two int16 beside each other, wherever they are kept.
typedef uint32_t __attribute__((may_alias)) pair_m7;

// acc + both products of the halves
static inline int32_t smlad_m7(uint32_t a, uint32_t b, int32_t acc) {
    int32_t sum;
    __asm__("smlad %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
    return sum;
}

// acc + floor(a times the lower half of b / 2^16), and the upper half
static inline int32_t smlawb_m7(int32_t a, uint32_t b, int32_t acc) {
    int32_t sum;
    __asm__("smlawb %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
    return sum;
}

static inline int32_t smlawt_m7(int32_t a, uint32_t b, int32_t acc) {
    int32_t sum;
    __asm__("smlawt %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
    return sum;
}

// sat32(a + b)
static inline int32_t add_saturated(int32_t a, int32_t b) {
    int32_t sum;
    __asm__("qadd %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
    return sum;
}

#else

static inline int32_t add_saturated(int32_t a, int32_t b) {
    return sat((int64_t)a + b, 32);
}

#endif
#endif
