// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What differs between boards: what board.c, which is all that they share, needs of each.
// boards/<board>/board.c implements this, and board_enter_loader of board.h.
#ifndef BOARD_PARTS_H
#define BOARD_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "codec.h"

// Memory protection, once the clocks run.
void parts_protect(void);

// The codec that is on this board; it is not open yet.
const struct codec *parts_codec(void);

// Fills in the number that the factory wrote into this chip and returns its 32-bit words, at
// most 3.
uint32_t parts_unique_id(uint32_t words[3]);

// Where in the memory of store.h models are kept; no bytes where the board is built without.
struct parts_store {
    uint32_t offset;
    size_t bytes;
};
struct parts_store parts_store(void);

// Hundredths of a degree Celsius, or BOARD_NO_TEMPERATURE while the sensor has not measured; each
// call moves it on.
int32_t parts_temperature(void);

#endif
