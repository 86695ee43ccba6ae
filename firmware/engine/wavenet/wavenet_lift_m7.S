// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// How the tails of the table of chords begin where the sums are taken 2^n, saturated: in the place of
// what is before the label that the frame names, 4 cycles more than that for n = 1, 8 for 2 and 3, and for
// 4 to 6, which are 3 and what is left, another 8.
#include "wavenet_rows_m7.inc"

    .section .text.wavenet_lift_m7, "ax", %progbits
    .balign 8
    .global wavenet_lift_1
    .thumb_func
wavenet_lift_1:
    qadd    r4, r4, r4
    cmp.w   r0, r12
    qadd    r5, r5, r5
    ldr.w   r3, [r0, #8]                    // scale of row 1
    qadd    r6, r6, r6
    smmul   r4, r4, r2
    qadd    r7, r7, r7
    smmul   r5, r5, r2
    qadd    r8, r8, r8
    smmul   r6, r6, r2
    qadd    r9, r9, r9
    smmul   r7, r7, r2
    qadd    r10, r10, r10
    ldr.w   r12, [sp, #BASES]
    qadd    r11, r11, r11
    ldr.w   pc, [sp, #SCALED]

    .macro  lift n
    .balign 8
    .global wavenet_lift_\n
    .thumb_func
wavenet_lift_\n:
    ssat    r4, #32 - \n, r4
    cmp.w   r0, r12
    ssat    r5, #32 - \n, r5
    lsl.w   r4, r4, #\n
    ssat    r6, #32 - \n, r6
    lsl.w   r5, r5, #\n
    ssat    r7, #32 - \n, r7
    lsl.w   r6, r6, #\n
    ssat    r8, #32 - \n, r8
    lsl.w   r7, r7, #\n
    ssat    r9, #32 - \n, r9
    smmul   r4, r4, r2
    ssat    r10, #32 - \n, r10
    smmul   r5, r5, r2
    ssat    r11, #32 - \n, r11
    smmul   r6, r6, r2
    lsl.w   r8, r8, #\n
    smmul   r7, r7, r2
    lsl.w   r9, r9, #\n
    ldr.w   r3, [r0, #8]                    // scale of row 1
    lsl.w   r10, r10, #\n
    ldr.w   r12, [sp, #BASES]
    lsl.w   r11, r11, #\n
    ldr.w   pc, [sp, #SCALED]
    .endm

    lift    2
    lift    3

    .balign 8
    .global wavenet_lift_more
    .thumb_func
wavenet_lift_more:
    ssat    r4, #29, r4
    ssat    r5, #29, r5
    lsl.w   r4, r4, #3
    ssat    r6, #29, r6
    lsl.w   r5, r5, #3
    ssat    r7, #29, r7
    lsl.w   r6, r6, #3
    ssat    r8, #29, r8
    lsl.w   r7, r7, #3
    ssat    r9, #29, r9
    lsl.w   r8, r8, #3
    ssat    r10, #29, r10
    lsl.w   r9, r9, #3
    ssat    r11, #29, r11
    lsl.w   r10, r10, #3
    lsl.w   r11, r11, #3
    ldr.w   pc, [sp, #LIFT]
