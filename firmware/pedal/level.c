// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "level.h"

enum { SHIFT = 10, LOWEST = -9600, HIGHEST = 3600, TURN = 1 << 26 };

// 2^f for f = fraction / 2^26, Q24: the least-squares cubic through the ends of the interval.
static int32_t power_of_two(int32_t fraction) {
    static const int32_t c1 = 746848000, c2 = 242852000, c3 = 83908000; // Q30
    int64_t f = (int64_t)fraction << 4;                                 // Q30
    int64_t p = c2 + ((c3 * f) >> 30);
    p = c1 + ((p * f) >> 30);
    return LEVEL_ONE + (int32_t)((p * f) >> 36);
}

int32_t level_from_decibel(int32_t hundredths) {
    if (hundredths < LOWEST) {
        return 0;
    }
    // log2(10) / 2000 octaves of amplitude for a hundredth, Q26.
    int32_t octaves = (hundredths > HIGHEST ? HIGHEST : hundredths) * 111465;
    int32_t whole = octaves >> 26;
    int32_t ratio = power_of_two(octaves & (TURN - 1));
    return whole >= 0 ? ratio << whole : ratio >> -whole;
}

int32_t level_scale(int32_t x, int32_t ratio) {
    int64_t y = ((int64_t)x * ratio + (LEVEL_ONE >> 1)) >> 24;
    return y > INT32_MAX ? INT32_MAX : y < INT32_MIN ? INT32_MIN : (int32_t)y;
}

void level_start(struct level *level, int32_t ratio) {
    level->now = level->target = ratio;
}

void level_process(struct level *level, int32_t *audio, size_t frames) {
    if (level->now == LEVEL_ONE && level->target == LEVEL_ONE) {
        return;
    }
    for (size_t i = 0; i < frames; i++) {
        int32_t step = (level->target - level->now) >> SHIFT;
        // The last 2^10 of 2^24 in one step: 84 dB below the ratio 1.
        level->now = step == 0 || step == -1 ? level->target : level->now + step;
        audio[i] = level_scale(audio[i], level->now);
    }
}
