// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Exact instruction counts, and how often each step from a block to the next was made.
#include "core.h"

#include <string.h>

// Thumb: a first half-word of 0b11101.., 0b11110.. or 0b11111.. starts a 32-bit instruction; those
// of coprocessors 10 and 11 are floating point.
block_count_t *core_block_count(machine_t *m, uint32_t address, uint32_t size) {
    block_count_t *slot = &m->counts[(address >> 1) % CORE_COUNTS];
    if (slot->address == address && slot->size == size) {
        return slot;
    }
    *slot = (block_count_t){address, size, 0, 0, 0};
    const uint8_t *code = core_host(m, address, size);
    for (uint32_t at = 0; code && at + 1 < size; slot->count++) {
        bool wide = code[at + 1] >> 3 >= 0x1D;
        if (wide && !slot->floats && (code[at + 1] & 0xECu) == 0xECu && at + 3 < size &&
            (code[at + 3] & 0x0Eu) == 0x0Au) {
            slot->floats = at + 1;
        }
        slot->aligned |= core_aligned_base(code[at] | (uint32_t)code[at + 1] << 8) != 15u;
        at += wide ? 4 : 2;
    }
    return slot;
}

void core_trace(machine_t *m, uint32_t on) {
    if (on) {
        memset(m->edges, 0, sizeof m->edges);
        m->edges_used = m->last_block = m->last_size = 0;
    }
    m->tracing = on != 0;
}

void core_add_edge(machine_t *m, uint32_t address, uint32_t size) {
    uint32_t from = m->last_block, from_size = m->last_size;
    m->last_block = address;
    m->last_size = size;
    uint32_t at = ((address >> 1) * 2654435761u ^ (from >> 1) * 40503u * 65537u) % CORE_EDGES;
    for (;; at = (at + 1) % CORE_EDGES) {
        edge_t *edge = &m->edges[at];
        if (!edge->to_size) {
            if (m->edges_used >= CORE_EDGES - CORE_EDGES / 8) {
                m->tracing = 2; /* full: Python sees it and says so */
                return;
            }
            m->edges_used++;
            *edge = (edge_t){from, from_size, address, size, 1};
            return;
        }
        if (edge->to == address && edge->from == from && edge->to_size == size &&
            edge->from_size == from_size) {
            edge->count++;
            return;
        }
    }
}
