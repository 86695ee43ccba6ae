// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A pedal in this process: the firmware's own application, link, pedal and engine over a board of
// memory. Time passes in steps of a millisecond, one block of audio each; nothing is random.
#ifndef HOST_BOARD_H
#define HOST_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_BOARD_BLOCK 48

// What became of a step.
enum host_board_end {
    HOST_BOARD_RUNS,
    HOST_BOARD_POWER_LOST, // in the flash, as was asked for
    HOST_BOARD_RESTARTS,
    HOST_BOARD_LOADER,
};

// Before the start: models of the image, one after another at multiples of 8; what the report says.
void host_board_image(const uint8_t *models, size_t bytes);
void host_board_options(const char *serial, bool safe_mode, bool with_store);

enum host_board_end host_board_start(void);

// From now on no block is played, as without the converters' clock.
void host_board_stall(void);

// A block of audio and a millisecond; `in` and `out` have HOST_BOARD_BLOCK samples, Q23.
enum host_board_end host_board_step(const int32_t *in, int32_t *out);

// The main loop once, without time.
enum host_board_end host_board_poll(void);

// Bytes to and from the console. Return how many there was room for, or were.
size_t host_board_send(const uint8_t *bytes, size_t count);
size_t host_board_receive(uint8_t *bytes, size_t room);

// The flash chip (flash.h).
uint8_t *host_board_flash(void);
uint32_t host_board_operations(void);
void host_board_cut(uint32_t operation, uint32_t seed);
void host_board_wear(uint32_t sector);

#endif
