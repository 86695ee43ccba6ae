// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The pedal on any board: start, say who we are, then report once a second while audio runs.
#include "board.h"
#include "model.h"
#include "pedal.h"
#include "telemetry.h"
#include "text.h"

enum { CONSOLE_LINE = 512 };

static struct pedal pedal;
static struct board_report board;

static void process(const int32_t *in, int32_t *out, uint32_t frames) {
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
    if (board.last_fault) {
        text_add(&text, "last run ended by ");
        text_add(&text, board.last_fault);
        text_add(&text, " at ");
        text_add_hex(&text, board.last_fault_at);
        text_add(&text, "\r\n");
    }
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
    console(&text);
}

int main(void) {
    board_start(&board);
    size_t arena_bytes;
    void *arena = board_arena(&arena_bytes);
    if (board.safe_mode) {
        pedal_open_safe(&pedal);
    } else {
        pedal_open(&pedal, model_start, (size_t)(model_end - model_start), arena, arena_bytes);
    }
    tell_start();
    board_audio_start(process);
    for (;;) {
        board_poll();
        if (board_second_passed()) {
            tell_load();
        }
        board_sleep();
    }
}
