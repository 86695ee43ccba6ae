// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_narrow_2_m7(struct wavenet_walk *walk): runs of tiles of layers of two channels and
// rows with three taps and an activation of the table, which is not lifted: convolution, activation,
// head sum, 1x1, residual and the next layer's history, without a loop inside (README.md, Narrow
// layers). The same words as wavenet.c.
//
// Two rows by four frames are eight sums. The order was found by a search over the pairing and latency
// rules of the Cortex-M7: 234 instructions in 136 cycles. r1 is the place in the run, bytes of the
// history that are done.
    .syntax unified
    .thumb

    // The frame: struct wavenet_narrow_m7.
    .equ    ROWS, 8
    .equ    AUDIO, 20
    .equ    HEAD, 24
    .equ    CHANNELS, 28
    .equ    RESIDUAL, 32
    .equ    OUT, 36
    .equ    END, 44
    .equ    WALK, 48
    .equ    BASES, 52
    .equ    SLOPES, 56
    .equ    KEEP, 60        // where three taps leave room: activations for the 1x1
    .equ    TAPS, 112       // the three, the oldest first
    .equ    FRAME_BYTES, 124

    .section .text.wavenet_narrow_2_m7, "ax", %progbits
    .balign 8
    .global wavenet_narrow_2_m7
    .type   wavenet_narrow_2_m7, %function
    .thumb_func
wavenet_narrow_2_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    str.w   r0, [sp, #WALK]
wavenet_narrow_2_run:
    mov     r0, sp
    ldr.w   r1, [sp, #WALK]
    bl      wavenet_narrow_next
    cmp     r0, #0
    beq.w   wavenet_narrow_2_end
    mov.w   r1, #0
    .balign 8
wavenet_narrow_2_tile:
    ldr.w   r0, [sp, #AUDIO]
    add.w   r0, r0, r1
    ldr.w   r2, [sp, #ROWS]
    ldr.w   r3, [r2, #4]
    ldr.w   r4, [r0, #8]
    ldr.w   r5, [r0, #4]
    ldr.w   r6, [r2, #0]
    ldr.w   r7, [r2, #12]
    smmla   r8, r4, r3, r6
    smmla   r9, r5, r3, r6
    ldr.w   r10, [r2, #8]
    smmla   r5, r5, r7, r10
    ldr.w   r11, [r0, #0]
    ldr.w   r12, [sp, #TAPS + 0]
    smmla   r4, r4, r7, r10
    smmla   lr, r11, r7, r10
    ldr.w   r0, [r0, #12]
    smmla   r11, r11, r3, r6
    add.w   r12, r12, r1
    smmla   r7, r0, r7, r10
    ldr.w   r10, [r2, #16]
    smmla   r0, r0, r3, r6
    ldr.w   r3, [r12, #4]
    ldr.w   r6, [r2, #20]
    smlad   r9, r10, r3, r9
    smlad   r3, r6, r3, r5
    ldr.w   r5, [r12, #12]
    smlad   r7, r6, r5, r7
    smlad   r0, r10, r5, r0
    ldr.w   r5, [r12, #0]
    ldr.w   r12, [r12, #8]
    smlad   lr, r6, r5, lr
    smlad   r4, r6, r12, r4
    ldr.w   r6, [sp, #TAPS + 4]
    add.w   r6, r6, r1
    smlad   r8, r10, r12, r8
    ldr.w   r12, [r2, #24]
    smlad   r5, r10, r5, r11
    ldr.w   r10, [r6, #4]
    ldr.w   r11, [r2, #28]
    smlad   r9, r12, r10, r9
    smlad   r3, r11, r10, r3
    ldr.w   r10, [r6, #8]
    smlad   r8, r12, r10, r8
    smlad   r4, r11, r10, r4
    ldr.w   r10, [r6, #12]
    ldr.w   r6, [r6, #0]
    smlad   r7, r11, r10, r7
    smlad   r0, r12, r10, r0
    ldr.w   r10, [sp, #TAPS + 8]
    smlad   r11, r11, r6, lr
    add.w   r10, r10, r1
    ldr.w   lr, [r2, #32]
    smlad   r5, r12, r6, r5
    ldr.w   r6, [r10, #12]
    ldr.w   r12, [r2, #36]
    smlad   r0, lr, r6, r0
    smlad   r6, r12, r6, r7
    ldr.w   r7, [r10, #0]
    smlad   r5, lr, r7, r5
    smlad   r7, r12, r7, r11
    ldr.w   r11, [r10, #8]
    ldr.w   r10, [r10, #4]
    smlad   r4, r12, r11, r4
    smlad   r3, r12, r10, r3
    ldr.w   r12, [r2, #40]
    smlad   r9, lr, r10, r9
    ldr.w   r2, [r2, #52]
    smmul   r5, r5, r12
    smlad   r8, lr, r11, r8
    ldr.w   r10, [sp, #SLOPES]
    ssat    r11, #12, r5, asr #16
    smmul   r0, r0, r12
    smmul   r8, r8, r12
    ldr.w   lr, [sp, #BASES]
    smmul   r9, r9, r12
    ldr.w   r12, [r10, r11, lsl #3]
    ldr.w   r11, [lr, r11, lsl #3]
    smmul   r7, r7, r2
    smmla   r5, r5, r12, r11
    ssat    r11, #12, r9, asr #16
    smmul   r3, r3, r2
    ssat    r12, #12, r7, asr #16
    smmul   r6, r6, r2
    smmul   r2, r4, r2
    ldr.w   r4, [r10, r11, lsl #3]
    ldr.w   r11, [lr, r11, lsl #3]
    smmla   r4, r9, r4, r11
    ldr.w   r9, [r10, r12, lsl #3]
    ssat    r11, #12, r3, asr #16
    ldr.w   r12, [lr, r12, lsl #3]
    smmla   r7, r7, r9, r12
    ssat    r9, #12, r0, asr #16
    ldr.w   r12, [r10, r11, lsl #3]
    ldr.w   r11, [lr, r11, lsl #3]
    smmla   r3, r3, r12, r11
    ldr.w   r11, [r10, r9, lsl #3]
    ssat    r12, #12, r2, asr #16
    ldr.w   r9, [lr, r9, lsl #3]
    smmla   r0, r0, r11, r9
    ssat    r9, #12, r8, asr #16
    ldr.w   r11, [r10, r12, lsl #3]
    ldr.w   r12, [lr, r12, lsl #3]
    smmla   r2, r2, r11, r12
    ldr.w   r11, [r10, r9, lsl #3]
    ssat    r12, #12, r6, asr #16
    ldr.w   r9, [lr, r9, lsl #3]
    smmla   r8, r8, r11, r9
    ldr.w   r9, [sp, #HEAD]
    add.w   r9, r9, r1, lsl #1
    ldr.w   r11, [sp, #ROWS]
    ldr.w   r10, [r10, r12, lsl #3]
    ldr.w   r12, [lr, r12, lsl #3]
    ldr.w   lr, [r11, #48]
    smmla   r6, r6, r10, r12
    ldr.w   r10, [r9, #0]
    smmla   r10, r5, lr, r10
    ldr.w   r11, [r11, #60]
    ldr.w   r12, [r9, #8]
    str.w   r10, [r9, #0]
    lsl.w   r10, r7, #8
    smmla   r12, r8, lr, r12
    str.w   r12, [r9, #8]
    ldr.w   r12, [r9, #4]
    pkhtb   r5, r10, r5, asr #8
    smmla   r10, r4, lr, r12
    eor.w   r5, r5, #0x80008000
    str.w   r10, [r9, #4]
    lsl.w   r10, r3, #8
    ldr.w   r12, [r9, #20]
    smmla   r3, r3, r11, r12
    ldr.w   r12, [r9, #16]
    smmla   r7, r7, r11, r12
    ldr.w   r12, [r9, #12]
    pkhtb   r4, r10, r4, asr #8
    smmla   r10, r0, lr, r12
    eor.w   r4, r4, #0x80008000
    str.w   r3, [r9, #20]
    str.w   r10, [r9, #12]
    lsl.w   r3, r2, #8
    ldr.w   r10, [r9, #24]
    str.w   r7, [r9, #16]
    ldr.w   r7, [sp, #CHANNELS]
    lsl.w   r12, r6, #8
    ldr.w   lr, [r9, #28]
    smmla   r2, r2, r11, r10
    pkhtb   r3, r3, r8, asr #8
    str.w   r2, [r9, #24]
    ldr.w   r2, [r7, #8]
    smmla   r6, r6, r11, lr
    str.w   r6, [r9, #28]
    ldr.w   r6, [r7, #16]
    pkhtb   r0, r12, r0, asr #8
    ldr.w   r8, [r7, #0]
    eor.w   r0, r0, #0x80008000
    smlad   r9, r2, r5, r8
    ldr.w   r10, [sp, #RESIDUAL]
    eor.w   r3, r3, #0x80008000
    add.w   r10, r10, r1, lsl #1
    smlad   r11, r2, r0, r8
    smlad   r12, r2, r3, r8
    ldr.w   lr, [r10, #0]
    smlad   r2, r2, r4, r8
    ldr.w   r8, [r10, #4]
    smmla   r9, r9, r6, lr
    ldr.w   lr, [r7, #20]
    smmla   r2, r2, r6, r8
    str.w   r9, [r10, #0]
    ldr.w   r8, [r7, #24]
    smmla   r8, r9, lr, r8
    ldr.w   r9, [r10, #8]
    str.w   r2, [r10, #4]
    smmla   r9, r12, r6, r9
    and.w   r12, r8, #63
    smmla   r2, r2, lr, r12
    ldr.w   r12, [r10, #12]
    smmla   r6, r11, r6, r12
    and.w   r11, r2, #63
    smmla   r11, r9, lr, r11
    ssat    r2, #16, r2, asr #6
    str.w   r6, [r10, #12]
    str.w   r9, [r10, #8]
    ldr.w   r9, [r7, #12]
    ssat    r12, #16, r11, asr #6
    and.w   r11, r11, #63
    smmla   r6, r6, lr, r11
    ldr.w   r11, [r7, #4]
    ssat    r8, #16, r8, asr #6
    smlad   r4, r9, r4, r11
    ssat    lr, #16, r6, asr #6
    smlad   r5, r9, r5, r11
    smlad   r3, r9, r3, r11
    and.w   r6, r6, #63
    str.w   r6, [r7, #24]
    ldr.w   r6, [r7, #28]
    smlad   r0, r9, r0, r11
    ldr.w   r9, [r10, #16]
    smmla   r5, r5, r6, r9
    ldr.w   r9, [r7, #32]
    str.w   r5, [r10, #16]
    ldr.w   r11, [r7, #36]
    smmla   r5, r5, r9, r11
    ldr.w   r11, [r10, #24]
    smmla   r3, r3, r6, r11
    ldr.w   r11, [r10, #20]
    smmla   r4, r4, r6, r11
    and.w   r11, r5, #63
    str.w   r4, [r10, #20]
    ssat    r5, #16, r5, asr #6
    smmla   r4, r4, r9, r11
    ldr.w   r11, [r10, #28]
    str.w   r3, [r10, #24]
    smmla   r0, r0, r6, r11
    and.w   r6, r4, #63
    ssat    r4, #16, r4, asr #6
    smmla   r3, r3, r9, r6
    str.w   r0, [r10, #28]
    ldr.w   r6, [sp, #OUT]
    add.w   r6, r6, r1
    and.w   r10, r3, #63
    pkhbt   r2, r2, r4, lsl #16
    smmla   r0, r0, r9, r10
    pkhbt   r4, r8, r5, lsl #16
    str.w   r4, [r6, #0]
    and.w   r4, r0, #63
    str.w   r4, [r7, #36]
    ssat    r3, #16, r3, asr #6
    add.w   r1, r1, #16
    ssat    r0, #16, r0, asr #6
    str.w   r2, [r6, #4]
    pkhbt   r2, r12, r3, lsl #16
    str.w   r2, [r6, #8]
    pkhbt   r0, lr, r0, lsl #16
    str.w   r0, [r6, #12]
    ldr.w   r0, [sp, #END]
    cmp     r1, r0
    bne.w   wavenet_narrow_2_tile
    b.w     wavenet_narrow_2_run
wavenet_narrow_2_end:
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_narrow_2_m7, . - wavenet_narrow_2_m7
