// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The latest things that happened, for LINK_LOG.
#ifndef EVENTS_H
#define EVENTS_H

#include "protocol.h"

#define EVENTS_KEPT 32

_Static_assert(EVENTS_KEPT <= LINK_EVENTS_LISTED, "they fit into one answer");

struct events {
    struct link_event ring[EVENTS_KEPT];
    uint32_t next; // number of the event to come
};

void events_add(struct events *events, enum link_event_kind kind, uint8_t slot, uint32_t detail);

#endif
