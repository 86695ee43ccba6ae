// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The pedal on any board: start, say who we are, then tend the panel and report once a second while
// audio runs by itself.
#include "bank.h"
#include "board.h"
#include "model.h"
#include "panel.h"
#include "pedal.h"
#include "telemetry.h"
#include "text.h"

enum { CONSOLE_LINE = 512, SECOND_MS = 1000, LOADER_MS = 1000 };

static struct board_report board;
static struct bank bank;
static struct pedal pedal;
static struct panel panel;

static void process(const int32_t *in, int32_t *out, uint32_t frames) {
    if (board_audio_late()) {
        pedal_overload(&pedal);
    }
    pedal_process(&pedal, in, out, frames);
}

static void console(const struct text *text) {
    board_console_write(text->bytes, text->count);
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
        text_add(&text, "overload: the model takes too long, the input passes dry\r\n");
    }
    console(&text);
}

static void tick(void) {
    static uint32_t shown_model, loader_ms;
    uint16_t readings[BOARD_KNOBS_MAX];
    uint32_t knobs = board_knobs(readings);
    panel_tick(&panel, readings, knobs, board_switches());
    for (uint32_t i = 0; i < PANEL_LIGHTS; i++) {
        board_light(i, panel.lights[i]);
    }
    if (panel.model != shown_model && !pedal.changing) {
        shown_model = panel.model;
        tell_model();
    }
    if (panel.loader_wanted && ++loader_ms == LOADER_MS) {
        board_enter_loader();
    }
    if (panel.ms % SECOND_MS == 0) {
        tell_load();
    }
}

int main(void) {
    board_start(&board);
    bank_start(&bank);
    bank_add(&bank, model_start, (size_t)(model_end - model_start));
    size_t store_bytes;
    const void *store = board_store(&store_bytes);
    bank_add(&bank, store, store_bytes);
    struct engine_memory memory = board_memory();
    if (board.safe_mode) {
        pedal_open_safe(&pedal);
    } else {
        pedal_open(&pedal, bank.slots[0].blob, bank.slots[0].bytes, &memory);
    }
    uint16_t readings[BOARD_KNOBS_MAX];
    pedal_shape(&pedal, board_knobs(readings) > 0);
    panel_start(&panel, &pedal, &bank, 0);
    tell_start();
    tell_model();
    board_audio_start(process);
    for (uint32_t ms = board_milliseconds();;) {
        board_poll();
        while (board_milliseconds() - ms > 0) {
            ms++;
            tick();
        }
        board_sleep();
    }
}
