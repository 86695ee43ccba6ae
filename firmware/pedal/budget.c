// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "budget.h"

// The first blocks find nothing in the caches.
enum { BLOCKS = 4, CHUNK = 48, LOUD = 1 << 21 };

COLD static void play(struct engine *engine, uint32_t frames) {
    int32_t audio[CHUNK];
    for (uint32_t left = frames; left;) {
        uint32_t count = left < CHUNK ? left : CHUNK;
        for (uint32_t i = 0; i < count; i++) {
            audio[i] = i & 1u ? LOUD : -LOUD; // silence might cost less
        }
        engine_process(engine, audio, audio, count);
        left -= count;
    }
}

COLD uint32_t budget_measure(const struct budget *budget, struct engine *engine) {
    uint32_t least = 0;
    for (uint32_t i = 0; budget->cycles && i < BLOCKS; i++) {
        uint32_t start = budget->cycles();
        play(engine, budget->frames);
        uint32_t taken = budget->cycles() - start;
        least = !i || taken < least ? taken : least;
        if (least / 2 > budget->most) {
            break; // caches do not explain that, and the load is not to take for ever
        }
    }
    engine_reset(engine);
    return least;
}
