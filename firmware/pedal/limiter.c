// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "limiter.h"

enum { FULL_SCALE = (1 << 23) - 1, KNEE = 3 << 21, RANGE = 1 << 21 };

// y = knee + d - d^2 / (4 range): slope 1 at d = 0, slope 0 and full scale at d = 2 range.
static int32_t bend(int32_t x) {
    if (x <= KNEE) {
        return x;
    }
    int64_t d = (int64_t)x - KNEE;
    if (d >= 2 * RANGE) {
        return FULL_SCALE;
    }
    int64_t y = KNEE + d - ((d * d) >> 23);
    return y > FULL_SCALE ? FULL_SCALE : (int32_t)y;
}

void limiter_process(int32_t *audio, size_t frames) {
    for (size_t i = 0; i < frames; i++) {
        int32_t x = audio[i] == INT32_MIN ? INT32_MAX : audio[i] < 0 ? -audio[i] : audio[i];
        audio[i] = audio[i] < 0 ? -bend(x) : bend(x);
    }
}
