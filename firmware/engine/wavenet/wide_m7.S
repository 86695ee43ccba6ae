// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wide_m7(const struct wide_m7 *run): tiles of a wide convolution, the same words as wide.c.
//
// Four frames of an output are sums of 64 bits, r4-r11, a product each a cycle. Two taps are 8
// products and 6 loads in 8 cycles, since a word of the input serves up to four of them; an input of
// one tap is 4 products in 5 cycles (two outputs at once: wide_pair_m7.S). As in wavenet_rows_m7.S a
// sum enters its chain where what is left of it begins. r0 walks the weights, r1 the input.
#include "wide_inputs_m7.h"

    .syntax unified
    .thumb

    // The frame, a copy of struct wide_m7 (wide_m7.c), and behind it what it counts.
    .equ    WEIGHTS, 0      // of the output at hand
    .equ    IN, 4
    .equ    OUT, 8
    .equ    BIAS, 12
    .equ    OUTPUTS, 16     // left
    .equ    TILES, 20
    .equ    ROW_BYTES, 24   // of weights
    .equ    IN_BYTES, 28    // of a tile
    .equ    OUT_BYTES, 32
    .equ    BEGIN, 36       // of a tile
    .equ    CHAIN, 40       // where it is entered
    .equ    INPUTS, 44
    .equ    FINISH, 48
    .equ    FRACTION, 52
    .equ    COMPLEMENT, 56  // 32 - fraction
    .equ    TILE_IN, 64
    .equ    TILE_OUT, 68
    .equ    TILES_LEFT, 72
    .equ    INPUTS_LEFT, 76
    .equ    SUMS, 80        // of four frames, where they may saturate
    .equ    FRAME_BYTES, 112 + 4

    .equ    INPUT_STEP, 4 * (48 - 1) // from the end of an input's taps to the next one's

    // An input of one tap: weight in r2, frame 1 in r12, 2 in lr; frame 0 arrives in r3.
    .macro  input
    smlal   r6, r7, r2, r12
    ldr.w   r12, [r1, #20]
    smlal   r4, r5, r2, r3
    ldr.w   r3, [r1, #12]
    smlal   r8, r9, r2, lr
    ldr.w   lr, [r1, #24]
    smlal   r10, r11, r2, r3
    ldr.w   r2, [r0, #4]!
    ldr.w   r3, [r1, #16]!
    .endm

    // Two taps: the first weight is in r2, two words of the input in r12 and lr. `step` from here to
    // the next ones.
    .macro  taps step
    smlal   r6, r7, r2, lr
    ldr.w   r3, [r0, #4]
    smlal   r4, r5, r2, r12
    ldr.w   r12, [r1, #8]
    smlal   r4, r5, r3, lr
    ldr.w   lr, [r1, #12]
    smlal   r8, r9, r2, r12
    smlal   r6, r7, r3, r12
    ldr.w   r12, [r1, #16]
    smlal   r10, r11, r2, lr
    ldr.w   r2, [r0, #8]!
    add.w   r1, r1, #\step
    smlal   r8, r9, r3, lr
    ldr.w   lr, [r1, #4]
    smlal   r10, r11, r3, r12
    ldr.w   r12, [r1]
    .endm

    .section .text.wide_m7, "ax", %progbits
    .balign 8
    .global wide_m7
    .type   wide_m7, %function
    .thumb_func
wide_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    mov     r1, sp
    .rept   2
    ldm.w   r0!, {r4-r11}
    stm.w   r1!, {r4-r11}
    .endr
wide_output:
    ldr.w   r1, [sp, #IN]
    ldr.w   r2, [sp, #OUT]
    ldr.w   r3, [sp, #TILES]
    ldr.w   r0, [sp, #WEIGHTS]
    str.w   r1, [sp, #TILE_IN]
    str.w   r2, [sp, #TILE_OUT]
    str.w   r3, [sp, #TILES_LEFT]
    ldr.w   pc, [sp, #BEGIN]

    .balign 8
    .global wide_m7_inputs
    .thumb_func
wide_m7_inputs:
    ldr.w   r2, [r0]
    ldr.w   r3, [r1]
    ldr.w   r12, [r1, #4]
    ldr.w   lr, [r1, #8]
    smull   r4, r5, r2, r3
    ldr.w   r3, [r1, #12]
    smull   r6, r7, r2, r12
    ldr.w   r12, [r1, #20]
    smull   r8, r9, r2, lr
    ldr.w   lr, [r1, #24]
    smull   r10, r11, r2, r3
    ldr.w   r2, [r0, #4]!
    ldr.w   r3, [r1, #16]!
    ldr.w   pc, [sp, #CHAIN]

    .balign 8
    .global wide_m7_taps
    .thumb_func
wide_m7_taps:
    ldr.w   r3, [sp, #INPUTS]
    mov.w   r4, #0
    ldr.w   r2, [r0]
    mov.w   r5, #0
    ldr.w   r12, [r1]
    mov.w   r6, #0
    mov.w   r7, #0
    str.w   r3, [sp, #INPUTS_LEFT]
    mov.w   r8, #0
    mov.w   r9, #0
    ldr.w   lr, [r1, #4]
    mov.w   r10, #0
    mov.w   r11, #0
    ldr.w   pc, [sp, #CHAIN]

    .rept   7
    taps    8
    .endr
    taps    (8 + INPUT_STEP)
    .global wide_m7_taps_end
    .thumb_func
wide_m7_taps_end:
    ldr.w   r3, [sp, #INPUTS_LEFT]
    subs.w  r3, r3, #1
    str.w   r3, [sp, #INPUTS_LEFT]
    it      ne
    ldrne.w pc, [sp, #CHAIN]
    ldr.w   pc, [sp, #FINISH]

    .balign 8
    .rept   WIDE_INPUTS_M7 - 1
    input
    .endr
    .global wide_m7_inputs_end
    .thumb_func
wide_m7_inputs_end:
    ldr.w   pc, [sp, #FINISH]

    // Words that are proved not to saturate: the bias is added behind the shift, and its last bit
    // out is what rounds.
    .balign 8
    .global wide_m7_words
    .thumb_func
wide_m7_words:
    ldr.w   r12, [sp, #FRACTION]
    ldr.w   lr, [sp, #COMPLEMENT]
    ldr.w   r2, [sp, #BIAS]
    ldr.w   r1, [sp, #TILE_IN]
    ldr.w   r0, [sp, #TILE_OUT]
    ldr.w   r2, [r2]
    lsl.w   r5, r5, lr
    lsrs.w  r4, r4, r12
    lsl.w   r7, r7, lr
    adc.w   r4, r4, r5
    lsrs.w  r6, r6, r12
    lsl.w   r9, r9, lr
    adc.w   r6, r6, r7
    add.w   r4, r4, r2
    lsrs.w  r8, r8, r12
    lsl.w   r11, r11, lr
    adc.w   r8, r8, r9
    add.w   r6, r6, r2
    lsrs.w  r10, r10, r12
    ldr.w   r3, [sp, #TILES_LEFT]
    adc.w   r10, r10, r11
    ldr.w   r7, [sp, #IN_BYTES]
    add.w   r8, r8, r2
    add.w   r10, r10, r2
    b.w     wide_next

    // Words that may saturate: bias and half a unit are added to the sum, whose upper word then is the
    // sign of the lower one. A frame at a time, which takes less code.
    .balign 8
    .global wide_m7_clipped
    .thumb_func
wide_m7_clipped:
    ldr.w   r2, [sp, #BIAS]
    ldr.w   r12, [sp, #FRACTION]
    ldr.w   lr, [sp, #COMPLEMENT]
    add.w   r0, sp, #SUMS
    ldr.w   r2, [r2]
    add.w   r1, r0, #32
    stm.w   r0, {r4-r11}
    mov.w   r6, #1
    asr.w   r3, r2, lr
    add.w   r2, r6, r2, lsl #1
    sub.w   r6, r12, #1
    lsl.w   r2, r2, r6
1:
    ldrd    r4, r5, [r0]
    adds.w  r4, r4, r2
    adc.w   r5, r5, r3
    lsr.w   r4, r4, r12
    lsl.w   r6, r5, lr
    asr.w   r5, r5, r12
    orr.w   r4, r4, r6
    cmp.w   r5, r4, asr #31
    itt     ne
    mvnne.w r4, #0x80000000
    eorne.w r4, r4, r5, asr #31
    str.w   r4, [r0], #8
    cmp.w   r0, r1
    bne.w   1b
    ldr.w   r4, [sp, #SUMS]
    ldr.w   r6, [sp, #SUMS + 8]
    ldr.w   r8, [sp, #SUMS + 16]
    ldr.w   r10, [sp, #SUMS + 24]
    ldr.w   r1, [sp, #TILE_IN]
    ldr.w   r0, [sp, #TILE_OUT]
    ldr.w   r3, [sp, #TILES_LEFT]
    ldr.w   r7, [sp, #IN_BYTES]
    b.w     wide_next

    // The upper words of sums in Q32, rounded by the last bit below.
    .balign 8
    .global wide_m7_high
    .thumb_func
wide_m7_high:
    ldr.w   r2, [sp, #BIAS]
    adds.w  r4, r4, r4
    ldr.w   r3, [sp, #TILES_LEFT]
    ldr.w   r2, [r2]
    ldr.w   r0, [sp, #TILE_OUT]
    ldr.w   r1, [sp, #TILE_IN]
    adc.w   r4, r5, r2
    adds.w  r6, r6, r6
    adc.w   r6, r7, r2
    adds.w  r8, r8, r8
    ldr.w   r7, [sp, #IN_BYTES]
    adc.w   r8, r9, r2
    adds.w  r10, r10, r10
    adc.w   r10, r11, r2

wide_next:
    ldr.w   r5, [sp, #OUT_BYTES]
    subs.w  r3, r3, #1
    str.w   r3, [sp, #TILES_LEFT]
    add.w   r1, r1, r7
    str.w   r1, [sp, #TILE_IN]
    stm.w   r0, {r4, r6, r8, r10}
    add.w   r5, r5, r0
    ldr.w   r0, [sp, #WEIGHTS]
    str.w   r5, [sp, #TILE_OUT]
    it      ne
    ldrne.w pc, [sp, #BEGIN]
    ldr.w   r4, [sp, #OUTPUTS]
    ldr.w   r1, [sp, #ROW_BYTES]
    ldr.w   r2, [sp, #BIAS]
    ldr.w   r3, [sp, #OUT]
    subs.w  r4, r4, #1
    str.w   r4, [sp, #OUTPUTS]
    add.w   r0, r0, r1
    str.w   r0, [sp, #WEIGHTS]
    add.w   r2, r2, #4
    str.w   r2, [sp, #BIAS]
    add.w   r3, r3, #16
    str.w   r3, [sp, #OUT]
    bne.w   wide_output
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wide_m7, . - wide_m7

    .equ    ONE_TILES_LEFT, 4 // behind `run`
    .equ    ONE_TILE_IN, 8
    .equ    ONE_TILE_OUT, 12

    // void wide_m7_one(const struct wide_m7 *run): one input in Q32, a product of which is an output
    // as SMMLAR gives it: bias + mulh(w, u), rounded. r4-r7 are the input's four frames, r8-r11 those
    // of an output, r0 walks the weights, r1 the biases.
    .section .text.wide_m7_one, "ax", %progbits
    .balign 8
    .global wide_m7_one
    .type   wide_m7_one, %function
    .thumb_func
wide_m7_one:
    push    {r4-r11, lr}
    sub     sp, sp, #20
    ldr.w   r1, [r0, #IN]
    ldr.w   r2, [r0, #OUT]
    ldr.w   r3, [r0, #TILES]
    str.w   r0, [sp]
wide_one_tile:
    ldm.w   r1, {r4-r7}
    ldr.w   r8, [r0, #IN_BYTES]
    str.w   r3, [sp, #ONE_TILES_LEFT]
    ldr.w   r9, [r0, #OUT_BYTES]
    ldr.w   r3, [r0, #OUTPUTS]
    add.w   r8, r8, r1
    ldr.w   r1, [r0, #BIAS]
    add.w   r9, r9, r2
    ldr.w   r0, [r0, #WEIGHTS]
    str.w   r8, [sp, #ONE_TILE_IN]
    ldr.w   r12, [r0]
    str.w   r9, [sp, #ONE_TILE_OUT]
wide_one_output:
    ldr.w   lr, [r1], #4
    subs.w  r3, r3, #1
    smmlar  r8, r4, r12, lr
    smmlar  r9, r5, r12, lr
    smmlar  r10, r6, r12, lr
    smmlar  r11, r7, r12, lr
    ldr.w   r12, [r0, #4]!
    stm.w   r2!, {r8-r11}
    bne.w   wide_one_output
    ldr.w   r3, [sp, #ONE_TILES_LEFT]
    ldr.w   r1, [sp, #ONE_TILE_IN]
    subs.w  r3, r3, #1
    ldr.w   r2, [sp, #ONE_TILE_OUT]
    ldr.w   r0, [sp]
    bne.w   wide_one_tile
    add     sp, sp, #20
    pop     {r4-r11, pc}
    .size   wide_m7_one, . - wide_m7_one
