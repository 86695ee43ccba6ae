// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Daisy Seed, all revisions: the codec is found by two straps.
#include "board.h"

#include "board_parts.h"
#include "config.h"
#include "core.h"
#include "cycles.h"
#include "gpio.h"
#include "mpu.h"
#include "registers.h"
#include "temperature.h"
#include "text.h"

enum { STRAP_US = 10, BOOT_PIN_US = 10000 };

// The handshake with the Daisy bootloader, version 6.0 and later.
#define BOOTLOADER_REQUEST REG32(0x38800000u)
#define BOOTLOADER_STAY    0xB0074EFAu

// Behind the first megabyte, which the Daisy bootloader uses for its images: 2 MB and the
// directory.
enum { STORE_OFFSET = 0x100000, STORE_BYTES = 0x222000 };

// Not readable at all: 0x60000000.. and 0xA0000000.., where no memory is. A speculative read there
// would hang on a controller that is not running. Later regions win over this one.
static const struct mpu_region regions[] = {
    {0x00000000u, MPU_NO_ACCESS | 0x87u << 8 | MPU_SIZE(32)},
    {0x00000000u, MPU_READ_ONLY_CODE | MPU_SIZE(16)},
    {0x30000000u, MPU_UNCACHED | MPU_SIZE(15)},
    {0x38800000u, MPU_UNCACHED | MPU_SIZE(12)},
    {0x90000000u, MPU_READ_ONLY_DATA | MPU_SIZE(23)}, // last: only with a store
};

void parts_protect(void) {
    mpu_start(regions, sizeof regions / sizeof regions[0] - (parts_store().bytes ? 0 : 1));
}

// Pulled up, a strap that is tied to ground reads 0. PD3: revision 5. PD4: Seed2 DFM and, it is
// presumed, revision 7; without either the board is a revision 4. A revision 7 that reads as 4
// sounds dull, its codec's de-emphasis being on: the option "codec" of board.json then says
// PCM3060.
const struct codec *parts_codec(void) {
    static const struct codec *const all[] = {&codec_ak4556, &codec_pcm3060, &codec_wm8731};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (text_equal(all[i]->name, BOARD_OPTION_CODEC)) {
            return all[i];
        }
    }
    gpio_input(BOARD_PIN_STRAP_WM8731, GPIO_PULL_UP);
    gpio_input(BOARD_PIN_STRAP_PCM3060, GPIO_PULL_UP);
    cycles_wait_us(STRAP_US);
    if (!gpio_read(BOARD_PIN_STRAP_WM8731)) {
        return &codec_wm8731;
    }
    return gpio_read(BOARD_PIN_STRAP_PCM3060) ? &codec_ak4556 : &codec_pcm3060;
}

uint32_t parts_unique_id(uint32_t words[3]) {
    for (uint32_t i = 0; i < 3; i++) {
        words[i] = UID(i);
    }
    return 3;
}

struct parts_store parts_store(void) {
    bool wanted = text_equal(BOARD_OPTION_STORE, "qspi");
    return (struct parts_store){.offset = STORE_OFFSET, .bytes = wanted ? STORE_BYTES : 0};
}

int32_t parts_temperature(void) {
    int32_t hundredths = BOARD_NO_TEMPERATURE;
    (void)temperature_read(&hundredths);
    return hundredths;
}

// The loader in ROM looks at BOOT0, which its capacitor holds high over the reset. The Daisy
// bootloader looks for a word in backup SRAM and then waits without end.
void board_enter_loader(void) {
    if (text_equal(BOARD_IMAGE, "bootloader")) {
        BOOTLOADER_REQUEST = BOOTLOADER_STAY;
    } else {
        gpio_output(BOARD_PIN_BOOT, true);
        cycles_wait_us(BOOT_PIN_US);
    }
    core_reset();
}
