// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// board.h by the drivers' headers: what all boards with a codec of their own have in common.
#include "board.h"

#include "analog.h"
#include "audio.h"
#include "board_parts.h"
#include "cache.h"
#include "clock.h"
#include "config.h"
#include "core.h"
#include "cycles.h"
#include "faults.h"
#include "gpio.h"
#include "model.h"
#include "store.h"
#include "text.h"
#include "uart.h"
#include "usb_cdc.h"
#include "watchdog.h"

enum { STEADY_BLOCKS = 2000, STILL_MS = 20, RESTARTS_MOST = 10, FLICKER_US = 50000 };

extern uint8_t arena_start[], arena_end[], slow_start[], slow_end[];
extern const uint8_t image_start[], image_end[];

static uint32_t core_hz;
static volatile uint32_t milliseconds;
static board_audio_t *playing;
static bool silent;            // the converters have no clock
static uint32_t audio_seen_at; // ms
static struct parts_store store;
static char serial[3 * 8 + 1];

void systick_handler(void);

// Also wakes the main loop when the audio does not.
void systick_handler(void) {
    milliseconds++;
}

// How many there are may be none, which a comparison with a constant would be warned of.
static const uint32_t knobs = BOARD_KNOBS, switches = BOARD_SWITCHES, lights = BOARD_LIGHTS;
static const uint32_t highs = BOARD_HIGHS, lows = BOARD_LOWS;
static const uint32_t knob_pins[] = BOARD_KNOB_PINS;
static const uint32_t switch_pins[] = BOARD_SWITCH_PINS;
static const uint32_t light_pins[] = BOARD_LIGHT_PINS;
static const uint32_t high_pins[] = BOARD_HIGH_PINS;
static const uint32_t low_pins[] = BOARD_LOW_PINS;

static void open_lights(void) {
    gpio_output(BOARD_PIN_LED, false);
    for (uint32_t i = 0; i < lights; i++) {
        gpio_output(light_pins[i], false);
    }
}

static const char *open_controls(void) {
    open_lights();
    for (uint32_t i = 0; i < switches; i++) {
        gpio_input(switch_pins[i], GPIO_PULL_UP);
    }
    for (uint32_t i = 0; i < highs; i++) {
        gpio_output(high_pins[i], true);
    }
    for (uint32_t i = 0; i < lows; i++) {
        gpio_output(low_pins[i], false);
    }
    return knobs ? analog_open(knob_pins, knobs) : NULL;
}

// The chip's own number.
static void write_serial(void) {
    uint32_t words[3];
    uint32_t digits = 8u * parts_unique_id(words);
    for (uint32_t i = 0; i < digits; i++) {
        serial[i] = "0123456789ABCDEF"[words[i / 8u] >> (28u - 4u * (i % 8u)) & 15u];
    }
}

static const char *open_usb(const struct clock_state *clock) {
    if (!text_equal(BOARD_OPTION_USB, "cdc")) {
        return NULL;
    }
    return clock->fault ? "USB needs the crystal and the full clock" : usb_cdc_open(serial);
}

static const char *open_store(void) {
    store = parts_store();
    const char *fault = store.bytes ? store_open() : NULL;
    store.bytes = fault ? 0 : store.bytes;
    return fault;
}

void board_start(struct board_report *report) {
    struct clock_state clock = clock_start();
    parts_protect();
    cache_enable_data();
    core_hz = clock.core_hz;
    silent = clock.silent;
    core_start_systick(core_hz / 1000u);
    uart_open(clock.peripheral_hz, BOARD_CONSOLE_BAUD);
    bool bitten = watchdog_has_bitten();
    struct faults_record before = faults_at_start();
    const struct codec *codec = parts_codec();
    audio_open(codec->data_out_on_master);
    write_serial();
    *report = (struct board_report){
        .name = BOARD_NAME,
        .folder = BOARD_FOLDER,
        .image = BOARD_IMAGE,
        .controls = BOARD_CONTROLS,
        .serial = serial,
        .codec = codec->name,
        .clock_fault = clock.fault,
        .codec_fault = codec->open(clock.peripheral_hz),
        .knob_fault = open_controls(),
        .store_fault = open_store(),
        .usb_fault = open_usb(&clock),
        .last_fault = bitten             ? "the watchdog"
                      : before.exception ? faults_name(before.exception)
                                         : NULL,
        .last_fault_at = before.pc,
        .starts = before.starts + 1u,
        .safe_mode = faults_safe_mode(),
        .core_hz = clock.core_hz,
        .sample_rate = BOARD_SAMPLE_RATE,
        .block = BOARD_BLOCK,
    };
}

const uint8_t *board_models(size_t *bytes) {
    *bytes = (size_t)(model_end - model_start);
    return model_start;
}

const uint8_t *board_image(size_t *bytes) {
    *bytes = (size_t)(image_end - image_start);
    return image_start;
}

const uint8_t *board_store(size_t *bytes) {
    *bytes = store.bytes;
    return store.bytes ? store_memory() + store.offset : NULL;
}

bool board_store_erase(uint32_t offset) {
    return store_erase(store.offset + offset);
}

bool board_store_write(uint32_t offset, const uint8_t *bytes, size_t count) {
    return store_write(store.offset + offset, bytes, count);
}

static void start_audio(void) {
    audio_seen_at = milliseconds;
    audio_start(playing, core_hz / BOARD_SAMPLE_RATE * BOARD_BLOCK);
}

void board_audio_start(board_audio_t *process) {
    if (!silent) {
        playing = process;
        start_audio();
    }
    watchdog_start();
}

void board_audio_state(struct board_audio_state *state) {
    audio_state(state);
}

bool board_audio_late(void) {
    return audio_late();
}

struct engine_memory board_memory(void) {
    return (struct engine_memory){
        .fast = arena_start,
        .fast_bytes = (size_t)(arena_end - arena_start),
        .slow = slow_start,
        .slow_bytes = (size_t)(slow_end - slow_start),
    };
}

const volatile uint32_t *board_audio_steps(void) {
    return audio_steps();
}

uint32_t board_model_cycles(void) {
    return core_hz / BOARD_SAMPLE_RATE * BOARD_BLOCK / 100u * model_percent;
}

uint32_t board_cycles(void) {
    return cycles_now();
}

int32_t board_temperature(void) {
    return parts_temperature();
}

size_t board_console_write(const char *bytes, size_t count) {
    usb_cdc_write(bytes, count);
    return uart_write(bytes, count);
}

static bool asked_over_usb;

size_t board_console_read(char *bytes, size_t count) {
    size_t given = usb_cdc_read(bytes, count);
    if (given) {
        asked_over_usb = true;
        return given;
    }
    given = uart_read(bytes, count);
    asked_over_usb = asked_over_usb && !given;
    return given;
}

size_t board_console_answer(const char *bytes, size_t count) {
    return asked_over_usb ? usb_cdc_write(bytes, count) : uart_write(bytes, count);
}

// Audio that stands still is started again; when that does not help, the watchdog is left hungry.
// So it is when no interrupt comes any more: the milliseconds then stand still.
static void watch_audio(void) {
    static uint32_t seen, restarts, fed_at;
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
    if (restarts < RESTARTS_MOST && milliseconds != fed_at) {
        fed_at = milliseconds;
        watchdog_feed();
    }
}

void board_poll(void) {
    if (usb_cdc_loader_wanted()) {
        board_enter_loader();
    }
    uart_poll();
    watch_audio();
    (void)parts_temperature(); // moves the sensor on
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

void faults_damaged(void) {
    open_lights();
    for (bool on = true;; on = !on) {
        board_light(0, on);
        cycles_wait_us(FLICKER_US);
    }
}

void board_restart(void) {
    core_reset();
}

void board_sleep(void) {
    core_wait_for_interrupt();
}
