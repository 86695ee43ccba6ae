// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Audio in and out through a serial audio interface and DMA.
//
// Two halves of a ring: while the converters play and record one, the other is processed. From a
// sample at the input to what became of it at the output are two blocks. Mono: the left input is
// processed, both outputs play the result.
#ifndef AUDIO_H
#define AUDIO_H

#include <stdbool.h>

#include "board.h"

// Prepares pins, interface and DMA. `receive_on_master`: the codec's data out is wired to the block
// that makes the clocks.
void audio_open(bool receive_on_master);

// Starts clocks and data; `process` then runs once a block, at the lowest priority of all
// exceptions, so that no other interrupt waits for it.
void audio_start(board_audio_t *process);

void audio_state(struct board_audio_state *state);

#endif
