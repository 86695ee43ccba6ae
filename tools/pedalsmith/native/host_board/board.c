// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "board.h"

#include <stdalign.h>
#include <string.h>

#include "application.h"
#include "flash.h"
#include "host_board.h"

enum { ARENA = 1 << 19, MODELS = 1 << 18, RING = 1 << 16, CORE_HZ = 480000000, RATE = 48000 };
// A fifth of the block time: what a block costs here says nothing of a real board.
enum { BUSY_CYCLES = 96000, STEP = 20 };

struct ring {
    uint8_t bytes[RING];
    size_t head, tail; // counts without end
};

static struct ring to_board, from_board;
static alignas(64) uint8_t arena[ARENA];
static alignas(64) uint8_t models[MODELS];
static size_t models_bytes;
static char serial[25] = "HOST";
static bool safe_mode, with_store = true, stalled;
static uint32_t milliseconds, cycles, blocks;
static uint32_t steps[BOARD_LOAD_STEPS];
static board_audio_t *process;
static jmp_buf power;

enum { LOST = 1, RESTARTED = 2, LOADER = 3 };

static size_t put(struct ring *ring, const uint8_t *bytes, size_t count) {
    size_t taken = 0;
    while (taken < count && ring->head - ring->tail < RING) {
        ring->bytes[ring->head++ % RING] = bytes[taken++];
    }
    return taken;
}

static size_t get(struct ring *ring, uint8_t *bytes, size_t count) {
    size_t given = 0;
    while (given < count && ring->tail != ring->head) {
        bytes[given++] = ring->bytes[ring->tail++ % RING];
    }
    return given;
}

void host_board_image(const uint8_t *given, size_t bytes) {
    models_bytes = bytes < MODELS ? bytes : MODELS;
    memcpy(models, given, models_bytes);
}

void host_board_options(const char *number, bool safe, bool stores) {
    strncpy(serial, number, sizeof serial - 1);
    safe_mode = safe;
    with_store = stores;
}

static enum host_board_end ended(int how) {
    return how == LOST        ? HOST_BOARD_POWER_LOST
           : how == RESTARTED ? HOST_BOARD_RESTARTS
           : how == LOADER    ? HOST_BOARD_LOADER
                              : HOST_BOARD_RUNS;
}

void host_board_stall(void) {
    stalled = true;
}

enum host_board_end host_board_start(void) {
    flash.power = &power;
    int how = setjmp(power);
    if (!how) {
        application_start();
    }
    return ended(how);
}

enum host_board_end host_board_poll(void) {
    int how = setjmp(power);
    if (!how) {
        application_step();
    }
    return ended(how);
}

enum host_board_end host_board_step(const int32_t *in, int32_t *out) {
    if (!stalled) {
        process(in, out, HOST_BOARD_BLOCK);
        blocks++;
        steps[STEP]++;
    }
    cycles += CORE_HZ / 1000;
    milliseconds++;
    return host_board_poll();
}

size_t host_board_send(const uint8_t *bytes, size_t count) {
    return put(&to_board, bytes, count);
}

size_t host_board_receive(uint8_t *bytes, size_t room) {
    return get(&from_board, bytes, room);
}

uint8_t *host_board_flash(void) {
    return flash.bytes;
}

uint32_t host_board_operations(void) {
    return flash.operations;
}

void host_board_cut(uint32_t operation, uint32_t seed) {
    flash.cut_at = operation;
    flash.cut_seed = seed;
}

void host_board_wear(uint32_t sector) {
    flash.worn = sector;
}

void board_start(struct board_report *report) {
    *report = (struct board_report){
        .name = "this computer",
        .folder = "host",
        .image = "program",
        .controls = "none",
        .serial = serial,
        .codec = "none",
        .starts = 1,
        .safe_mode = safe_mode,
        .core_hz = CORE_HZ,
        .sample_rate = RATE,
        .block = HOST_BOARD_BLOCK,
    };
}

void board_audio_start(board_audio_t *with) {
    process = with;
}

void board_audio_state(struct board_audio_state *state) {
    *state = (struct board_audio_state){
        .blocks = blocks, .busy_cycles = blocks * BUSY_CYCLES, .worst_cycles = BUSY_CYCLES};
}

const volatile uint32_t *board_audio_steps(void) {
    return steps;
}

uint32_t board_model_cycles(void) {
    return CORE_HZ / RATE * HOST_BOARD_BLOCK;
}

uint32_t board_cycles(void) {
    return cycles;
}

int32_t board_temperature(void) {
    return BOARD_NO_TEMPERATURE;
}

struct engine_memory board_memory(void) {
    return (struct engine_memory){.fast = arena, .fast_bytes = sizeof arena};
}

bool board_audio_late(void) {
    return false;
}

const uint8_t *board_models(size_t *bytes) {
    *bytes = models_bytes;
    return models;
}

const uint8_t *board_image(size_t *bytes) {
    return board_models(bytes);
}

const uint8_t *board_store(size_t *bytes) {
    *bytes = with_store ? FLASH_BYTES : 0;
    return with_store ? flash.bytes : NULL;
}

bool board_store_erase(uint32_t offset) {
    offset -= offset % FLASH_SECTOR;
    flash_erase(offset);
    for (uint32_t i = 0; i < FLASH_SECTOR; i++) {
        if (flash.bytes[offset + i] != 0xFF) {
            return false;
        }
    }
    return true;
}

bool board_store_write(uint32_t offset, const uint8_t *bytes, size_t count) {
    for (size_t at = 0; at < count;) {
        size_t part = FLASH_PAGE - (offset + at) % FLASH_PAGE;
        part = part < count - at ? part : count - at;
        flash_program(offset + (uint32_t)at, bytes + at, (uint32_t)part);
        at += part;
    }
    return memcmp(flash.bytes + offset, bytes, count) == 0;
}

size_t board_console_write(const char *bytes, size_t count) {
    return put(&from_board, (const uint8_t *)bytes, count);
}

size_t board_console_answer(const char *bytes, size_t count) {
    return board_console_write(bytes, count);
}

size_t board_console_read(char *bytes, size_t count) {
    return get(&to_board, (uint8_t *)bytes, count);
}

void board_poll(void) {}

uint32_t board_milliseconds(void) {
    return milliseconds;
}

uint32_t board_knobs(uint16_t *readings) {
    (void)readings;
    return 0;
}

uint32_t board_switches(void) {
    return 0;
}

void board_light(uint32_t index, bool on) {
    (void)index;
    (void)on;
}

void board_enter_loader(void) {
    longjmp(power, LOADER);
}

void board_restart(void) {
    longjmp(power, RESTARTED);
}

void board_sleep(void) {}
