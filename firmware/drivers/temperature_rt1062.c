// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// TEMPMON, which measures by itself four times a second. Counts fall as the chip gets warmer.
#include "temperature.h"

#include "registers.h"

enum { ROOM = 2500, REPEAT_RTC_CYCLES = 8192 };

static bool measured;
static int32_t latest;

static void start(void) {
    TEMPMON_TEMPSENSE1 = REPEAT_RTC_CYCLES;
    TEMPMON_TEMPSENSE0 = 0; // power before measuring
    TEMPMON_TEMPSENSE0 = TEMPMON_TEMPSENSE0_MEASURE_TEMP;
}

// The line through the two points of the factory: room temperature and a hot one.
static bool convert(int32_t count) {
    CCM_CCGR(2) |= CCM_CCGR2_OCOTP;
    (void)CCM_CCGR(2);
    uint32_t points = OCOTP_ANA1;
    int32_t room_count = (int32_t)(points >> 20);
    int32_t hot_count = (int32_t)(points >> 8 & 0xFFFu);
    int32_t hot = 100 * (int32_t)(points & 0xFFu);
    if (room_count <= hot_count || hot <= ROOM) {
        return false;
    }
    latest = hot - (count - hot_count) * (hot - ROOM) / (room_count - hot_count);
    return true;
}

bool temperature_read(int32_t *hundredths) {
    uint32_t state = TEMPMON_TEMPSENSE0;
    if (!(state & TEMPMON_TEMPSENSE0_MEASURE_TEMP)) {
        start();
    } else if (state & TEMPMON_TEMPSENSE0_FINISHED) {
        measured = convert((int32_t)(state >> 8 & 0xFFFu));
    }
    if (measured) {
        *hundredths = latest;
    }
    return measured;
}
