// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What the console prints: who we are at the start, how we do once a second.
#ifndef TELEMETRY_H
#define TELEMETRY_H

#include <stdint.h>

#include "cold.h"
#include "text.h"

// Two readings of the audio path's counters, as differences.
struct telemetry_load {
    uint32_t blocks;       // processed in the interval
    uint32_t busy_cycles;  // spent on them
    uint32_t worst_cycles; // most on one
    uint32_t block_cycles; // that a block may take: core clock / sample rate * block
    uint32_t overruns;     // since the start
    uint32_t faults;       // since the start
};

// "load: mean 14.2 % max 14.9 % of the block time, overruns 0, faults 0", with CR LF.
COLD void telemetry_load(struct text *text, const struct telemetry_load *load);

#endif
