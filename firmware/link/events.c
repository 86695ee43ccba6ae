// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "events.h"

#include "board.h"

void events_add(struct events *events, enum link_event_kind kind, uint8_t slot, uint32_t detail) {
    events->ring[events->next++ % EVENTS_KEPT] = (struct link_event){
        .ms = board_milliseconds(),
        .kind = (uint8_t)kind,
        .slot = slot,
        .detail = detail,
    };
}
