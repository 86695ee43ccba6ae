// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Cross-fade between dry and wet, 10 ms at 48 kHz; at its ends the words are those of one side.
#ifndef BYPASS_H
#define BYPASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bypass {
    int32_t wet; // share, Q24, 0..2^24
    bool to_wet; // where it is going
};

void bypass_start(struct bypass *bypass, bool wet);

static inline bool bypass_is_dry(const struct bypass *bypass) {
    return bypass->wet == 0 && !bypass->to_wet;
}

// Writes the mix over `wet`.
void bypass_process(struct bypass *bypass, const int32_t *dry, int32_t *wet, size_t frames);

#endif
