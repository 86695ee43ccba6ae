// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The two rings of the audio and the work on a block: what all serial audio interfaces share.
//
// The interface's driver lets its DMA move `audio_received` and `audio_transmitted`, without end,
// and says when a half has been received. The work is done in PendSV, the lowest of all exceptions.
#ifndef AUDIO_BLOCKS_H
#define AUDIO_BLOCKS_H

#include "audio.h"
#include "config.h"

enum {
    AUDIO_CHANNELS = 2,
    AUDIO_HALVES = 2,
    AUDIO_RING_WORDS = AUDIO_HALVES * BOARD_BLOCK * AUDIO_CHANNELS,
};

// A sample is 24 bits of each word, `shift` (0 or 8) above its lowest bit.
extern int32_t audio_received[AUDIO_HALVES][BOARD_BLOCK][AUDIO_CHANNELS];
extern int32_t audio_transmitted[AUDIO_HALVES][BOARD_BLOCK][AUDIO_CHANNELS];

// From now on `process` works on each half, one in `block_cycles`. A block is late when it takes
// more than `limit_cycles`.
void audio_blocks_start(board_audio_t *process, uint32_t block_cycles, uint32_t limit_cycles,
                        uint32_t shift);

// Half 0 or 1 has been received; called in the interrupt of the DMA.
void audio_blocks_received(uint32_t half);

// The half that the DMA takes words from now to send them; given by the interface's driver.
uint32_t audio_half_sent(void);

// The DMA has failed; called in its interrupt.
void audio_blocks_failed(void);

#endif
