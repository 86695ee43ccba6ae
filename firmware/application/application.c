// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Start, say who we are, then tend panel and link and report once a second while audio runs by
// itself. While a tool talks over the link nothing is printed.
#include "application.h"

#include "bank.h"
#include "board.h"
#include "link.h"
#include "meter.h"
#include "panel.h"
#include "pedal.h"
#include "slots.h"
#include "telemetry.h"
#include "text.h"

enum { CONSOLE_LINE = 512, SECOND_MS = 1000, LOADER_MS = 1000 };

static struct board_report board;
static struct bank bank;
static struct slots slots;
static struct pedal pedal;
static struct panel panel;
static struct meter input, output;
static struct events events;
static struct link link;
static uint32_t ms;
static bool changed; // the model

static void process(const int32_t *in, int32_t *out, uint32_t frames) {
    if (board_audio_late()) {
        pedal_overload(&pedal);
    }
    meter_block(&input, in, frames);
    pedal_process(&pedal, in, out, frames);
    meter_block(&output, out, frames);
}

static void console(const struct text *text) {
    if (!link_talks(&link)) {
        board_console_write(text->bytes, text->count);
    }
}

static void tell_fault(struct text *text, const char *what) {
    if (what) {
        text_add(text, "fault: ");
        text_add(text, what);
        text_add(text, "\r\n");
    }
}

static void tell_start(void) {
    char line[CONSOLE_LINE];
    struct text text = {.bytes = line, .room = sizeof line};
    text_add(&text, "pedalsmith on ");
    text_add(&text, board.name);
    text_add(&text, ", codec ");
    text_add(&text, board.codec);
    text_add(&text, ", core ");
    text_add_number(&text, board.core_hz / 1000000u);
    text_add(&text, " MHz, ");
    text_add_number(&text, board.sample_rate);
    text_add(&text, " Hz, block ");
    text_add_number(&text, board.block);
    text_add(&text, "\r\n");
    tell_fault(&text, board.clock_fault);
    tell_fault(&text, board.codec_fault);
    tell_fault(&text, board.knob_fault);
    tell_fault(&text, board.store_fault);
    tell_fault(&text, board.usb_fault);
    if (board.last_fault) {
        text_add(&text, "last run ended by ");
        text_add(&text, board.last_fault);
        text_add(&text, " at ");
        text_add_hex(&text, board.last_fault_at);
        text_add(&text, "\r\n");
    }
    console(&text);
}

static void tell_model(void) {
    char line[CONSOLE_LINE];
    struct text text = {.bytes = line, .room = sizeof line};
    pedal_describe(&pedal, &text);
    console(&text);
}

static void tell_load(void) {
    static struct board_audio_state before;
    struct board_audio_state now;
    board_audio_state(&now);
    struct telemetry_load load = {
        .blocks = now.blocks - before.blocks,
        .busy_cycles = now.busy_cycles - before.busy_cycles,
        .worst_cycles = now.worst_cycles,
        .block_cycles = board.core_hz / board.sample_rate * board.block,
        .overruns = now.overruns,
        .faults = now.errors,
    };
    before = now;
    char line[CONSOLE_LINE];
    struct text text = {.bytes = line, .room = sizeof line};
    telemetry_load(&text, &load);
    if (pedal.overloaded) {
        text_add(&text, "overload: a block was not done in time, the input passes dry\r\n");
    }
    if (now.silenced) {
        text_add(&text, "audio: each block comes too late, even dry: silence\r\n");
    }
    console(&text);
}

// What plays, after each change.
static void note_model(void) {
    const struct bank_model *model = panel.model < bank.count ? &bank.models[panel.model] : NULL;
    uint8_t slot = model ? model->slot : LINK_NO_SLOT;
    if (pedal.model == PEDAL_PLAYING) {
        events_add(&events, LINK_EVENT_PLAYS, slot, model ? model->crc : 0);
    } else if (pedal.model == PEDAL_REFUSED && !pedal.changing) {
        events_add(&events, LINK_EVENT_REFUSED, slot, (uint32_t)pedal.status);
    }
    tell_model();
}

static void watch_overload(void) {
    static bool before;
    if (pedal.overloaded && !before) {
        struct board_audio_state now;
        board_audio_state(&now);
        events_add(&events, LINK_EVENT_OVERLOAD, LINK_NO_SLOT, now.overruns);
    }
    before = pedal.overloaded;
}

static void tick(void) {
    static uint32_t loader_ms;
    uint16_t readings[BOARD_KNOBS_MAX];
    uint32_t knobs = board_knobs(readings);
    bool changing = pedal.changing;
    panel_tick(&panel, readings, knobs, board_switches());
    for (uint32_t i = 0; i < PANEL_LIGHTS; i++) {
        board_light(i, panel.lights[i]);
    }
    changed = changed || (changing && !pedal.changing);
    watch_overload();
    if (panel.loader_wanted && ++loader_ms == LOADER_MS) {
        board_enter_loader();
    }
    // A session reads the counters itself, and reading them sets the worst block back.
    if (panel.ms % SECOND_MS == 0 && !link_talks(&link)) {
        tell_load();
    }
}

void application_start(void) {
    board_start(&board);
    link.board = &board;
    link.pedal = &pedal;
    link.panel = &panel;
    link.bank = &bank;
    link.slots = &slots;
    link.input = &input;
    link.output = &output;
    link.events = &events;
    size_t store_bytes;
    const uint8_t *store = board_store(&store_bytes);
    slots_open(&slots, store, store_bytes);
    link_fill_bank(&link);
    uint32_t first = link_first_model(&link);
    struct engine_memory memory = board_memory();
    struct budget budget = {
        .cycles = board_cycles, .frames = board.block, .most = board_model_cycles()};
    if (board.safe_mode) {
        pedal_open_safe(&pedal, &memory, &budget);
    } else if (bank.count) {
        pedal_open(&pedal, bank.models[first].blob, bank.models[first].bytes, &memory, &budget);
    } else {
        pedal_open(&pedal, NULL, 0, &memory, &budget);
    }
    uint16_t readings[BOARD_KNOBS_MAX];
    pedal_shape(&pedal, board_knobs(readings) > 0);
    panel_start(&panel, &pedal, &bank, first);
    events_add(&events, LINK_EVENT_STARTED, LINK_NO_SLOT, board.starts);
    if (board.last_fault) {
        events_add(&events, LINK_EVENT_FAULT_BEFORE, LINK_NO_SLOT, board.last_fault_at);
    }
    tell_start();
    note_model();
    board_audio_start(process);
    ms = board_milliseconds();
}

void application_step(void) {
    board_poll();
    while (board_milliseconds() - ms > 0) {
        ms++;
        tick();
    }
    link_poll(&link);
    // Only now is it known which slot a loaded model is in.
    if (changed) {
        changed = false;
        note_model();
    }
    if (link.asked_for_status) {
        link.asked_for_status = false;
        tell_start();
        tell_model();
    }
}
