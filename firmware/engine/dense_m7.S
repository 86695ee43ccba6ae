// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void dense_m7(const struct dense_m7 *run): samples of one output of a dense layer, the same words as
// dense_process.
//
// Two inputs are six instructions in three cycles: two loads, from different banks since the weights
// begin one word beside the inputs, and a product, two inputs ahead of where it is summed. As in
// kernel_m7.inc a sample enters the chain where its inputs are left; an odd number a word before the
// first one and behind its product, since what lies behind the last one may be another output's.
    .syntax unified
    .thumb

    // struct dense_m7 (dense.c)
    .equ    RUN_INPUT, 0
    .equ    RUN_OUT, 4
    .equ    RUN_FRAMES, 8
    .equ    RUN_WEIGHTS, 12
    .equ    RUN_INPUTS, 16
    .equ    RUN_FRACTION, 20
    .equ    RUN_START, 24
    .equ    RUN_STEP, 32

    .equ    STEP_BYTES, 24
    .equ    STEPS, 32

    .section .text.dense_m7, "ax", %progbits
    .balign 8
    .global dense_m7
    .type   dense_m7, %function
    .thumb_func
dense_m7:
    push    {r0, r4-r11, lr}
    ldrd    r12, r10, [r0, #RUN_INPUT]
    ldr     r9, [r0, #RUN_FRAMES]
    ldr     r1, [r0, #RUN_INPUTS]
    ldr     r8, [r0, #RUN_FRACTION]
    movw    r11, #:lower16:(dense_end + 1)
    movt    r11, #:upper16:(dense_end + 1)
    and     r3, r1, #1
    add     r11, r11, r3, lsl #2
    add     r1, r1, r3
    mov     r2, #STEP_BYTES
    lsr     r1, r1, #1
    rsb     lr, r8, #32
    mls     r11, r1, r2, r11
    ldr     r1, [sp]
dense_frame:
    mov     r0, r12
    ldrd    r6, r7, [r1, #RUN_START]
    ldr     r2, [r1, #RUN_INPUTS]
    ldr     r1, [r1, #RUN_WEIGHTS]
    add     r12, r12, r2, lsl #2
    ldr     r2, [r0]
    ldr     r3, [r1]
    ldr     r4, [r0, #4]!
    ldr     r5, [r1, #4]!
    bx      r11
    .rept   STEPS
    smlal   r6, r7, r2, r3
    ldr.w   r2, [r0, #4]!
    ldr.w   r3, [r1, #4]!
    smlal   r6, r7, r4, r5
    ldr.w   r4, [r0, #4]!
    ldr.w   r5, [r1, #4]!
    .endr
dense_end:
    // sat32 of the sum's upper part: it fits when all bits above it are its sign.
    ldr     r1, [sp]
    lsr     r6, r6, r8
    lsl     r2, r7, lr
    ldr     r4, [r1, #RUN_STEP]
    asr     r3, r7, r8
    orr     r6, r6, r2
    sub     r9, r9, #1
    cmp     r3, r6, asr #31
    bne     dense_saturated
dense_store:
    str     r6, [r10]
    add     r10, r10, r4
    cmp     r9, #0
    bne     dense_frame
    pop     {r0, r4-r11, pc}
dense_saturated:
    mvn     r6, #0x80000000
    eor     r6, r6, r3, asr #31
    b       dense_store
    .size   dense_m7, . - dense_m7
