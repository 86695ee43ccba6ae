// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "meter.h"

enum { FULL_SCALE = (1 << 23) - 1 };

void meter_block(struct meter *meter, const int32_t *audio, size_t frames) {
    int32_t peak = meter->peak;
    uint32_t clips = 0;
    for (size_t i = 0; i < frames; i++) {
        int32_t x = audio[i] < 0 ? -audio[i] : audio[i];
        clips += x >= FULL_SCALE;
        peak = x > peak ? x : peak;
    }
    meter->peak = peak;
    meter->clips += clips;
}
