// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void lstm_m7(const struct recurrent_m7 *run): samples of an LSTM layer in state format 1, the same
// words as matvec_rows and lstm_step.
//
// A block of the matrix is two units, eight rows in r4-r11. Its columns go in groups of four,
// straight through: a block enters the chain of groups where its columns are left, so that no branch
// is mispredicted but the last of a sample. Straight behind the last group the tail makes the two
// units' new state of the eight sums. What it shifts by comes from the frame, so that one tail serves
// every cell shift: five instructions more than with immediate shifts, and a branch less. Its order
// was found by a search over the pairing and latency rules of the Cortex-M7: 135 instructions in 70
// cycles. Comments name the value that an instruction computes, with the unit.
    .equ    WORDS_MAX, 64
#include "kernel_m7.inc"

    .equ    LSTM_GROUP_BYTES, 136
    // From where the pointer into the block is in the tail to the next block.
    .equ    LSTM_BEHIND, 116

    // Four columns: 32 products in 17 cycles. The next group's state lies at `next` from `state` on.
    .macro  group next, state
    mac     0, r4, r12, r2
    weight  r12, 4
    mac     0, r5, lr, r2
    weight  lr, 4
    mac     0, r6, r12, r2
    weight  r12, 4
    mac     0, r7, lr, r2
    weight  lr, 4
    mac     0, r8, r12, r2
    weight  r12, 4
    mac     0, r9, lr, r2
    weight  lr, 4
    mac     0, r10, r12, r2
    weight  r12, 4
    mac     0, r11, lr, r2
    weight  lr, 4
    mac     0, r4, r12, r3
    weight  r12, 4
    mac     0, r5, lr, r3
    weight  lr, 4
    mac     0, r6, r12, r3
    weight  r12, 4
    mac     0, r7, lr, r3
    weight  lr, 4
    mac     0, r8, r12, r3
    weight  r12, 4
    mac     0, r9, lr, r3
    weight  lr, 4
    mac     0, r10, r12, r3
    weight  r12, 4
    mac     0, r11, lr, r3
    ldr.w   r2, [\state, #\next]
    weight  lr, 4
    ldr.w   r3, [\state, #\next + 4]
    .endm

    // The first four columns of a block.
    .macro  first_group
    mac     1, r4, r12, r2
    weight  r12, 4
    mac     1, r5, lr, r2
    weight  lr, 4
    mac     1, r6, r12, r2
    weight  r12, 4
    mac     1, r7, lr, r2
    weight  lr, 4
    mac     1, r8, r12, r2
    weight  r12, 4
    mac     1, r9, lr, r2
    weight  lr, 4
    mac     1, r10, r12, r2
    weight  r12, 4
    mac     1, r11, lr, r2
    weight  lr, 4
    ldr.w   r2, [sp, #FIRST + 8]
    ldr.w   r1, [sp, #CHAIN]
    mac     0, r4, r12, r3
    weight  r12, 4
    mac     0, r5, lr, r3
    weight  lr, 4
    mac     0, r6, r12, r3
    weight  r12, 4
    mac     0, r7, lr, r3
    weight  lr, 4
    mac     0, r8, r12, r3
    weight  r12, 4
    mac     0, r9, lr, r3
    weight  lr, 4
    mac     0, r10, r12, r3
    weight  r12, 4
    mac     0, r11, lr, r3
    weight  lr, 4
    ldr.w   r3, [sp, #FIRST + 12]
    bx      r1
    .endm

    // The first two columns of a block of an odd number of pairs.
    .macro  first_pair
    ldr.w   r2, [sp, #FIRST + 8]
    ldr.w   r1, [sp, #CHAIN]
    mac     1, r4, r12, r3
    weight  r12, 4
    mac     1, r5, lr, r3
    weight  lr, 4
    mac     1, r6, r12, r3
    weight  r12, 4
    mac     1, r7, lr, r3
    weight  lr, 4
    mac     1, r8, r12, r3
    weight  r12, 4
    mac     1, r9, lr, r3
    weight  lr, 4
    mac     1, r10, r12, r3
    weight  r12, 4
    mac     1, r11, lr, r3
    weight  lr, 4
    ldr.w   r3, [sp, #FIRST + 12]
    bx      r1
    .endm

    // The last columns; the tail begins with x in r2 and row 0's input weight in r3.
    .macro  last_group
    mac     0, r4, r12, r2
    weight  r12, 4
    mac     0, r5, lr, r2
    weight  lr, 4
    mac     0, r6, r12, r2
    weight  r12, 4
    mac     0, r7, lr, r2
    weight  lr, 4
    mac     0, r8, r12, r2
    weight  r12, 4
    mac     0, r9, lr, r2
    weight  lr, 4
    mac     0, r10, r12, r2
    weight  r12, 4
    mac     0, r11, lr, r2
    weight  lr, 4
    mac     0, r4, r12, r3
    weight  r12, 4
    mac     0, r5, lr, r3
    weight  lr, 4
    mac     0, r6, r12, r3
    weight  r12, 4
    mac     0, r7, lr, r3
    weight  lr, 4
    mac     0, r8, r12, r3
    weight  r12, 4
    mac     0, r9, lr, r3
    weight  lr, 4
    mac     0, r10, r12, r3
    ldr.w   r2, [sp, #X]
    mac     0, r11, lr, r3
    ldr.w   r3, [r0, #8]
    .endm

    .macro  tail
    ldr.w   r12, [r0, #72]
    ldr.w   r1, [r0, #12]
    ldr.w   lr, [r0, #4]
    smmla   r3, r2, r3, lr                  // i0: bias + x input
    ldr.w   lr, [r0, #68]
    smmla   r1, r4, r1, r3                  // i0: + acc scale
    ldr.w   r3, [r0, #64]
    smmla   r3, r2, lr, r3                  // f1: bias + x input
    ldr.w   lr, [r0, #32]
    smmla   r12, r9, r12, r3                // f1: + acc scale
    ldr.w   r3, [r0, #28]
    ldr.w   r4, [r0, #36]
    smmla   r3, r2, lr, r3                  // g0: bias + x input
    ldr.w   lr, [r0, #20]
    ldr.w   r9, [r0, #24]
    smmla   r3, r6, r4, r3                  // g0: + acc scale
    ldr.w   r4, [r0, #16]
    ldr.w   r6, [r0, #44]
    smmla   lr, r2, lr, r4                  // f0: bias + x input
    ldr.w   r4, [r0, #48]
    smmla   lr, r5, r9, lr                  // f0: + acc scale
    ldr.w   r5, [r0, #52]
    ldr.w   r9, [r0, #40]
    smmla   r6, r2, r6, r9                  // o0: bias + x input
    smmla   r4, r7, r4, r6                  // o0: + acc scale
    ldr.w   r6, [r0, #56]
    ldr.w   r7, [r0, #60]
    ldr.w   r9, [r0, #80]
    smmla   r5, r2, r6, r5                  // i1: bias + x input
    ldr.w   r6, [r0, #84]
    smmla   r5, r8, r7, r5                  // i1: + acc scale
    ldr.w   r7, [r0, #76]
    smmla   r7, r2, r9, r7                  // g1: bias + x input
    ldr.w   r8, [r0, #92]
    smmla   r6, r10, r6, r7                 // g1: + acc scale
    ldr.w   r7, [r0, #88]
    ssat    r9, #12, lr, asr #16            // f0: which chord
    ldr.w   r10, [r0, #96]
    smmla   r2, r2, r8, r7                  // o1: bias + x input
    ldr.w   r7, [sp, #SLOPES]
    ldr.w   r8, [sp, #BASES]
    smmla   r2, r11, r10, r2                // o1: + acc scale
    ssat    r10, #12, r3, asr #16           // g0: which chord
    ldr.w   r11, [r7, r9, lsl #3]           // f0: slope
    ldr.w   r9, [r8, r9, lsl #3]            // f0: base
    smmla   lr, lr, r11, r9                 // f0
    ldr.w   r9, [r7, r10, lsl #3]           // g0: slope
    ssat    r11, #12, r6, asr #16           // g1: which chord
    ldr.w   r10, [r8, r10, lsl #3]          // g0: base
    smmla   r3, r3, r9, r10                 // g0
    ssat    r9, #12, r1, asr #16            // i0: which chord
    ldr.w   r10, [r7, r11, lsl #3]          // g1: slope
    ldr.w   r11, [r8, r11, lsl #3]          // g1: base
    smmla   r6, r6, r10, r11                // g1
    ldr.w   r10, [r7, r9, lsl #3]           // i0: slope
    ssat    r11, #12, r12, asr #16          // f1: which chord
    ldr.w   r9, [r8, r9, lsl #3]            // i0: base
    smmla   r1, r1, r10, r9                 // i0
    mov.w   r9, #0x80000000
    add.w   r6, r9, r6, lsl #8              // g1: Q31
    ldr.w   r10, [r0, #100]
    add.w   r3, r9, r3, lsl #8              // g0: Q31
    ldr.w   r9, [sp, #GATE_SHIFT]
    asr.w   r3, r3, r9                      // g0: as the cell
    smull   lr, r10, lr, r10                // c0: f c
    asr.w   r6, r6, r9                      // g1: as the cell
    smlal   lr, r10, r1, r3                 // c0: + i g
    ssat    r1, #12, r5, asr #16            // i1: which chord
    ldr.w   r3, [r7, r11, lsl #3]           // f1: slope
    lsrs.w  lr, lr, #24                     // c0: the half is in the carry
    ldr.w   r9, [r8, r11, lsl #3]           // f1: base
    smmla   r12, r12, r3, r9                // f1
    ldr.w   r3, [r7, r1, lsl #3]            // i1: slope
    ssat    r9, #12, r2, asr #16            // o1: which chord
    ldr.w   r1, [r8, r1, lsl #3]            // i1: base
    smmla   r1, r5, r3, r1                  // i1
    ldr.w   r3, [r0, #108]
    adc.w   lr, lr, r10, lsl #8             // c0: rsh 24
    ldr.w   r5, [sp, #CHORD_SHIFT]
    ldr.w   r10, [r8, r9, lsl #3]           // o1: base
    smull   r3, r12, r12, r3                // c1: f c
    ssat    r11, #12, r4, asr #16           // o0: which chord
    ldr.w   r9, [r7, r9, lsl #3]            // o1: slope
    ssat    lr, #31, lr                     // c0
    smlal   r3, r12, r1, r6                 // c1: + i g
    ldr.w   r1, [r7, r11, lsl #3]           // o0: slope
    smmla   r6, r2, r9, r10                 // o1
    lsrs.w  r2, r3, #24                     // c1: the half is in the carry
    ldr.w   r9, [r0, #104]
    ldr.w   r3, [sp, #CELL_SHIFT]
    ldr.w   r10, [r8, r11, lsl #3]          // o0: base
    adc.w   r12, r2, r12, lsl #8            // c1: rsh 24
    asr.w   r2, lr, r5                      // tanh c0: chord
    ssat    r2, #12, r2                     // tanh c0: which chord
    smmla   r1, r4, r1, r10                 // o0
    ssat    r4, #31, r12                    // c1
    str.w   r4, [r0, #108]
    str.w   lr, [r0, #100]
    ldr.w   r12, [r0, #116]
    ldr.w   r10, [r0, #112]
    asr.w   r5, r4, r5                      // tanh c1: chord
    ssat    r5, #12, r5                     // tanh c1: which chord
    ldr.w   r11, [r7, r2, lsl #3]           // tanh c0: slope
    lsl.w   lr, lr, r3                      // tanh c0: 2 c, Q23
    ldr.w   r2, [r8, r2, lsl #3]            // tanh c0: base
    smmla   r2, lr, r11, r2                 // tanh c0
    ldr.w   lr, [r7, r5, lsl #3]            // tanh c1: slope
    lsl.w   r3, r4, r3                      // tanh c1: 2 c, Q23
    ldr.w   r4, [r8, r5, lsl #3]            // tanh c1: base
    smmla   r3, r3, lr, r4                  // tanh c1
    mov.w   lr, #0x80000000
    ldr.w   r4, [sp, #END]
    add.w   r2, lr, r2, lsl #8              // tanh c0: Q31
    cmp.w   r0, r4
    smmul   r4, r1, r2                      // h23 of unit 0
    ldr.w   r2, [sp, #FIRST]
    add.w   r1, lr, r3, lsl #8              // tanh c1: Q31
    smmul   lr, r6, r1                      // h23 of unit 1
    ldr.w   r5, [sp, #WIDE]
    ldr.w   r6, [sp, #HIDDEN]
    ldr.w   r1, [sp, #BLOCK]
    str.w   r4, [r5], #4
    ldr.w   r3, [sp, #FIRST + 4]
    uxtab   r7, lr, r10                     // q = h23 + e
    str.w   r7, [r0, #112]
    uxtab   r4, r4, r9                      // q = h23 + e
    str.w   r4, [r0, #104]
    ssat    r7, #16, r7, asr #8             // h of unit 1
    str.w   lr, [r5], #4
    ssat    lr, #16, r4, asr #8             // h of unit 0
    str.w   r5, [sp, #WIDE]
    pkhbt   lr, lr, r7, lsl #16             // both h as the matrix reads them
    str.w   lr, [r6], #4
    str.w   r6, [sp, #HIDDEN]
    ldr.w   lr, [r0, #120]!
    it      ne
    bxne    r1
    .endm

    .section .text.lstm_m7, "ax", %progbits
    .balign 8
    .global lstm_m7
    .type   lstm_m7, %function
    .thumb_func
lstm_m7:
    enter   lstm, LSTM_GROUP_BYTES, LSTM_BEHIND
    cell_shifts
    enter_long lstm, 15
lstm_frame:
    begin_frame lstm, 4
    .balign 8
lstm_block:
    first_group

    .balign 8
lstm_odd_block:
    first_pair

    .balign 8
    long_chain lstm, 15
    .balign 8
    chain   15
lstm_last:
    last_group
lstm_tail:
    tail
    end_frame lstm_frame

lstm_only:
    sub     r0, r0, #8
    ldr     r2, [sp, #X]
    ldr     r3, [r0, #8]
    b.w     lstm_tail
    .size   lstm_m7, . - lstm_m7
