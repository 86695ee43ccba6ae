// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Passes its input dry and meanwhile erases, writes and reads the store, and prints what came of
// it.
#include "board.h"

#include "text.h"

enum { SECTOR = 0x3000, AT = SECTOR + 0x10, BYTES = 600 };

static void pass(const int32_t *in, int32_t *out, uint32_t frames) {
    for (uint32_t i = 0; i < frames; i++) {
        out[i] = in[i];
    }
}

static void tell(const char *what, bool good) {
    char line[64];
    struct text text = {.bytes = line, .room = sizeof line};
    text_add(&text, what);
    text_add(&text, good ? ": yes\r\n" : ": no\r\n");
    board_console_write(text.bytes, text.count);
}

int main(void) {
    static struct board_report board;
    static uint8_t bytes[BYTES];
    size_t room;
    board_start(&board);
    board_audio_start(pass);
    for (uint32_t i = 0; i < BYTES; i++) {
        bytes[i] = (uint8_t)(i * 7u + 1u);
    }
    const uint8_t *store = board_store(&room);
    tell("open", store && room % BOARD_STORE_SECTOR == 0);
    tell("erase", board_store_erase(SECTOR + 5));
    tell("write", board_store_write(AT, bytes, BYTES));
    bool same = true;
    for (uint32_t i = 0; i < BYTES; i++) {
        same = same && store[AT + i] == bytes[i];
    }
    tell("read", same);
    tell("write over it", board_store_write(AT, bytes + 1, BYTES - 1));
    struct board_audio_state audio;
    board_audio_state(&audio);
    tell("sound went on", audio.blocks > 20 && audio.overruns == 0 && audio.errors == 0);
    for (;;) {
        board_poll();
        board_sleep();
    }
}
