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

#include "engine.h"

struct board_report {
    const char *name;        // as printed on the console
    const char *folder;      // under boards/
    const char *image;       // kind of image, as in board.json
    const char *controls;    // pedal that it was built for, as in board.json
    const char *serial;      // unique number of the chip, the same as over USB; "": has none
    const char *codec;       // chip that was found
    const char *clock_fault; // NULL, or in words what replaced the wanted clock
    const char *codec_fault; // NULL, or in words what the codec did not do
    const char *knob_fault;  // NULL, or in words why the knobs are not read
    const char *store_fault; // NULL, or in words why no models are kept
    const char *usb_fault;   // NULL, or in words why there is no USB
    const char *last_fault;  // NULL, or why the run before this one ended
    uint32_t last_fault_at;  // address of that code
    uint32_t starts;         // since power-up, this one included
    bool safe_mode;          // several starts failed in a row: stay dry
    uint32_t core_hz;
    uint32_t sample_rate; // Hz, nominal
    uint32_t block;       // samples processed at once
};

// One block of mono audio: `frames` words Q23 in, as many out. Runs in the audio exception.
typedef void board_audio_t(const int32_t *in, int32_t *out, uint32_t frames);

struct board_audio_state {
    uint32_t blocks;       // processed; wraps
    uint32_t overruns;     // blocks that were done too late, or not at all
    uint32_t errors;       // transfer errors
    uint32_t busy_cycles;  // core cycles spent on all blocks; wraps
    uint32_t worst_cycles; // most spent on one block since the state was asked for last
    bool silenced;         // every block is late, and zeros go out
};

// Clocks, memory protection, caches, console, codec. Called once, first.
void board_start(struct board_report *report);

// Starts the converters; from now on `process` runs once a block.
void board_audio_start(board_audio_t *process);

#define BOARD_KNOBS_MAX 8

// Counters of the audio path.
void board_audio_state(struct board_audio_state *state);

// Memory for the engine: what the image leaves of the tightly coupled data memory, and of the large
// memory behind the cache.
struct engine_memory board_memory(void);

// Blocks by their share of the block time: step i counts i % up to below i + 1 %, the last step all
// from 100 % on. Wraps.
#define BOARD_LOAD_STEPS 101
const volatile uint32_t *board_audio_steps(void);

// Core clock cycles; wraps.
uint32_t board_cycles(void);

// The chip's temperature in hundredths of a degree Celsius; BOARD_NO_TEMPERATURE: it has no sensor.
#define BOARD_NO_TEMPERATURE INT32_MIN
int32_t board_temperature(void);

// A block took nearly as long as it may, or longer, since this was asked last.
bool board_audio_late(void);

// The models linked into the image, one after another as bank.h says, and their size; 0: none.
const uint8_t *board_models(size_t *bytes);

// The image as it was flashed, and its size.
const uint8_t *board_image(size_t *bytes);

// Core cycles that a model may take for a block: as long as a block lasts.
uint32_t board_model_cycles(void);

// Flash that keeps models (link/slots.h), readable like RAM, and its size, a multiple of
// BOARD_STORE_SECTOR; NULL for none.
#define BOARD_STORE_SECTOR 4096u
const uint8_t *board_store(size_t *bytes);

// Erases the sector at `offset`; at most 0.4 s, while nothing else may read the store. False when
// something other than 0xFF remains.
bool board_store_erase(uint32_t offset);

// Writes to erased flash and reads it back. False when it differs.
bool board_store_write(uint32_t offset, const uint8_t *bytes, size_t count);

// Takes as many bytes for the console as fit now and returns how many; never waits. All ports show
// the same.
size_t board_console_write(const char *bytes, size_t count);

// Gives what was received and returns how many bytes, at most `count`.
size_t board_console_read(char *bytes, size_t count);

// As board_console_write, to the port alone that board_console_read gave bytes of last.
size_t board_console_answer(const char *bytes, size_t count);

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

// Restarts the image. Does not return.
void board_restart(void);

// Sleeps until an interrupt.
void board_sleep(void);

#endif
