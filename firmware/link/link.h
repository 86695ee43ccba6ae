// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The pedal's end of protocol.h: takes frames off the console, does what they ask, answers.
#ifndef LINK_H
#define LINK_H

#include "bank.h"
#include "board.h"
#include "events.h"
#include "frame.h"
#include "meter.h"
#include "panel.h"
#include "pedal.h"
#include "slots.h"

struct link;

// Goes on with a request that takes longer than a call; LINK_WORKING until it is done.
typedef int link_work(struct link *link);

struct link {
    // What it serves: set by the application, which owns all of it. All else begins as 0.
    const struct board_report *board;
    struct pedal *pedal;
    struct panel *panel;
    struct bank *bank;
    struct slots *slots;
    struct meter *input, *output;
    struct events *events;
    // The line.
    struct frame_reader reader;
    char in[64]; // read, not looked at yet
    size_t in_at, in_count;
    uint8_t out[FRAME_ROOM(LINK_BODY_BYTES)];               // answer to the last request
    uint8_t aside[FRAME_ROOM(sizeof(struct link_refusal))]; // to one that was not done
    size_t answer;                                          // bytes of the answer's body so far
    size_t ready;                                           // bytes of the encoded answer
    const uint8_t *sending;                                 // what the line has not taken yet
    size_t sending_left;
    bool asked_for_status; // somebody pressed Enter in a terminal
    // The session.
    bool open;
    uint32_t heard_ms; // when the last good frame came
    struct link_header last;
    uint32_t last_crc;
    link_work *work;  // what the last request still does; NULL: it is answered
    uint32_t work_ms; // since when
    uint32_t frames, errors, repeats;
    // What requests keep from one to the next.
    struct link_load load;
    uint32_t streamed; // samples
    bool streaming;
    struct link_select selected;
    struct link_stream_begin stream_knobs;
    bool restarting;
    uint32_t restart_ms, restart_into; // when it was asked for, enum link_reboot_into
};

// Moves the line on; call it at least once a millisecond. Never waits, but a request may erase a
// sector of the store: 0.4 s at most.
void link_poll(struct link *link);

// A tool talks: nothing else may be written to the console.
bool link_talks(const struct link *link);

// The model that plays at the start, as a place in the bank: the one that was chosen, unless the
// image has other models than then; else the first.
uint32_t link_first_model(const struct link *link);

// Fills the bank anew with the image's models and those of the store; the model that plays keeps
// its place in the panel.
void link_fill_bank(struct link *link);

#endif
