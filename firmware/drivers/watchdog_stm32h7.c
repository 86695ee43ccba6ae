// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
//
// IWDG1, on its own 32 kHz oscillator.
#include "watchdog.h"

#include "cycles.h"
#include "registers.h"

enum { PRESCALER_16 = 2, TICKS_HALF_SECOND = 1000, UPDATE_US = 10000 };
enum { KEY_START = 0xCCCC, KEY_WRITE = 0x5555, KEY_FEED = 0xAAAA };

bool watchdog_has_bitten(void) {
    bool bitten = (RCC_RSR & RCC_RSR_IWDG1) != 0;
    RCC_RSR |= RCC_RSR_RMVF;
    return bitten;
}

void watchdog_start(void) {
    IWDG1_KR = KEY_START;
    IWDG1_KR = KEY_WRITE;
    IWDG1_PR = PRESCALER_16;
    IWDG1_RLR = TICKS_HALF_SECOND;
    cycles_wait_for(&IWDG1_SR, 7, 0, UPDATE_US);
    IWDG1_KR = KEY_FEED;
}

void watchdog_feed(void) {
    IWDG1_KR = KEY_FEED;
}
