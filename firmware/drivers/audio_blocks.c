// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "audio_blocks.h"

#include "cold.h"
#include "core.h"
#include "cycles.h"
#include "faults.h"

// So many blocks in a row that come too late, although the pedal has long been dry, are silence;
// sound comes back when as many blocks were in time as SILENT_BLOCKS says.
enum { LATE_IN_A_ROW = 8, SILENT_BLOCKS = 2000 };

__attribute__((section(".dma"))) int32_t audio_received[AUDIO_HALVES][BOARD_BLOCK][AUDIO_CHANNELS];
__attribute__((
    section(".dma"))) int32_t audio_transmitted[AUDIO_HALVES][BOARD_BLOCK][AUDIO_CHANNELS];

static board_audio_t *process;
static uint32_t step_cycles, limit_cycles, shift;
static volatile bool late;
static volatile uint32_t due;  // 2 * blocks received; the lowest bit is the half of the last one
static volatile uint32_t done; // what `due` was at the block that was processed last
static uint32_t late_in_a_row, silent_left; // blocks
static volatile struct board_audio_state counters;
static volatile uint32_t steps[BOARD_LOAD_STEPS];

void pendsv_handler(void);

COLD void audio_blocks_start(board_audio_t *with, uint32_t block, uint32_t limit, uint32_t place) {
    process = with;
    step_cycles = block / (BOARD_LOAD_STEPS - 1);
    limit_cycles = limit;
    shift = place;
    due = done = 0;
    late_in_a_row = 0;
    SCB_SHPR(EXCEPTION_PENDSV) = PRIORITY_LOWEST;
}

bool audio_late(void) {
    bool was = late;
    late = false;
    return was;
}

COLD void audio_state(struct board_audio_state *state) {
    core_disable_interrupts();
    state->blocks = counters.blocks;
    state->overruns = counters.overruns;
    state->errors = counters.errors;
    state->busy_cycles = counters.busy_cycles;
    state->worst_cycles = counters.worst_cycles;
    state->silenced = silent_left > 0;
    counters.worst_cycles = 0;
    core_enable_interrupts();
}

uint32_t audio_blocks(void) {
    return counters.blocks;
}

const volatile uint32_t *audio_steps(void) {
    return steps;
}

COLD void faults_silence(void) {
    for (uint32_t half = 0; half < AUDIO_HALVES; half++) {
        for (uint32_t i = 0; i < BOARD_BLOCK; i++) {
            audio_transmitted[half][i][0] = 0;
            audio_transmitted[half][i][1] = 0;
        }
    }
}

void audio_blocks_failed(void) {
    counters.errors++;
}

static void note_overrun(void) {
    counters.overruns++;
    late = true;
}

// The half comes from the DMA and is not counted: one that was missed must not swap the two.
void audio_blocks_received(uint32_t half) {
    if (due != done || (due && half == (due & 1u))) {
        note_overrun();
    }
    due = (due & ~1u) + 2u + half;
    core_pend_pendsv();
}

// The block is done; whether it was in time, the DMA knows, however late it told of the block.
static void judge(uint32_t block) {
    if (audio_half_sent() != (block & 1u)) {
        late_in_a_row = 0;
        silent_left -= silent_left ? 1u : 0u;
        return;
    }
    if (block == due) { // else the next block's interrupt has noted it
        note_overrun();
    }
    if (++late_in_a_row >= LATE_IN_A_ROW) {
        silent_left = SILENT_BLOCKS;
    }
}

void pendsv_handler(void) {
    static int32_t in[BOARD_BLOCK], out[BOARD_BLOCK];
    uint32_t start = cycles_now();
    uint32_t block = due;
    uint32_t half = block & 1u;
    for (uint32_t i = 0; i < BOARD_BLOCK; i++) {
        in[i] = (int32_t)((uint32_t)audio_received[half][i][0] << (8u - shift)) >> 8;
    }
    process(in, out, BOARD_BLOCK);
    for (uint32_t i = 0; i < BOARD_BLOCK; i++) {
        int32_t word = silent_left ? 0 : (int32_t)(((uint32_t)out[i] & 0xFFFFFFu) << shift);
        audio_transmitted[half][i][0] = word;
        audio_transmitted[half][i][1] = word;
    }
    done = block;
    judge(block);
    uint32_t busy = cycles_now() - start;
    counters.blocks++;
    counters.busy_cycles += busy;
    uint32_t step = busy / step_cycles;
    steps[step < BOARD_LOAD_STEPS ? step : BOARD_LOAD_STEPS - 1]++;
    if (busy > counters.worst_cycles) {
        counters.worst_cycles = busy;
    }
    if (busy > limit_cycles) {
        late = true;
    }
}
