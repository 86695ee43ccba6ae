// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_narrow_2_m7(struct wavenet_walk *walk): runs of tiles of layers of two channels and
// rows with three taps and an activation of the table, which is not lifted: convolution, activation,
// head sum, 1x1, residual and the next layer's history, without a loop inside (README.md, Narrow
// layers). The same words as wavenet.c.
//
// Two rows by four frames are eight sums. The parameters lie at the stack pointer as well, so that no
// register points to them. The order of a tile was found by a search over the pairing and latency
// rules of the Cortex-M7: 236 instructions in 124 cycles.
    .syntax unified
    .thumb

    // The frame: struct wavenet_narrow_m7.
    .equ    AUDIO, 0
    .equ    HEAD, 4
    .equ    RESIDUAL, 8
    .equ    OUT, 12
    .equ    TAPS, 16        // the oldest first
    .equ    BASES, 28
    .equ    SLOPES, 32
    .equ    ROWS_FROM, 36
    .equ    CHANNELS_FROM, 40
    .equ    PLACE, 44       // minus the bytes of history that are left
    .equ    WALK, 48
    .equ    ROWS, 56        // the parameters of the layer
    .equ    CHANNELS, 120
    .equ    FRAME_BYTES, 164

    .equ    ERROR_0, 24     // of the parameters of the channels: what the history feeds back
    .equ    ERROR_1, 36

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
    ldr.w   r0, [sp, #ROWS_FROM]
    ldr.w   r1, [sp, #CHANNELS_FROM]
    add.w   r12, sp, #ROWS
    ldm.w   r0!, {r2-r9}
    stm.w   r12!, {r2-r9}
    ldm.w   r0, {r2-r9}
    stm.w   r12!, {r2-r9}
    ldm.w   r1!, {r2-r9}
    stm.w   r12!, {r2-r9}
    ldrd    r2, r3, [r1]
    strd    r2, r3, [r12]
    .balign 8
wavenet_narrow_2_tile:
    ldr.w   r0, [sp, #AUDIO]
    ldr.w   r1, [sp, #PLACE]
    ldr.w   r2, [sp, #ROWS + 12]
    add.w   r0, r0, r1
    ldr.w   r3, [sp, #ROWS + 4]
    ldr.w   r4, [sp, #ROWS + 8]
    ldr.w   r5, [r0, #8]
    ldr.w   r6, [r0, #4]
    ldr.w   r7, [r0, #0]
    ldr.w   r0, [r0, #12]
    smmla   r8, r5, r2, r4
    ldr.w   r9, [sp, #TAPS + 0]
    smmla   r10, r6, r2, r4
    ldr.w   r11, [sp, #ROWS + 0]
    smmla   r12, r7, r3, r11
    ldr.w   lr, [sp, #ROWS + 16]
    smmla   r5, r5, r3, r11
    add.w   r9, r9, r1
    smmla   r7, r7, r2, r4
    smmla   r6, r6, r3, r11
    smmla   r3, r0, r3, r11
    ldr.w   r11, [r9, #4]
    smmla   r0, r0, r2, r4
    ldr.w   r2, [sp, #ROWS + 20]
    smlad   r4, lr, r11, r6
    ldr.w   r6, [r9, #8]
    smlad   r10, r2, r11, r10
    ldr.w   r11, [r9, #0]
    smlad   r5, lr, r6, r5
    ldr.w   r9, [r9, #12]
    smlad   r6, r2, r6, r8
    ldr.w   r8, [sp, #TAPS + 4]
    smlad   r12, lr, r11, r12
    add.w   r8, r8, r1
    smlad   r7, r2, r11, r7
    ldr.w   r11, [sp, #ROWS + 24]
    smlad   r3, lr, r9, r3
    ldr.w   lr, [r8, #4]
    smlad   r0, r2, r9, r0
    ldr.w   r2, [sp, #ROWS + 28]
    ldr.w   r9, [r8, #8]
    smlad   r4, r11, lr, r4
    smlad   r10, r2, lr, r10
    ldr.w   lr, [r8, #12]
    smlad   r5, r11, r9, r5
    ldr.w   r8, [r8, #0]
    smlad   r6, r2, r9, r6
    ldr.w   r9, [sp, #TAPS + 8]
    smlad   r12, r11, r8, r12
    add.w   r1, r9, r1
    smlad   r7, r2, r8, r7
    ldr.w   r8, [sp, #ROWS + 32]
    ldr.w   r9, [r1, #0]
    smlad   r3, r11, lr, r3
    ldr.w   r11, [sp, #ROWS + 36]
    smlad   r0, r2, lr, r0
    ldr.w   r2, [r1, #12]
    smlad   r12, r8, r9, r12
    ldr.w   lr, [sp, #ROWS + 52]
    smlad   r7, r11, r9, r7
    ldr.w   r9, [r1, #4]
    smlad   r3, r8, r2, r3
    smlad   r0, r11, r2, r0
    ldr.w   r2, [sp, #ROWS + 40]
    smlad   r10, r11, r9, r10
    ldr.w   r1, [r1, #8]
    smmul   r12, r12, r2
    smlad   r6, r11, r1, r6
    smlad   r1, r8, r1, r5
    smlad   r4, r8, r9, r4
    ldr.w   r5, [sp, #BASES]
    ssat    r8, #12, r12, asr #16
    smmul   r9, r10, lr
    smmul   r0, r0, lr
    ldr.w   r10, [sp, #SLOPES]
    ldr.w   r11, [r5, r8, lsl #3]
    smmul   r6, r6, lr
    ldr.w   r8, [r10, r8, lsl #3]
    smmul   r7, r7, lr
    smmul   r4, r4, r2
    ssat    lr, #12, r7, asr #16
    smmla   r8, r12, r8, r11
    smmul   r1, r1, r2
    ldr.w   r11, [r10, lr, lsl #3]
    smmul   r2, r3, r2
    ssat    r3, #12, r9, asr #16
    ldr.w   r12, [r5, lr, lsl #3]
    ssat    lr, #12, r1, asr #16
    smmla   r7, r7, r11, r12
    ldr.w   r11, [r5, r3, lsl #3]
    ldr.w   r3, [r10, r3, lsl #3]
    ssat    r12, #12, r4, asr #16
    smmla   r3, r9, r3, r11
    ldr.w   r9, [r10, lr, lsl #3]
    ssat    r11, #12, r6, asr #16
    ldr.w   lr, [r5, lr, lsl #3]
    smmla   r1, r1, r9, lr
    ldr.w   r9, [r10, r12, lsl #3]
    ldr.w   lr, [r10, r11, lsl #3]
    ldr.w   r12, [r5, r12, lsl #3]
    ldr.w   r11, [r5, r11, lsl #3]
    smmla   r4, r4, r9, r12
    smmla   r6, r6, lr, r11
    ldr.w   r9, [sp, #PLACE]
    ssat    r11, #12, r0, asr #16
    ldr.w   r12, [sp, #HEAD]
    ssat    lr, #12, r2, asr #16
    add.w   r9, r12, r9, lsl #1
    ldr.w   r12, [r10, r11, lsl #3]
    ldr.w   r11, [r5, r11, lsl #3]
    ldr.w   r5, [r5, lr, lsl #3]
    ldr.w   r10, [r10, lr, lsl #3]
    smmla   r0, r0, r12, r11
    ldr.w   r11, [sp, #ROWS + 48]
    smmla   r2, r2, r10, r5
    ldr.w   r5, [r9, #4]
    ldr.w   r10, [r9, #12]
    smmla   r5, r4, r11, r5
    smmla   r10, r2, r11, r10
    ldr.w   r12, [r9, #8]
    smmla   r12, r1, r11, r12
    ldr.w   lr, [r9, #0]
    smmla   r11, r8, r11, lr
    ldr.w   lr, [r9, #16]
    str.w   r11, [r9, #0]
    ldr.w   r11, [r9, #20]
    str.w   r5, [r9, #4]
    ldr.w   r5, [r9, #24]
    str.w   r10, [r9, #12]
    ldr.w   r10, [sp, #ROWS + 60]
    str.w   r12, [r9, #8]
    ldr.w   r12, [r9, #28]
    smmla   lr, r7, r10, lr
    lsl.w   r7, r7, #8
    pkhtb   r7, r7, r8, asr #8
    smmla   r8, r3, r10, r11
    str.w   lr, [r9, #16]
    eor.w   r7, r7, #0x80008000
    str.w   r8, [r9, #20]
    lsl.w   r8, r6, #8
    lsl.w   r3, r3, #8
    smmla   r5, r6, r10, r5
    str.w   r5, [r9, #24]
    lsl.w   r5, r0, #8
    pkhtb   r3, r3, r4, asr #8
    smmla   r0, r0, r10, r12
    eor.w   r3, r3, #0x80008000
    str.w   r0, [r9, #28]
    ldr.w   r0, [sp, #PLACE]
    ldr.w   r4, [sp, #RESIDUAL]
    pkhtb   r1, r8, r1, asr #8
    ldr.w   r6, [sp, #CHANNELS + 0]
    eor.w   r1, r1, #0x80008000
    ldr.w   r8, [sp, #CHANNELS + 8]
    add.w   r4, r4, r0, lsl #1
    ldr.w   r9, [sp, #CHANNELS + 16]
    adds.w  r10, r0, #16
    str.w   r10, [sp, #PLACE]
    pkhtb   r2, r5, r2, asr #8
    smlad   r5, r8, r7, r6
    eor.w   r2, r2, #0x80008000
    smlad   r10, r8, r3, r6
    ldr.w   r11, [r4, #0]
    ldr.w   r12, [sp, #OUT]
    smmla   r5, r5, r9, r11
    ldr.w   r11, [r4, #4]
    str.w   r5, [r4, #0]
    add.w   r0, r12, r0
    smlad   r12, r8, r2, r6
    ldr.w   lr, [sp, #CHANNELS + 24]
    smmla   r10, r10, r9, r11
    ldr.w   r11, [sp, #CHANNELS + 20]
    smlad   r6, r8, r1, r6
    ldr.w   r8, [r4, #12]
    smmla   r5, r5, r11, lr
    ldr.w   lr, [r4, #8]
    smmla   r8, r12, r9, r8
    str.w   r10, [r4, #4]
    and.w   r12, r5, #63
    ssat    r5, #16, r5, asr #6
    smmla   r10, r10, r11, r12
    smmla   r6, r6, r9, lr
    ssat    r9, #16, r10, asr #6
    str.w   r6, [r4, #8]
    and.w   r10, r10, #63
    smmla   r6, r6, r11, r10
    str.w   r8, [r4, #12]
    ldr.w   r10, [sp, #CHANNELS + 4]
    ldr.w   r12, [sp, #CHANNELS + 12]
    and.w   lr, r6, #63
    smmla   r8, r8, r11, lr
    ldr.w   r11, [r4, #16]
    smlad   r7, r12, r7, r10
    ldr.w   lr, [sp, #CHANNELS + 28]
    ssat    r6, #16, r6, asr #6
    smlad   r3, r12, r3, r10
    smmla   r7, r7, lr, r11
    and.w   r11, r8, #63
    ssat    r8, #16, r8, asr #6
    str.w   r7, [r4, #16]
    str.w   r11, [sp, #CHANNELS + 24]
    ldr.w   r11, [sp, #CHANNELS + 32]
    smlad   r2, r12, r2, r10
    smlad   r1, r12, r1, r10
    ldr.w   r10, [r4, #28]
    smmla   r2, r2, lr, r10
    ldr.w   r10, [r4, #20]
    str.w   r2, [r4, #28]
    ldr.w   r12, [sp, #CHANNELS + 36]
    smmla   r3, r3, lr, r10
    ldr.w   r10, [r4, #24]
    smmla   r7, r7, r11, r12
    str.w   r3, [r4, #20]
    and.w   r12, r7, #63
    smmla   r3, r3, r11, r12
    ssat    r7, #16, r7, asr #6
    smmla   r1, r1, lr, r10
    ssat    r10, #16, r3, asr #6
    str.w   r1, [r4, #24]
    and.w   r3, r3, #63
    smmla   r1, r1, r11, r3
    pkhbt   r3, r9, r10, lsl #16
    str.w   r3, [r0, #4]
    and.w   r3, r1, #63
    smmla   r2, r2, r11, r3
    pkhbt   r3, r5, r7, lsl #16
    str.w   r3, [r0, #0]
    ssat    r1, #16, r1, asr #6
    and.w   r3, r2, #63
    ssat    r2, #16, r2, asr #6
    str.w   r3, [sp, #CHANNELS + 36]
    pkhbt   r1, r6, r1, lsl #16
    str.w   r1, [r0, #8]
    pkhbt   r1, r8, r2, lsl #16
    str.w   r1, [r0, #12]
    bne.w   wavenet_narrow_2_tile
    ldr.w   r0, [sp, #CHANNELS_FROM]
    ldr.w   r1, [sp, #CHANNELS + ERROR_0]
    ldr.w   r2, [sp, #CHANNELS + ERROR_1]
    str.w   r1, [r0, #ERROR_0]
    str.w   r2, [r0, #ERROR_1]
    b.w     wavenet_narrow_2_run
wavenet_narrow_2_end:
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_narrow_2_m7, . - wavenet_narrow_2_m7
