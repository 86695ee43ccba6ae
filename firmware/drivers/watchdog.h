// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Resets the chip when it is not fed.
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <stdbool.h>

// True when the last reset was the watchdog's; forgets it.
bool watchdog_has_bitten(void);

// From now on it bites when it is not fed for half a second, on some chips a whole one; it cannot
// be stopped.
void watchdog_start(void);

void watchdog_feed(void);

#endif
