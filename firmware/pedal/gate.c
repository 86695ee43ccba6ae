// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "gate.h"

#include "level.h"

enum { FALL = 9, ATTACK = 4, RELEASE = 11, HOLD = 2400 };

void gate_start(struct gate *gate) {
    *gate = (struct gate){.hold = HOLD, .ratio = LEVEL_ONE};
}

void gate_process(struct gate *gate, const int32_t *in, int32_t *audio, size_t frames) {
    if (!gate->threshold && gate->ratio == LEVEL_ONE) {
        return;
    }
    for (size_t i = 0; i < frames; i++) {
        int32_t peak = in[i] < 0 ? -in[i] : in[i];
        gate->envelope -= gate->envelope >> FALL;
        if (peak > gate->envelope) {
            gate->envelope = peak;
        }
        if (gate->envelope >= gate->threshold) {
            gate->hold = HOLD;
        } else if (gate->envelope < gate->threshold / 2 && gate->hold) {
            gate->hold--;
        }
        if (gate->hold) {
            int32_t left = LEVEL_ONE - gate->ratio;
            gate->ratio = left < 1 << ATTACK ? LEVEL_ONE : gate->ratio + (left >> ATTACK);
        } else {
            gate->ratio -= (gate->ratio + (1 << RELEASE) - 1) >> RELEASE;
        }
        if (gate->ratio != LEVEL_ONE) {
            audio[i] = level_scale(audio[i], gate->ratio);
        }
    }
}
