// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Erases, writes and reads the flash chip, and prints what came of it.
#include "store.h"

#include "board.h"
#include "text.h"

enum { SECTOR = 0x3000, AT = SECTOR + 0x10, BYTES = 600 };

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
    board_start(&board);
    for (uint32_t i = 0; i < BYTES; i++) {
        bytes[i] = (uint8_t)(i * 7u + 1u);
    }
    tell("open", !board.store_fault);
    tell("erase", store_erase(SECTOR + 5));
    tell("write", store_write(AT, bytes, BYTES));
    bool same = true;
    for (uint32_t i = 0; i < BYTES; i++) {
        same = same && store_memory()[AT + i] == bytes[i];
    }
    tell("read", same);
    tell("write over it", store_write(AT, bytes + 1, BYTES - 1));
    for (;;) {
        board_poll();
        board_sleep();
    }
}
