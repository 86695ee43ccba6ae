// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// How tails whose sums are scaled begin where those are taken 2^n, saturated: in the place of what is
// before the label that the frame names, 5 cycles more than that for n = 1 and 13 for 2 to 6.
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

    // Doubled last, which alone gives the largest word where it saturates.
    .macro  lift n
    .balign 8
    .global wavenet_lift_\n
    .thumb_func
wavenet_lift_\n:
    ssat    r4, #33 - \n, r4
    cmp.w   r0, r12
    ssat    r5, #33 - \n, r5
    lsl.w   r4, r4, #\n - 1
    qadd    r4, r4, r4
    lsl.w   r5, r5, #\n - 1
    ssat    r6, #33 - \n, r6
    smmul   r4, r4, r2
    qadd    r5, r5, r5
    lsl.w   r6, r6, #\n - 1
    ssat    r7, #33 - \n, r7
    smmul   r5, r5, r2
    qadd    r6, r6, r6
    lsl.w   r7, r7, #\n - 1
    ssat    r8, #33 - \n, r8
    smmul   r6, r6, r2
    qadd    r7, r7, r7
    lsl.w   r8, r8, #\n - 1
    ssat    r9, #33 - \n, r9
    smmul   r7, r7, r2
    qadd    r8, r8, r8
    lsl.w   r9, r9, #\n - 1
    ssat    r10, #33 - \n, r10
    ldr.w   r3, [r0, #8]                    // scale of row 1
    qadd    r9, r9, r9
    lsl.w   r10, r10, #\n - 1
    ssat    r11, #33 - \n, r11
    ldr.w   r12, [sp, #BASES]
    qadd    r10, r10, r10
    lsl.w   r11, r11, #\n - 1
    qadd    r11, r11, r11
    ldr.w   pc, [sp, #SCALED]
    .endm

    lift    2
    lift    3
    lift    4
    lift    5
    lift    6
