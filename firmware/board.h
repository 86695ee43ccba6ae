// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What main.c needs of a board; boards/<board>/board.c implements it.
//
// Nothing above this header knows a pin, a register or a chip. Every call returns: a part that does
// not answer is told in the report, it never stops the start-up.
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board_report {
    const char *name;        // as printed on the console
    const char *codec;       // chip that was found
    const char *clock_fault; // NULL, or in words what replaced the wanted clock
    const char *codec_fault; // NULL, or in words what the codec did not do
    const char *knob_fault;  // NULL, or in words why the knobs are not read
    const char *store_fault; // NULL, or in words why no models are kept
    const char *usb_fault;   // NULL, or in words why there is no USB
    const char *last_fault;  // NULL, or why the run before this one ended
    uint32_t last_fault_at;  // address of that code
    bool safe_mode;          // several starts failed in a row: stay dry
    uint32_t core_hz;
    uint32_t sample_rate; // Hz, nominal
    uint32_t block;       // samples processed at once
};

// One block of mono audio: `frames` words Q23 in, as many out. Runs in the audio exception.
typedef void board_audio_t(const int32_t *in, int32_t *out, uint32_t frames);

struct board_audio_state {
    uint32_t blocks;       // processed; wraps
    uint32_t overruns;     // blocks that came due while the one before was being processed
    uint32_t errors;       // transfer errors
    uint32_t busy_cycles;  // core cycles spent on all blocks; wraps
    uint32_t worst_cycles; // most spent on one block since the state was asked for last
};

// Clocks, memory protection, caches, console, codec. Called once, first.
void board_start(struct board_report *report);

// Starts the converters; from now on `process` runs once a block.
void board_audio_start(board_audio_t *process);

#define BOARD_KNOBS_MAX 8

// Counters of the audio path.
void board_audio_state(struct board_audio_state *state);

// Memory for the engine: zero-wait RAM, aligned to 8.
void *board_arena(size_t *bytes);

// A block took nearly as long as it may, or longer, since this was asked last.
bool board_audio_late(void);

// Where models are kept beside the image, in the form of bank.h, and its size; NULL for nowhere.
const void *board_store(size_t *bytes);

// Takes as many bytes for the console as fit now and returns how many; never waits.
size_t board_console_write(const char *bytes, size_t count);

// Moves the console on, feeds the watchdog, restarts an audio path that stands still. Call at least
// each 10 ms.
void board_poll(void);

// Since the start; wraps.
uint32_t board_milliseconds(void);

// Fills in the 16-bit readings of the knobs that there are and returns their number, at most
// BOARD_KNOBS_MAX.
uint32_t board_knobs(uint16_t *readings);

// The pressed footswitches: bit 0 is the first.
uint32_t board_switches(void);

// Sets light 0 or 1, where it is there; the board's own LED shows light 0 too.
void board_light(uint32_t index, bool on);

// Restarts into the loader that takes a new image. Does not return.
void board_enter_loader(void);

// Sleeps until an interrupt.
void board_sleep(void);

#endif
