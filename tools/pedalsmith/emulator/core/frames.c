// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The audio frame clock. At a frame's edge the words to be sent in the frame leave the transmit
// ring and those received in the frame before arrive in the receive ring, in that order.
#include "core.h"

#include <string.h>

void core_start_frames(machine_t *m, uint64_t whole, uint64_t part) {
    m->frame_whole = whole;
    m->frame_part = part;
    m->frame_carry = 0;
    m->frames = 0;
    m->frame_next = whole ? m->now : CORE_NEVER;
    core_update_deadline(m);
}

// The DMA has moved a word to or from the ring.
static void advance(machine_t *m, uint32_t index) {
    pump_t *pump = &m->pumps[index];
    pump->at++;
    if (pump->at == pump->ring_words / 2) {
        m->callbacks.on_pump(index, 0);
    } else if (pump->at == pump->ring_words) {
        pump->at = 0;
        m->callbacks.on_pump(index, 1);
    }
}

static uint32_t take_from_fifo(pump_t *pump) {
    uint32_t word = pump->fifo[0];
    pump->fifo_count--;
    memmove(pump->fifo, pump->fifo + 1, 4 * pump->fifo_count);
    return word;
}

static void fetch(machine_t *m, uint32_t index) {
    pump_t *pump = &m->pumps[index];
    uint32_t word = 0;
    memcpy((uint8_t *)&word + 4u - pump->item_bytes, pump->ring + pump->item_bytes * pump->at,
           pump->item_bytes);
    pump->fifo[pump->fifo_count++] = word;
    advance(m, index);
}

void core_fill_fifo(machine_t *m, uint32_t index) {
    while (m->pumps[index].on && m->pumps[index].fifo_count < m->pumps[index].ahead) {
        fetch(m, index);
    }
}

static void send(machine_t *m, uint32_t index) {
    pump_t *pump = &m->pumps[index];
    fetch(m, index);
    if (!pump->on) {
        return;
    }
    uint32_t unused = 32u - pump->bits;
    int32_t sample = (int32_t)(take_from_fifo(pump) >> pump->shift << unused) >> unused;
    if (pump->sample_at < pump->sample_words) {
        pump->samples[pump->sample_at++] = sample;
    } else {
        pump->has_run_out = 1;
    }
}

static void receive(machine_t *m, uint32_t index) {
    pump_t *pump = &m->pumps[index];
    uint32_t word = 0;
    if (pump->sample_at < pump->sample_words) {
        word = (uint32_t)pump->samples[pump->sample_at++];
    } else {
        pump->has_run_out = 1;
    }
    uint32_t mask = pump->bits == 32 ? 0xFFFFFFFFu : (1u << pump->bits) - 1u;
    pump->fifo[pump->fifo_count++] = (word & mask) << pump->shift;
    if (pump->fifo_count > pump->ahead) {
        word = take_from_fifo(pump);
        memcpy(pump->ring + pump->item_bytes * pump->at, (uint8_t *)&word + 4u - pump->item_bytes,
               pump->item_bytes);
        advance(m, index);
    }
}

static void move_frame(machine_t *m, uint32_t index) {
    pump_t *pump = &m->pumps[index];
    for (uint32_t i = 0; i < pump->words_a_frame && pump->on; i++) {
        if (pump->to_memory) {
            receive(m, index);
        } else {
            send(m, index);
        }
    }
}

void core_frame_due(machine_t *m) {
    for (uint32_t i = 0; i < CORE_PUMPS; i++) {
        if (m->pumps[i].on && !m->pumps[i].to_memory) {
            move_frame(m, i);
        }
    }
    for (uint32_t i = 0; i < CORE_PUMPS && m->frames; i++) {
        if (m->pumps[i].on && m->pumps[i].to_memory) {
            move_frame(m, i);
        }
    }
    m->frames++;
    m->frame_carry += m->frame_part;
    m->frame_next += m->frame_whole + (m->frame_carry >> 32);
    m->frame_carry &= 0xFFFFFFFFu;
}
