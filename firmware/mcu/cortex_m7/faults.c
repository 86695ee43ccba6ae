// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "faults.h"

#include "core.h"
#include "cycles.h"

__attribute__((section(".kept"))) static struct faults_record kept;

extern uint32_t stack_bottom[], stack_top[];

enum { FRAME_PC = 6, SILENCE_US = 100000 };

// Reached by name from faults_entry.
void faults_stop(const uint32_t *frame, uint32_t exception);

void faults_stop(const uint32_t *frame, uint32_t exception) {
    faults_silence();
    bool readable = frame >= stack_bottom && frame + FRAME_PC < stack_top;
    uint32_t status = SCB_CFSR;
    kept.exception = exception;
    kept.pc = readable ? frame[FRAME_PC] : 0;
    kept.status = status;
    kept.address = status & (1u << 7) ? SCB_MMFAR : status & (1u << 15) ? SCB_BFAR : 0;
    // Long enough for the silence to reach the output and for the click of the restart to be one.
    cycles_wait_us(SILENCE_US);
    core_reset();
}

// The stack itself may be what failed, so the frame's address is taken and the stack begun anew.
__attribute__((naked)) void faults_entry(void) {
    __asm__ volatile("cpsid i\n\t"
                     "mrs r0, msp\n\t"
                     "mrs r1, ipsr\n\t"
                     "ldr r2, =stack_top\n\t"
                     "msr msp, r2\n\t"
                     "b faults_stop");
}

struct faults_record faults_at_start(void) {
    if (kept.magic != FAULTS_MAGIC) {
        kept = (struct faults_record){.magic = FAULTS_MAGIC};
    }
    struct faults_record before = kept;
    kept.bad_starts++;
    kept.starts++;
    kept.exception = 0;
    return before;
}

bool faults_safe_mode(void) {
    return kept.bad_starts > FAULTS_SAFE_AFTER;
}

void faults_started_well(void) {
    kept.bad_starts = 0;
}

const char *faults_name(uint32_t exception) {
    static const char *const names[] = {
        [2] = "NMI",       [3] = "hard fault",  [4] = "memory fault",
        [5] = "bus fault", [6] = "usage fault",
    };
    if (exception < sizeof names / sizeof names[0] && names[exception]) {
        return names[exception];
    }
    return "unexpected interrupt";
}
