// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "application.h"
#include "board.h"

int main(void) {
    application_start();
    for (;;) {
        application_step();
        board_sleep();
    }
}
