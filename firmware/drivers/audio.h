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

// Starts clocks and data, also again after they stood still; `process` then runs once a block, at
// the lowest priority of all exceptions, so that no other interrupt waits for it. A block may take
// `block_cycles` of the core clock.
void audio_start(board_audio_t *process, uint32_t block_cycles);

// A block took more than 31/32 of its time, or came due too early, since this was asked last.
bool audio_late(void);

// All counters; the worst block is counted anew from here.
void audio_state(struct board_audio_state *state);

// See board_audio_steps.
const volatile uint32_t *audio_steps(void);

// Blocks processed since the start.
uint32_t audio_blocks(void);

#endif
