// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void gru_m7(const struct recurrent_m7 *run): samples of the first GRU layer in state format 1, the
// same words as matvec_rows and gru_step.
//
// As lstm_m7.S, with six rows a block in r4-r9: the rows a of a first layer have no weights, the tail
// computes them from the audio. 106 instructions of the tail in 53 cycles.
    .equ    WORDS_MAX, 32
#include "kernel_m7.inc"

    .equ    GRU_GROUP_BYTES, 104
    // From where the pointer into the block is in the tail to the next block.
    .equ    GRU_BEHIND, 124

    // Four columns: 24 products in 13 cycles. The next group's state lies at `next` from `state` on.
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
    weight  r12, 12
    mac     0, r9, lr, r2
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
    weight  r12, 12
    mac     0, r9, lr, r3
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
    weight  r12, 12
    mac     1, r9, lr, r2
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
    weight  r12, 12
    mac     0, r9, lr, r3
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
    weight  r12, 12
    mac     1, r9, lr, r3
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
    weight  r12, 12
    mac     0, r9, lr, r2
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
    mac     0, r9, lr, r3
    ldr.w   r2, [sp, #X]
    ldr.w   r3, [r0, #16]
    .endm

    .macro  tail
    ldr.w   r1, [r0, #52]
    ldr.w   r12, [r0, #56]
    ldr.w   lr, [r0, #28]
    ldr.w   r10, [r0, #48]
    ldr.w   r11, [r0, #68]
    smmla   r1, r2, r1, r10                 // z1: bias + x input
    smmla   r12, r7, r12, r1                // z1: + acc scale
    ldr.w   r1, [r0, #24]
    smmla   r1, r2, lr, r1                  // r0: bias + x input
    ldr.w   lr, [r0, #32]
    ldr.w   r7, [r0, #64]
    ldr.w   r10, [r0, #60]
    smmla   r1, r5, lr, r1                  // r0: + acc scale
    ldr.w   lr, [sp, #28]
    ldr.w   r5, [r0, #20]
    smmla   r7, r2, r7, r10                 // r1: bias + x input
    smmla   r7, r8, r11, r7                 // r1: + acc scale
    ldr.w   r8, [r0, #12]
    ssat    r11, #12, r1, asr #16           // r0: which chord
    smmla   r3, r2, r3, r8                  // z0: bias + x input
    ldr.w   r8, [r0, #80]
    smmla   r3, r4, r5, r3                  // z0: + acc scale
    ldr.w   r4, [sp, #24]
    ldr.w   r5, [r0, #72]
    smmla   r5, r9, r8, r5                  // u1: bias + acc scale
    ldr.w   r8, [lr, r11, lsl #3]           // r0: slope
    ssat    r9, #12, r12, asr #16           // z1: which chord
    ldr.w   r11, [r4, r11, lsl #3]          // r0: base
    smmla   r1, r1, r8, r11                 // r0
    ldr.w   r8, [r0, #44]
    ssat    r11, #12, r7, asr #16           // r1: which chord
    ldr.w   r10, [r0, #36]
    smmla   r6, r6, r8, r10                 // u0: bias + acc scale
    ldr.w   r8, [r0, #88]
    ldr.w   r10, [lr, r11, lsl #3]          // r1: slope
    lsl.w   r1, r1, #7                      // r0: Q31
    smmul   r6, r1, r6                      // n0: r u / 2
    ldr.w   r1, [r0, #84]
    smmla   r8, r2, r8, r1                  // a0: bias + x input
    ldr.w   r1, [r4, r11, lsl #3]           // r1: base
    ssat    r11, #12, r3, asr #16           // z0: which chord
    smmla   r1, r7, r10, r1                 // r1
    ldr.w   r7, [r0, #100]
    ldr.w   r10, [r0, #96]
    add.w   r6, r8, r6, lsl #1              // n0: a + r u
    ldr.w   r8, [lr, r9, lsl #3]            // z1: slope
    lsl.w   r1, r1, #7                      // r1: Q31
    smmla   r2, r2, r7, r10                 // a1: bias + x input
    ssat    r7, #12, r6, asr #16            // n0: which chord
    smmul   r5, r1, r5                      // n1: r u / 2
    ldr.w   r10, [r4, r11, lsl #3]          // z0: base
    ldr.w   r1, [sp, #4]
    ldr.w   r11, [lr, r11, lsl #3]          // z0: slope
    ldr.w   r9, [r4, r9, lsl #3]            // z1: base
    add.w   r2, r2, r5, lsl #1              // n1: a + r u
    ldr.w   r5, [lr, r7, lsl #3]            // n0: slope
    smmla   r3, r3, r11, r10                // z0
    ldr.w   r7, [r4, r7, lsl #3]            // n0: base
    ssat    r10, #12, r2, asr #16           // n1: which chord
    smmla   r5, r6, r5, r7                  // n0
    ldr.w   r6, [sp, #12]
    smmla   r8, r12, r8, r9                 // z1
    ldr.w   lr, [lr, r10, lsl #3]           // n1: slope
    mov.w   r9, #0xc0000000
    ldr.w   r4, [r4, r10, lsl #3]           // n1: base
    ldr.w   r12, [r0, #124]
    smmla   lr, r2, lr, r4                  // n1
    ldr.w   r2, [r0, #108]
    add.w   r5, r9, r5, lsl #7              // n0: Q30
    ldr.w   r9, [sp, #20]
    ldr.w   r4, [sp, #16]
    mov.w   r10, #0xc0000000
    add.w   lr, r10, lr, lsl #7             // n1: Q30
    sub.w   r2, r2, r5                      // h0 - n0
    smull   r3, r2, r3, r2                  // z (h - n)
    ldr.w   r10, [r0, #112]
    ldr.w   r7, [r0, #120]
    ldr.w   r11, [r0, #116]
    sub.w   r11, r11, lr                    // h1 - n1
    lsrs.w  r3, r3, #24                     // the half is in the carry
    adc.w   r3, r3, r5                      // n + rsh 24
    smull   r8, r11, r8, r11                // z (h - n)
    add.w   r2, r3, r2, lsl #8              // h30 of unit 0
    str.w   r2, [r0, #108]
    ldr.w   r3, [sp, #36]
    lsrs.w  r8, r8, #24                     // the half is in the carry
    adc.w   lr, r8, lr                      // n + rsh 24
    asr.w   r2, r2, #7                      // h23 of unit 0
    cmp.w   r0, r9
    add.w   lr, lr, r11, lsl #8             // h30 of unit 1
    asr.w   r11, lr, #7                     // h23 of unit 1
    str.w   lr, [r0, #116]
    uxtab   lr, r2, r10                     // q = h23 + e
    str.w   lr, [r0, #112]
    uxtab   r7, r11, r7                     // q = h23 + e
    str.w   r2, [r6], #4
    ssat    r2, #16, lr, asr #8             // h of unit 0
    str.w   r7, [r0, #120]
    ssat    r7, #16, r7, asr #8             // h of unit 1
    str.w   r11, [r6], #4
    ldr.w   lr, [r0, #128]!
    str.w   r6, [sp, #12]
    pkhbt   r2, r2, r7, lsl #16             // both h as the matrix reads them
    str.w   r2, [r4], #4
    str.w   r4, [sp, #16]
    ldr.w   r2, [sp, #32]
    it      ne
    bxne    r1
    b.w     gru_end
    .endm

    .section .text.gru_m7, "ax", %progbits
    .balign 8
    .global gru_m7
    .type   gru_m7, %function
    .thumb_func
gru_m7:
    enter   gru, GRU_GROUP_BYTES, GRU_BEHIND
gru_frame:
    begin_frame gru, 4
    .balign 8
gru_block:
    first_group

    .balign 8
gru_odd_block:
    first_pair

    .balign 8
    chain   15
gru_last:
    last_group
gru_tail:
    tail

gru_only:
    sub     r0, r0, #16
    ldr     r2, [sp, #X]
    ldr     r3, [r0, #16]
    b.w     gru_tail

gru_end:
    end_frame gru_frame
    .size   gru_m7, . - gru_m7
