// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Daisy Seed, all revisions: the codec is found by two straps.
#include "board.h"

#include "audio.h"
#include "cache.h"
#include "clock.h"
#include "codec.h"
#include "config.h"
#include "core.h"
#include "cycles.h"
#include "faults.h"
#include "gpio.h"
#include "mpu.h"
#include "text.h"
#include "uart.h"

enum { STRAP_US = 10, STEADY_BLOCKS = 1000 };

extern uint8_t arena_start[], arena_end[];

static uint32_t core_hz;

// Not readable at all: 0x60000000.. and 0xA0000000.., where no memory is. A speculative read there
// would hang on a controller that is not running. Later regions win over this one.
static const struct mpu_region regions[] = {
    {0x00000000u, MPU_NO_ACCESS | 0x87u << 8 | MPU_SIZE(32)},
    {0x00000000u, MPU_READ_ONLY_CODE | MPU_SIZE(16)},
    {0x30000000u, MPU_UNCACHED | MPU_SIZE(15)},
    {0x38800000u, MPU_UNCACHED | MPU_SIZE(12)},
};

// Pulled up, a strap that is tied to ground reads 0. PD3: revision 5. PD4: Seed2 DFM and, it is
// presumed, revision 7; without either the board is a revision 4. A revision 7 that reads as 4
// sounds dull, its codec's de-emphasis being on: the option "codec" of board.json then says
// PCM3060.
static const struct codec *find_codec(void) {
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

void board_start(struct board_report *report) {
    struct clock_state clock = clock_start();
    mpu_start(regions, sizeof regions / sizeof regions[0]);
    cache_enable_data();
    core_hz = clock.core_hz;
    gpio_output(BOARD_PIN_LED, false);
    uart_open(clock.peripheral_hz, BOARD_CONSOLE_BAUD);
    struct faults_record before = faults_at_start();
    const struct codec *codec = find_codec();
    *report = (struct board_report){
        .name = BOARD_NAME,
        .codec = codec->name,
        .clock_fault = clock.fault,
        .codec_fault = codec->open(clock.peripheral_hz),
        .last_fault = before.exception ? faults_name(before.exception) : NULL,
        .last_fault_at = before.pc,
        .safe_mode = faults_safe_mode(),
        .core_hz = clock.core_hz,
        .sample_rate = BOARD_SAMPLE_RATE,
        .block = BOARD_BLOCK,
    };
    audio_open(codec->data_out_on_master);
}

void board_audio_start(board_audio_t *process) {
    audio_start(process);
}

void board_audio_state(struct board_audio_state *state) {
    audio_state(state);
    if (state->blocks >= STEADY_BLOCKS) {
        faults_started_well();
    }
}

void *board_arena(size_t *bytes) {
    *bytes = (size_t)(arena_end - arena_start);
    return arena_start;
}

size_t board_console_write(const char *bytes, size_t count) {
    return uart_write(bytes, count);
}

void board_poll(void) {
    uart_poll();
}

bool board_second_passed(void) {
    static uint32_t last;
    uint32_t now = cycles_now();
    if (now - last < core_hz) {
        return false;
    }
    last += core_hz;
    return true;
}

void board_led(bool on) {
    gpio_write(BOARD_PIN_LED, on);
}

void board_sleep(void) {
    core_wait_for_interrupt();
}
