// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Teensy 4.0 and 4.1 with the audio shield, revision D.
#include "board.h"

#include "board_parts.h"
#include "config.h"
#include "core.h"
#include "cycles.h"
#include "mpu.h"
#include "registers.h"
#include "temperature.h"
#include "text.h"

enum { STATUS_STAGE_US = 80000, UNIQUE_WORDS = 2 };

extern const uint8_t image_start[], store_start[], store_bytes[];

// Not readable at all: where no memory is, the first kilobyte of ITCM and what lies below the
// stack. Flash is data: all code runs from ITCM. Later regions win over earlier ones.
static const struct mpu_region regions[] = {
    {0x00000000u, MPU_NO_ACCESS | 0x87u << 8 | MPU_SIZE(32)},
    {0x00000000u, MPU_READ_ONLY_CODE | MPU_SIZE(19)},
    {0x00000000u, MPU_NO_ACCESS | MPU_SIZE(10)},
    {0x18000000u, MPU_NO_ACCESS | MPU_SIZE(27)},
    {0x20200000u, MPU_UNCACHED | MPU_SIZE(15)},
    {0x2027F000u, MPU_UNCACHED | MPU_SIZE(12)},
    {0x60000000u, MPU_READ_ONLY_DATA | MPU_SIZE(23)},
};

void parts_protect(void) {
    mpu_start(regions, sizeof regions / sizeof regions[0]);
}

const struct codec *parts_codec(void) {
    return &codec_sgtl5000;
}

uint32_t parts_unique_id(uint32_t words[3]) {
    CCM_CCGR(2) |= CCM_CCGR2_OCOTP;
    (void)CCM_CCGR(2);
    for (uint32_t i = 0; i < UNIQUE_WORDS; i++) {
        words[i] = OCOTP_CFG(i);
    }
    return UNIQUE_WORDS;
}

struct parts_store parts_store(void) {
    bool wanted = text_equal(BOARD_OPTION_STORE, "flash");
    return (struct parts_store){
        .offset = (uint32_t)(store_start - image_start),
        .bytes = wanted ? (size_t)(uintptr_t)store_bytes : 0,
    };
}

int32_t parts_temperature(void) {
    int32_t hundredths = BOARD_NO_TEMPERATURE;
    (void)temperature_read(&hundredths);
    return hundredths;
}

// The chip beside the processor holds its debug port and takes this breakpoint for the wish to
// load; the host's request that led here is answered first.
void board_enter_loader(void) {
    cycles_wait_us(STATUS_STAGE_US);
    __asm__ volatile("bkpt #251");
    core_reset();
}
