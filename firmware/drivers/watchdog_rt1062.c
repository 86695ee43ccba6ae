// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// WDOG1, on the 32 kHz crystal; it rests while a debugger, or the loader, has halted the core.
#include "watchdog.h"

#include "registers.h"

enum { ONE_SECOND = 1, FEED_FIRST = 0x5555, FEED_SECOND = 0xAAAA };

bool watchdog_has_bitten(void) {
    uint32_t reasons = SRC_SRSR;
    SRC_SRSR = reasons;
    return (reasons & SRC_SRSR_WDOG1) != 0;
}

void watchdog_start(void) {
    CCM_CCGR(3) |= CCM_CCGR3_WDOG1;
    (void)CCM_CCGR(3);
    WDOG1_WMCR = 0; // its second time-out, 16 s after power-up
    WDOG1_WCR =
        WDOG_WCR_WT(ONE_SECOND) | WDOG_WCR_WDA | WDOG_WCR_SRS | WDOG_WCR_WDE | WDOG_WCR_WDBG;
    watchdog_feed();
}

void watchdog_feed(void) {
    WDOG1_WSR = FEED_FIRST;
    WDOG1_WSR = FEED_SECOND;
}
