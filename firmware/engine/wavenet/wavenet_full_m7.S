// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What wavenet_channels_m7.S does of a 1x1 of 32-bit weights, behind which the residual saturates: a
// column of both rows is 8 products in 8 cycles, as long as weights of 16 bits take with
// activations of 32.
#include "wavenet_channels_m7.inc"

    // Adds both rows to the residual, which saturates and stays in the sums; back to before the next
    // rows, since nothing follows the weights. Loads a word of the frame into r2.
    .macro  add_full word
    ldr.w   r12, [r1, #0]
    ldr.w   lr, [r1, #4]
    qadd    r4, r4, r12
    ldr.w   r12, [r1, #8]
    qadd    r5, r5, lr
    ldr.w   lr, [r1, #12]
    qadd    r6, r6, r12
    ldr.w   r12, [r1, #16]
    qadd    r7, r7, lr
    ldr.w   lr, [r1, #20]
    qadd    r8, r8, r12
    ldr.w   r12, [r1, #24]
    qadd    r9, r9, lr
    ldr.w   lr, [r1, #28]
    qadd    r10, r10, r12
    ldr.w   r2, [sp, #\word]
    qadd    r11, r11, lr
    sub.w   r0, r0, #8
    stm.w   r1!, {r4-r11}
    .endm

    .section .text.wavenet_full_m7, "ax", %progbits
    .balign 8
    // As many columns as a bottleneck of 16 has.
    .rept   16
    column  smmla
    .endr
    .global wavenet_matrix_full
    .thumb_func
wavenet_matrix_full:
    ldr.w   r1, [sp, #RESIDUAL]
    ldr.w   pc, [sp, #TAIL]

    // The residual alone.
    .balign 8
    .global wavenet_full_residual
    .thumb_func
wavenet_full_residual:
    add_full END
    b.w     wavenet_residual_next

    // A history of 32 bits as well, of a residual that saturates: the same words where it is not shifted.
    .balign 8
    .global wavenet_full_history
    .thumb_func
wavenet_full_history:
    add_full ROOM
    ldr.w   r3, [sp, #SHIFT]
    str.w   r1, [sp, #RESIDUAL]
    cmp.w   r2, #0
    beq.w   wavenet_history_words
    b.w     wavenet_history_clipped
