// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What happens when the processor cannot go on: silence, a record, a reset.
//
// The record is in memory that a reset keeps. Starts that never reach `faults_started_well` are
// counted, so that a pedal whose model or image crashes comes back dry after three of them.
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stdint.h>

struct faults_record {
    uint32_t magic;      // FAULTS_MAGIC: the rest is meant
    uint32_t bad_starts; // starts since the last good one
    uint32_t exception;  // IPSR of the fault that ended the run before; 0 = none
    uint32_t pc;         // where, or 0
    uint32_t status;     // CFSR
    uint32_t address;    // MMFAR or BFAR where valid, or 0
    uint32_t starts;     // since power-up
};

#define FAULTS_MAGIC      0x50534631u
#define FAULTS_SAFE_AFTER 3u

// The entry of every exception that nothing expects.
void faults_entry(void);

// Counts this start and returns what the run before left: `exception` and the fields after it.
struct faults_record faults_at_start(void);

// True when so many starts failed in a row that the pedal should stay dry.
bool faults_safe_mode(void);

// Says that this start reached steady audio; forgets the failed ones.
void faults_started_well(void);

// The exception in words.
const char *faults_name(uint32_t exception);

// Given by the audio driver: makes the converters play zeros without the processor.
void faults_silence(void);

// Given by the board: its lights say that the image is damaged. Called right after a reset, while
// the converters stand still, instead of code that may not be there. Does not return.
void faults_damaged(void);

#endif
