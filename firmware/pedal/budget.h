// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Whether a model is fast enough for the board, measured when it is loaded: the first block that
// comes too late would already be heard.
#ifndef BUDGET_H
#define BUDGET_H

#include <stdint.h>

#include "cold.h"
#include "engine.h"

struct budget {
    uint32_t (*cycles)(void); // counts core cycles, wraps; NULL: nothing is measured
    uint32_t frames;          // of a block
    uint32_t most;            // core cycles that the engine may take for a block, at least 100
};

// Plays a few blocks on an engine that is out of the audio path. Cycles of the fastest one, with
// the interrupts that came meanwhile; 0: not measured. Ends in the rest state.
COLD uint32_t budget_measure(const struct budget *budget, struct engine *engine);

#endif
