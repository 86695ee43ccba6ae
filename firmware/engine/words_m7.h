// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Products of pairs of int16 weights, and words copied: an instruction or two on a Cortex-M7, plain
// C elsewhere; the same words. The weights are on a word boundary.
#ifndef WORDS_M7_H
#define WORDS_M7_H

#include "fixed.h"
#include "m7.h"

// A word, whatever is kept in it.
typedef int32_t __attribute__((may_alias)) word_m7;

#if ENGINE_M7

// Two int16 beside each other, wherever they are kept.
typedef uint32_t __attribute__((may_alias)) pair_m7;

// acc + w[0] q[0] + w[1] q[1], q on a word boundary
static inline int32_t add_pair(const int16_t *w, const int16_t *q, int32_t acc) {
    int32_t sum;
    __asm__("smlad %0, %1, %2, %3"
            : "=r"(sum)
            : "r"(*(const pair_m7 *)w), "r"(*(const pair_m7 *)q), "r"(acc));
    return sum;
}

// acc + floor(w[0] a / 2^16) + floor(w[1] b / 2^16)
static inline int32_t add_upper(const int16_t *w, int32_t a, int32_t b, int32_t acc) {
    const uint32_t weights = *(const pair_m7 *)w;
    int32_t sum;
    __asm__("smlawb %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(weights), "r"(acc));
    __asm__("smlawt %0, %1, %2, %0" : "+r"(sum) : "r"(b), "r"(weights));
    return sum;
}

// Four words, which do not overlap; by pairs, since single ones are stored one a cycle.
static inline void copy_four(word_m7 *to, const word_m7 *from) {
    int32_t a, b, c, d;
    __asm__ volatile("ldrd %0, %1, [%4]\n\t"
                     "ldrd %2, %3, [%4, #8]\n\t"
                     "strd %0, %1, [%5]\n\t"
                     "strd %2, %3, [%5, #8]"
                     : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d)
                     : "r"(from), "r"(to)
                     : "memory");
}

// Four times the same word.
static inline void fill_four(int32_t *to, int32_t word) {
    __asm__ volatile("strd %0, %0, [%1]\n\t"
                     "strd %0, %0, [%1, #8]"
                     :
                     : "r"(word), "r"(to)
                     : "memory");
}

// `count` words, eight at a time, to a lower place or one that they do not overlap.
static inline void copy_words(void *target, const void *source, uint32_t count) {
    word_m7 *to = target;
    const word_m7 *from = source;
    for (; count >= 8; count -= 8)
        __asm__ volatile("ldmia %1!, {r3, r4, r5, r6, r8, r9, r10, r12}\n\t"
                         "stmia %0!, {r3, r4, r5, r6, r8, r9, r10, r12}"
                         : "+r"(to), "+r"(from)
                         :
                         : "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "memory");
    if (count & 4) {
        copy_four(to, from);
        to += 4;
        from += 4;
    }
    for (count &= 3; count > 0; count--)
        *to++ = *from++;
}

#else

static inline int32_t add_pair(const int16_t *w, const int16_t *q, int32_t acc) {
    return acc + w[0] * q[0] + w[1] * q[1];
}

static inline int32_t add_upper(const int16_t *w, int32_t a, int32_t b, int32_t acc) {
    return acc + (int32_t)(((int64_t)a * w[0]) >> 16) + (int32_t)(((int64_t)b * w[1]) >> 16);
}

static inline void copy_four(int32_t *to, const int32_t *from) {
    const int32_t a = from[0], b = from[1], c = from[2], d = from[3];
    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
    __asm__ volatile(""); // keeps compilers from calling memmove
}

static inline void fill_four(int32_t *to, int32_t word) {
    to[0] = to[1] = to[2] = to[3] = word;
}

static inline void copy_words(void *target, const void *source, uint32_t count) {
    word_m7 *const to = target;
    const word_m7 *const from = source;
    for (uint32_t i = 0; i < count; i++) {
        to[i] = from[i];
        __asm__ volatile(""); // keeps compilers from calling memmove
    }
}

#endif
#endif
