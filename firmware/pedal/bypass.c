// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "bypass.h"

#include "level.h"

enum { FRAMES = 480, STEP = LEVEL_ONE / FRAMES };

void bypass_start(struct bypass *bypass, bool wet) {
    *bypass = (struct bypass){.wet = wet ? LEVEL_ONE : 0, .to_wet = wet};
}

static int32_t moved(const struct bypass *bypass) {
    if (bypass->to_wet) {
        return bypass->wet > LEVEL_ONE - STEP ? LEVEL_ONE : bypass->wet + STEP;
    }
    return bypass->wet < STEP ? 0 : bypass->wet - STEP;
}

void bypass_process(struct bypass *bypass, const int32_t *dry, int32_t *wet, size_t frames) {
    for (size_t i = 0; i < frames; i++) {
        bypass->wet = moved(bypass);
        if (bypass->wet != LEVEL_ONE) {
            int64_t difference = (int64_t)wet[i] - dry[i];
            wet[i] = dry[i] + (int32_t)((difference * bypass->wet) >> 24);
        }
    }
}
