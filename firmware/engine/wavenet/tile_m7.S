// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void tile_32_m7(const struct tile *tile, const void *const *tap, int32_t *acc): tile_32 of
// tile.c on the Cortex-M7.
//
// Two rows by two frames are four sums, r4-r7. A pair of columns is 8 products and 6 loads in 11
// cycles; a sum enters the chain of them where what is left of it begins. r0 walks the weights, r1
// and r2 the frames, lr the taps.
#include "tile_m7.h"

    .syntax unified
    .thumb

    // struct tile
    .equ    TILE_WEIGHTS, 0
    .equ    TILE_ROW_PAIRS, 4
    .equ    TILE_TAPS, 8
    .equ    TILE_COLUMN_PAIRS, 12
    .equ    TILE_ROW_STEP, 16
    .equ    TILE_FRAME_STEP, 20

    // The frame
    .equ    TAP, 0
    .equ    ACC, 4          // of the pair of rows, and of its half
    .equ    WEIGHTS, 8
    .equ    LAST, 12        // behind the taps
    .equ    CHAIN, 16
    .equ    STEP, 20        // bytes from a frame to the next one
    .equ    FIRST, 24       // bytes to the first frame of the half
    .equ    ROW_PAIRS, 28   // left
    .equ    ROW_STEP, 32    // bytes
    .equ    FRAME_BYTES, 36

    .equ    PAIR_BYTES, 56  // of the code below

    .macro  pair
    ldr.w   r3, [r0], #8
    ldr.w   r8, [r1], #8
    ldr     r12, [r0, #-4]
    ldr.w   r10, [r2], #8
    ldr     r9, [r1, #-4]
    smlawb  r4, r8, r3, r4
    ldr     r11, [r2, #-4]
    smlawb  r6, r8, r12, r6
    smlawb  r5, r10, r3, r5
    smlawb  r7, r10, r12, r7
    smlawt  r4, r9, r3, r4
    smlawt  r6, r9, r12, r6
    smlawt  r5, r11, r3, r5
    smlawt  r7, r11, r12, r7
    .endm

    .section .text.tile_32_m7, "ax", %progbits
    .balign 8
    .global tile_32_m7
    .type   tile_32_m7, %function
    .thumb_func
tile_32_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    ldr.w   r3, [r0, #TILE_TAPS]
    ldr.w   r4, [r0, #TILE_COLUMN_PAIRS]
    ldr.w   r5, [r0, #TILE_FRAME_STEP]
    ldr.w   r6, [r0, #TILE_ROW_PAIRS]
    add.w   r3, r1, r3, lsl #2
    strd    r1, r2, [sp, #TAP]
    ldr.w   r7, [r0, #TILE_ROW_STEP]
    ldr.w   r0, [r0, #TILE_WEIGHTS]
    mov.w   r8, #PAIR_BYTES
    strd    r0, r3, [sp, #WEIGHTS]
    ldr.w   r9, =tile_32_m7_end
    lsl.w   r5, r5, #2
    mul     r4, r4, r8
    lsl.w   r7, r7, #1
    mov.w   r8, #0
    sub.w   r4, r9, r4
    strd    r4, r5, [sp, #CHAIN]
    strd    r8, r6, [sp, #FIRST]
    str.w   r7, [sp, #ROW_STEP]

tile_32_m7_half:
    ldrd    lr, r3, [sp, #TAP]
    ldr.w   r0, [sp, #WEIGHTS]
    ldrd    r4, r5, [r3]
    ldrd    r6, r7, [r3, #16]
tile_32_m7_tap:
    ldr.w   r1, [lr], #4
    ldr.w   r8, [sp, #FIRST]
    ldr.w   r9, [sp, #STEP]
    add.w   r1, r1, r8
    add.w   r2, r1, r9
    ldr.w   pc, [sp, #CHAIN]

    .balign 8
    .rept   TILE_M7_PAIRS
    pair
    .endr
    .thumb_func
tile_32_m7_end:
    ldr.w   r8, [sp, #LAST]
    cmp.w   lr, r8
    bne.w   tile_32_m7_tap
    ldrd    r8, r9, [sp, #STEP]
    ldr.w   r3, [sp, #ACC]
    lsls.w  r8, r8, #1
    eors.w  r9, r9, r8      // 0, then two frames
    str.w   r9, [sp, #FIRST]
    strd    r4, r5, [r3]
    strd    r6, r7, [r3, #16]
    add.w   r3, r3, #8
    str.w   r3, [sp, #ACC]
    bne.w   tile_32_m7_half
    ldrd    r1, r2, [sp, #ROW_PAIRS]
    ldr.w   r0, [sp, #WEIGHTS]
    add.w   r3, r3, #16
    str.w   r3, [sp, #ACC]
    add.w   r0, r0, r2
    str.w   r0, [sp, #WEIGHTS]
    subs.w  r1, r1, #1
    str.w   r1, [sp, #ROW_PAIRS]
    bne.w   tile_32_m7_half
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   tile_32_m7, . - tile_32_m7
    .pool
