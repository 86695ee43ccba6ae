// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void lstm_m7(const struct recurrent_m7 *run): samples of an LSTM layer in state format 1, the same
// words as matvec_rows and lstm_step.
//
// A block of the matrix is two units, eight rows in r4-r11. Its columns go in groups of four,
// straight through: a block enters the chain of groups where its columns are left, so that no branch
// is mispredicted but the last of a sample. Then the tail makes the two units' new state of the eight
// sums. There is a tail for each cell shift, since immediate shifts save eight instructions. Its
// order was found by a search over the pairing and latency rules of the Cortex-M7: 130
// instructions in 69 cycles. Comments name the value that an instruction computes, with the unit.
#include "kernel_m7.inc"

    .equ    LSTM_GROUP_BYTES, 136
    .equ    LSTM_TAIL_BYTES, 528
    // From where the pointer into the block is in the tail to the next block.
    .equ    LSTM_BEHIND, 116

    // Four columns: 32 products in 17 cycles. The next group's state lies at `next`.
    .macro  group next
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
    ldr.w   r2, [sp, #\next]
    weight  lr, 4
    ldr.w   r3, [sp, #\next + 4]
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
    ldr.w   r1, [sp, #TAIL]
    mac     0, r11, lr, r3
    ldr.w   r2, [sp, #X]
    ldr.w   r3, [r0, #8]
    bx      r1
    .endm

    .macro  tail s
    ldr.w   r1, [r0, #20]
    ldr.w   r12, [r0, #24]
    ldr.w   lr, [r0, #4]
    smmla   lr, r2, r3, lr                  // i0: bias + x input
    ldr.w   r3, [r0, #16]
    smmla   r1, r2, r1, r3                  // f0: bias + x input
    ldr.w   r3, [r0, #12]
    smmla   r1, r5, r12, r1                 // f0: + acc scale
    ldr.w   r12, [r0, #32]
    smmla   lr, r4, r3, lr                  // i0: + acc scale
    ldr.w   r3, [r0, #28]
    smmla   r12, r2, r12, r3                // g0: bias + x input
    ldr.w   r3, [r0, #36]
    ldr.w   r4, [r0, #72]
    ldr.w   r5, [r0, #68]
    smmla   r12, r6, r3, r12                // g0: + acc scale
    ldr.w   r3, [r0, #64]
    ldr.w   r6, [r0, #84]
    smmla   r3, r2, r5, r3                  // f1: bias + x input
    smmla   r3, r9, r4, r3                  // f1: + acc scale
    ldr.w   r4, [r0, #80]
    ldr.w   r9, [r0, #56]
    ldr.w   r5, [r0, #76]
    smmla   r4, r2, r4, r5                  // g1: bias + x input
    ldr.w   r5, [r0, #60]
    smmla   r4, r10, r6, r4                 // g1: + acc scale
    ldr.w   r6, [r0, #52]
    smmla   r6, r2, r9, r6                  // i1: bias + x input
    ldr.w   r9, [r0, #48]
    smmla   r5, r8, r5, r6                  // i1: + acc scale
    ldr.w   r6, [r0, #44]
    ldr.w   r8, [r0, #92]
    ldr.w   r10, [r0, #40]
    smmla   r6, r2, r6, r10                 // o0: bias + x input
    ldr.w   r10, [r0, #88]
    smmla   r2, r2, r8, r10                 // o1: bias + x input
    ldr.w   r8, [sp, #28]
    smmla   r6, r7, r9, r6                  // o0: + acc scale
    ldr.w   r7, [r0, #96]
    ssat    r9, #12, r1, asr #16            // f0: which chord
    ldr.w   r10, [sp, #24]
    smmla   r2, r11, r7, r2                 // o1: + acc scale
    ssat    r7, #12, r4, asr #16            // g1: which chord
    ldr.w   r11, [r8, r9, lsl #3]           // f0: slope
    ldr.w   r9, [r10, r9, lsl #3]           // f0: base
    smmla   r1, r1, r11, r9                 // f0
    ldr.w   r9, [r8, r7, lsl #3]            // g1: slope
    ssat    r11, #12, r12, asr #16          // g0: which chord
    ldr.w   r7, [r10, r7, lsl #3]           // g1: base
    smmla   r4, r4, r9, r7                  // g1
    ssat    r7, #12, lr, asr #16            // i0: which chord
    ldr.w   r9, [r8, r11, lsl #3]           // g0: slope
    ldr.w   r11, [r10, r11, lsl #3]         // g0: base
    smmla   r12, r12, r9, r11               // g0
    ldr.w   r9, [r8, r7, lsl #3]            // i0: slope
    ssat    r11, #12, r3, asr #16           // f1: which chord
    ldr.w   r7, [r10, r7, lsl #3]           // i0: base
    smmla   lr, lr, r9, r7                  // i0
    mov.w   r7, #0x80000000
    add.w   r4, r7, r4, lsl #8              // g1: Q31
    add.w   r12, r7, r12, lsl #8            // g0: Q31
    ldr.w   r7, [r8, r11, lsl #3]           // f1: slope
    ssat    r9, #12, r5, asr #16            // i1: which chord
    ldr.w   r11, [r10, r11, lsl #3]         // f1: base
    smmla   r3, r3, r7, r11                 // f1
    ldr.w   r7, [r0, #100]
    ldr.w   r11, [r8, r9, lsl #3]           // i1: slope
    asr.w   r12, r12, #7 + \s               // g0: as the cell
    smull   r1, r7, r1, r7                  // c0: f c
    ldr.w   r9, [r10, r9, lsl #3]           // i1: base
    smmla   r5, r5, r11, r9                 // i1
    ldr.w   r9, [r0, #108]
    smlal   r1, r7, lr, r12                 // c0: + i g
    asr.w   r12, r4, #7 + \s                // g1: as the cell
    ssat    lr, #12, r2, asr #16            // o1: which chord
    smull   r3, r9, r3, r9                  // c1: f c
    smlal   r3, r9, r5, r12                 // c1: + i g
    lsrs.w  r1, r1, #24                     // c0: the half is in the carry
    adc.w   r1, r1, r7, lsl #8              // c0: rsh 24
    ldr.w   r12, [r8, lr, lsl #3]           // o1: slope
    ldr.w   lr, [r10, lr, lsl #3]           // o1: base
    lsrs.w  r3, r3, #24                     // c1: the half is in the carry
    adc.w   r3, r3, r9, lsl #8              // c1: rsh 24
    smmla   r12, r2, r12, lr                // o1
    ssat    lr, #12, r6, asr #16            // o0: which chord
    ssat    r2, #31, r3                     // c1
    str.w   r2, [r0, #108]
    ssat    r1, #31, r1                     // c0
    ldr.w   r3, [r8, lr, lsl #3]            // o0: slope
    ssat    r9, #12, r2, asr #16 - \s       // tanh c1: which chord
    lsl.w   r2, r2, #\s                     // tanh c1: 2 c, Q23
    str.w   r1, [r0, #100]
    ldr.w   lr, [r10, lr, lsl #3]           // o0: base
    smmla   lr, r6, r3, lr                  // o0
    ldr.w   r3, [r8, r9, lsl #3]            // tanh c1: slope
    ssat    r6, #12, r1, asr #16 - \s       // tanh c0: which chord
    ldr.w   r9, [r10, r9, lsl #3]           // tanh c1: base
    smmla   r2, r2, r3, r9                  // tanh c1
    ldr.w   r3, [r0, #112]
    ldr.w   r8, [r8, r6, lsl #3]            // tanh c0: slope
    ldr.w   r6, [r10, r6, lsl #3]           // tanh c0: base
    lsl.w   r1, r1, #\s                     // tanh c0: 2 c, Q23
    ldr.w   r10, [sp, #12]
    smmla   r6, r1, r8, r6                  // tanh c0
    mov.w   r8, #0x80000000
    ldr.w   r1, [sp, #4]
    add.w   r2, r8, r2, lsl #8              // tanh c1: Q31
    ldr.w   r9, [sp, #20]
    smmul   r2, r12, r2                     // h23 of unit 1
    cmp.w   r0, r9
    add.w   r12, r8, r6, lsl #8             // tanh c0: Q31
    smmul   lr, lr, r12                     // h23 of unit 0
    ldr.w   r6, [r0, #104]
    uxtab   r3, r2, r3                      // q = h23 + e
    ldr.w   r12, [r0, #116]
    ldr.w   r8, [sp, #16]
    str.w   r3, [r0, #112]
    uxtab   r6, lr, r6                      // q = h23 + e
    str.w   lr, [r10], #4
    ssat    r3, #16, r3, asr #8             // h of unit 1
    str.w   r2, [r10], #4
    ssat    r2, #16, r6, asr #8             // h of unit 0
    str.w   r10, [sp, #12]
    str.w   r6, [r0, #104]
    ldr.w   lr, [r0, #120]!
    pkhbt   r2, r2, r3, lsl #16             // both h as the matrix reads them
    str.w   r2, [r8], #4
    str.w   r8, [sp, #16]
    ldr.w   r2, [sp, #32]
    ldr.w   r3, [sp, #36]
    it      ne
    bxne    r1
    b.w     lstm_end
    .endm

    .section .text.lstm_m7, "ax", %progbits
    .balign 8
    .global lstm_m7
    .type   lstm_m7, %function
    .thumb_func
lstm_m7:
    enter   lstm, LSTM_GROUP_BYTES, LSTM_BEHIND
    ldr     r1, [r0, #RUN_SHIFT]
    movw    r2, #:lower16:(lstm_tails + 1)
    movt    r2, #:upper16:(lstm_tails + 1)
    movw    r3, #LSTM_TAIL_BYTES
    mla     r1, r1, r3, r2
    str     r1, [sp, #TAIL]
lstm_frame:
    begin_frame lstm, 4
    .balign 8
lstm_block:
    first_group

    .balign 8
lstm_odd_block:
    first_pair

    .balign 8
    chain   15
lstm_last:
    last_group

lstm_only:
    sub     r0, r0, #8
    ldr     r1, [sp, #TAIL]
    ldr     r2, [sp, #X]
    ldr     r3, [r0, #8]
    bx      r1

    .balign 8
lstm_tails:
    .irp    s, 0, 1, 2, 3, 4, 5, 6, 7, 8
    tail    \s
    .endr
    .if     . - lstm_tails != 9 * LSTM_TAIL_BYTES
    .error  "LSTM_TAIL_BYTES is not the length of a tail"
    .endif

lstm_end:
    end_frame lstm_frame
    .size   lstm_m7, . - lstm_m7
