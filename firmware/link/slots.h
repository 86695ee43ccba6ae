// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Models in the board's flash, where they outlast the power.
//
//   sectors 0 and 1   the directory: struct slots_record one behind another, SLOTS_RECORD bytes
//   each from then on      areas of SLOTS_AREA bytes, one model each, one more than there are slots
//
// The newest record whose CRC is right says what is in every slot. Nothing that it speaks of is
// written to: a model goes into an area that no slot has, a record behind the newest one, or, when
// its sector is full, into the other sector, which is erased first. So power lost at any moment
// leaves the state before or the one after, and one last write, that of the record, decides.
//
// Wear: the sectors stand 100,000 erasures. The areas take turns; each directory sector is erased
// once in ten changes.
#ifndef SLOTS_H
#define SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bank.h"

#define SLOTS_MOST   BANK_STORE_MODELS
#define SLOTS_AREA   0x20000u
#define SLOTS_RECORD 768u
#define SLOTS_NAME   32

struct slots_entry {
    uint32_t bytes; // 0: empty
    uint32_t crc;   // of all bytes
    uint8_t area;
    uint8_t reserved[3];
    char name[SLOTS_NAME]; // UTF-8, filled up with zeros
};

struct slots_record {
    uint32_t magic;
    uint32_t generation; // one more than that of the record before
    uint32_t beside;  // CRC of the image's first model when `at_start` was chosen; 0: it has none
    uint8_t at_start; // slot that plays at the start; BANK_NO_SLOT: the bank's first
    uint8_t reserved[3];
    struct slots_entry entries[SLOTS_MOST];
    uint32_t crc; // of all before it
};

struct slots {
    const uint8_t *memory; // NULL: there is no store
    uint32_t areas;
    uint32_t count;                 // of slots
    const struct slots_record *now; // in flash, or `none`
    uint32_t record;                // its place, counted over both sectors
    uint32_t failed_at;             // offset in the store where an erase or a write failed last
    uint32_t worn;                  // areas that failed since the start, bit by bit
    // The model that is being received.
    bool loading;
    uint8_t slot;
    struct slots_entry coming;
    uint32_t received;
    uint32_t crc;             // of what was received, as read back
    struct slots_record none; // an empty one, here since a Daisy's flash is dearer than its RAM
};

// Finds the newest record. `memory` is what board_store gives.
void slots_open(struct slots *slots, const uint8_t *memory, size_t bytes);

// Adds all models to the bank.
void slots_list(const struct slots *slots, struct bank *bank);

// What is in the slot; NULL when it is empty or there is no such slot.
const struct slots_entry *slots_entry(const struct slots *slots, uint8_t slot);

// The first empty slot; BANK_NO_SLOT when all are full.
uint8_t slots_empty(const struct slots *slots);

// Begins to receive a model of `bytes` (1..SLOTS_AREA) for that slot; ends another load. False when
// no area is left that works.
bool slots_begin(struct slots *slots, uint8_t slot, uint32_t bytes);

// Writes the next bytes, at most what is missing. May erase a sector first. False when the flash
// failed; the load is then over.
bool slots_write(struct slots *slots, const uint8_t *bytes, uint32_t count);

// What was received so far.
const uint8_t *slots_blob(const struct slots *slots);

// Makes what was received the model of its slot, under a name, and the one that plays at the start
// when `at_start` is true. False when the flash failed; all is then as before. Ends the load.
bool slots_commit(struct slots *slots, const char name[SLOTS_NAME], bool at_start, uint32_t beside);

// Forgets what was received.
void slots_abort(struct slots *slots);

// Each writes one record; false when the flash failed, all is then as before.
bool slots_rename(struct slots *slots, uint8_t slot, const char name[SLOTS_NAME]);
bool slots_erase(struct slots *slots, uint8_t slot);
bool slots_start_with(struct slots *slots, uint8_t slot, uint32_t beside);

#endif
