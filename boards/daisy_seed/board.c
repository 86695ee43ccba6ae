// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Daisy Seed, all revisions: the codec is found by two straps.
#include "board.h"

#include "analog.h"
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
#include "registers.h"
#include "store.h"
#include "text.h"
#include "uart.h"
#include "usb_cdc.h"
#include "watchdog.h"

enum { STRAP_US = 10, BOOT_PIN_US = 10000 };
enum { STEADY_BLOCKS = 2000, STILL_MS = 20, RESTARTS_MOST = 10 };

// The handshake with the Daisy bootloader, version 6.0 and later.
#define BOOTLOADER_REQUEST REG32(0x38800000u)
#define BOOTLOADER_STAY    0xB0074EFAu

extern uint8_t arena_start[], arena_end[];

static uint32_t core_hz;
static volatile uint32_t milliseconds;
static board_audio_t *playing;
static uint32_t audio_seen_at; // ms

void systick_handler(void);

// Also wakes the main loop when the audio does not.
void systick_handler(void) {
    milliseconds++;
}

// The part of the flash chip that the Daisy bootloader leaves alone.
enum { STORE_BYTES = 0x40000 };
static bool store_ready;

// Not readable at all: 0x60000000.. and 0xA0000000.., where no memory is. A speculative read there
// would hang on a controller that is not running. Later regions win over this one.
static const struct mpu_region regions[] = {
    {0x00000000u, MPU_NO_ACCESS | 0x87u << 8 | MPU_SIZE(32)},
    {0x00000000u, MPU_READ_ONLY_CODE | MPU_SIZE(16)},
    {0x30000000u, MPU_UNCACHED | MPU_SIZE(15)},
    {0x38800000u, MPU_UNCACHED | MPU_SIZE(12)},
    {0x90000000u, MPU_READ_ONLY_DATA | MPU_SIZE(23)}, // last: only with a store
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

// How many there are may be none, which a comparison with a constant would be warned of.
static const uint32_t knobs = BOARD_KNOBS, switches = BOARD_SWITCHES, lights = BOARD_LIGHTS;
static const uint32_t highs = BOARD_HIGHS, lows = BOARD_LOWS;
static const uint32_t knob_pins[] = BOARD_KNOB_PINS;
static const uint32_t switch_pins[] = BOARD_SWITCH_PINS;
static const uint32_t light_pins[] = BOARD_LIGHT_PINS;
static const uint32_t high_pins[] = BOARD_HIGH_PINS;
static const uint32_t low_pins[] = BOARD_LOW_PINS;

static const char *open_controls(void) {
    gpio_output(BOARD_PIN_LED, false);
    for (uint32_t i = 0; i < switches; i++) {
        gpio_input(switch_pins[i], GPIO_PULL_UP);
    }
    for (uint32_t i = 0; i < lights; i++) {
        gpio_output(light_pins[i], false);
    }
    for (uint32_t i = 0; i < highs; i++) {
        gpio_output(high_pins[i], true);
    }
    for (uint32_t i = 0; i < lows; i++) {
        gpio_output(low_pins[i], false);
    }
    return knobs ? analog_open(knob_pins, knobs) : NULL;
}

// The serial number: what the factory wrote into this chip.
static const char *open_usb(const struct clock_state *clock) {
    static char serial[3 * 8 + 1];
    if (clock->fault) {
        return "USB needs the crystal and the full clock";
    }
    for (uint32_t i = 0; i < sizeof serial - 1; i++) {
        serial[i] = "0123456789ABCDEF"[UID(i / 8u) >> (28u - 4u * (i % 8u)) & 15u];
    }
    return usb_cdc_open(serial);
}

void board_start(struct board_report *report) {
    struct clock_state clock = clock_start();
    bool with_store = text_equal(BOARD_OPTION_STORE, "qspi");
    mpu_start(regions, sizeof regions / sizeof regions[0] - (with_store ? 0 : 1));
    cache_enable_data();
    core_hz = clock.core_hz;
    core_start_systick(core_hz / 1000u);
    uart_open(clock.peripheral_hz, BOARD_CONSOLE_BAUD);
    bool bitten = watchdog_has_bitten();
    struct faults_record before = faults_at_start();
    const struct codec *codec = find_codec();
    *report = (struct board_report){
        .name = BOARD_NAME,
        .codec = codec->name,
        .clock_fault = clock.fault,
        .codec_fault = codec->open(clock.peripheral_hz),
        .knob_fault = open_controls(),
        .store_fault = with_store ? store_open() : NULL,
        .usb_fault = text_equal(BOARD_OPTION_USB, "cdc") ? open_usb(&clock) : NULL,
        .last_fault = bitten             ? "the watchdog"
                      : before.exception ? faults_name(before.exception)
                                         : NULL,
        .last_fault_at = before.pc,
        .safe_mode = faults_safe_mode(),
        .core_hz = clock.core_hz,
        .sample_rate = BOARD_SAMPLE_RATE,
        .block = BOARD_BLOCK,
    };
    store_ready = with_store && !report->store_fault;
    audio_open(codec->data_out_on_master);
}

const void *board_store(size_t *bytes) {
    *bytes = store_ready ? STORE_BYTES : 0;
    return store_ready ? store_memory() : NULL;
}

static void start_audio(void) {
    audio_seen_at = milliseconds;
    audio_start(playing, core_hz / BOARD_SAMPLE_RATE * BOARD_BLOCK);
}

void board_audio_start(board_audio_t *process) {
    playing = process;
    start_audio();
    watchdog_start();
}

void board_audio_state(struct board_audio_state *state) {
    audio_state(state);
}

bool board_audio_late(void) {
    return audio_late();
}

void *board_arena(size_t *bytes) {
    *bytes = (size_t)(arena_end - arena_start);
    return arena_start;
}

size_t board_console_write(const char *bytes, size_t count) {
    usb_cdc_write(bytes, count);
    return uart_write(bytes, count);
}

// Audio that stands still is started again; when that does not help, the watchdog is left hungry.
static void watch_audio(void) {
    static uint32_t seen, restarts;
    uint32_t blocks = audio_blocks();
    if (blocks != seen) {
        seen = blocks;
        audio_seen_at = milliseconds;
        if (seen >= STEADY_BLOCKS) {
            restarts = 0;
            faults_started_well();
        }
    } else if (playing && milliseconds - audio_seen_at > STILL_MS && restarts < RESTARTS_MOST) {
        restarts++;
        start_audio();
    }
    if (restarts < RESTARTS_MOST) {
        watchdog_feed();
    }
}

void board_poll(void) {
    if (usb_cdc_loader_wanted()) {
        board_enter_loader();
    }
    uart_poll();
    watch_audio();
}

uint32_t board_milliseconds(void) {
    return milliseconds;
}

uint32_t board_knobs(uint16_t *readings) {
    for (uint32_t i = 0; i < knobs; i++) {
        readings[i] = analog_read(i);
    }
    return knobs;
}

uint32_t board_switches(void) {
    uint32_t pressed = 0;
    for (uint32_t i = 0; i < switches; i++) {
        pressed |= gpio_read(switch_pins[i]) ? 0u : 1u << i;
    }
    return pressed;
}

void board_light(uint32_t index, bool on) {
    if (index == 0) {
        gpio_write(BOARD_PIN_LED, on);
    }
    if (index < lights) {
        gpio_write(light_pins[index], on);
    }
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

void board_sleep(void) {
    core_wait_for_interrupt();
}
