// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Noise gate: listens to the input, closes the output.
#ifndef GATE_H
#define GATE_H

#include <stddef.h>
#include <stdint.h>

struct gate {
    int32_t threshold; // peak of the input that opens it, Q23; 0: always open
    int32_t envelope;  // peak of the input, falling by 1/512 a sample, Q23
    uint32_t hold;     // samples until it may close
    int32_t ratio;     // Q24, 0 closed .. 2^24 open
};

void gate_start(struct gate *gate);

// Opens within 1 ms of an input above the threshold; 50 ms after it fell 6 dB below, closes with a
// time constant of 43 ms. `in` is the dry input, `audio` what is scaled. Open, it changes nothing.
void gate_process(struct gate *gate, const int32_t *in, int32_t *audio, size_t frames);

#endif
