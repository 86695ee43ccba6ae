// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void fir_m7(const struct fir_m7 *run): tiles of an impulse response, the same words as fir.c.
//
// A segment is 128 products for four frames, one a cycle, in blocks of four taps: 16 products, two
// words of weights and four of samples beside them, three of which are kept at a time since the frames
// follow each other. What else a segment takes is four products with its scale and the stores of the
// four sums, in 64 bits, beside which there is no product: 136 cycles, 1.06 a tap. Straight through: a
// loop within a segment would end in a mispredicted branch, 8 cycles. A segment's last products and
// sums are done in the next one's first cycles, while its samples are loaded.
    .syntax unified
    .thumb

    // The frame; struct fir_m7 (fir.c), and
    .equ    FROM, 0
    .equ    TILES, 4
    .equ    OUT, 8
    .equ    RING, 12
    .equ    RING_BYTES, 16
    .equ    STREAM, 20
    .equ    SPAN, 24
    .equ    START, 32
    .equ    LIMIT, 40       // where the samples of the run's last segment end: the ring or the segments do
    .equ    REST, 44        // bytes of samples of the segments behind it
    .equ    SUMS, 48        // of 64 bits
    .equ    FRAME_BYTES, 84

    .equ    SEGMENT_BYTES, 128

    // r0 the samples and r1 the stream; two words of weights in r2, r3; the sums of four frames in r4-r7;
    // samples in r8-r10; the scale in r11.

    // Four taps, the samples of the first three in x, y, z and then those of the next block in y, z, x.
    .macro  block x, y, z
    smlawb  r4, \x, r2, r4
    ldr.w   \x, [r0], #4
    smlawt  r4, \y, r2, r4
    smlawb  r4, \z, r3, r4
    smlawt  r4, \x, r3, r4
    smlawb  r5, \y, r2, r5
    ldr.w   \y, [r0], #4
    smlawt  r5, \z, r2, r5
    smlawb  r5, \x, r3, r5
    smlawt  r5, \y, r3, r5
    smlawb  r6, \z, r2, r6
    ldr.w   \z, [r0], #4
    smlawt  r6, \x, r2, r6
    smlawb  r6, \y, r3, r6
    smlawt  r6, \z, r3, r6
    smlawb  r7, \x, r2, r7
    ldr.w   \x, [r0], #4
    smlawt  r7, \y, r2, r7
    ldr.w   r2, [r1], #4
    smlawb  r7, \z, r3, r7
    smlawt  r7, \x, r3, r7
    ldr.w   r3, [r1], #4
    .endm

    .section .text.fir_m7, "ax", %progbits
    .balign 8
    .global fir_m7
    .type   fir_m7, %function
    .thumb_func
fir_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    ldm     r0, {r3-r12}
    stm     sp, {r3-r12}
fir_tile:
    // Segments until one begins before the ring does.
    ldr     r0, [sp, #FROM]
    ldr     r1, [sp, #RING]
    ldr     r2, [sp, #SPAN]
    subs    r3, r0, r1
    ldr     r1, [sp, #STREAM]
    orr     r3, r3, #SEGMENT_BYTES - 1
    ldrd    r12, lr, [sp, #START]
    adds    r3, r3, #1
    strd    r12, lr, [sp, #SUMS]
    cmp     r3, r2
    it      hi
    movhi   r3, r2
    strd    r12, lr, [sp, #SUMS + 8]
    subs    r2, r2, r3
    subs    r3, r0, r3
    strd    r12, lr, [sp, #SUMS + 24]
    str     r3, [sp, #LIMIT]
    str     r2, [sp, #REST]
    mov     r11, #0         // what a segment leaves to the next one adds nothing
    .balign 8
fir_segment:
    smlawb  r7, r8, r3, r7
    ldr.w   r8, [r0], #4
    smlawt  r7, r9, r3, r7
    ldr.w   r9, [r0], #4
    smlal   r12, lr, r6, r11
    ldr.w   r2, [r1], #4
    strd    r12, lr, [sp, #SUMS + 16]
    smulwb  r4, r8, r2
    ldr.w   r10, [r0], #4
    smlawt  r4, r9, r2, r4
    ldr.w   r3, [r1], #4
    smulwb  r5, r9, r2
    ldr.w   r12, [sp, #SUMS + 24]
    smlawt  r5, r10, r2, r5
    ldr.w   lr, [sp, #SUMS + 28]
    smulwb  r6, r10, r2
    ldr.w   r8, [r0], #4
    smlal   r12, lr, r7, r11
    ldr.w   r9, [r0], #4
    strd    r12, lr, [sp, #SUMS + 24]
    smlawb  r4, r10, r3, r4
    ldr.w   r10, [r0], #4
    smlawt  r6, r8, r2, r6
    smulwb  r7, r8, r2
    smlawt  r4, r8, r3, r4
    smlawb  r5, r8, r3, r5
    ldr.w   r8, [r0], #4
    smlawt  r7, r9, r2, r7
    ldr.w   r2, [r1], #4
    smlawt  r5, r9, r3, r5
    smlawb  r6, r9, r3, r6
    smlawt  r6, r10, r3, r6
    smlawb  r7, r10, r3, r7
    smlawt  r7, r8, r3, r7
    ldr.w   r3, [r1], #4
    block   r9, r10, r8
    block   r10, r8, r9
    block   r8, r9, r10
    block   r9, r10, r8
    block   r10, r8, r9
    block   r8, r9, r10
    // The last four taps, and all but the last two sums.
    smlawb  r4, r9, r2, r4
    ldr.w   r9, [r0], #4
    smlawt  r4, r10, r2, r4
    ldr.w   r12, [sp, #SUMS]
    smlawb  r4, r8, r3, r4
    ldr.w   lr, [sp, #SUMS + 4]
    smlawt  r4, r9, r3, r4
    ldr.w   r11, [r1], #4
    smlawb  r5, r10, r2, r5
    ldr.w   r10, [r0], #4
    smlawt  r5, r8, r2, r5
    smlal   r12, lr, r4, r11
    ldr.w   r4, [sp, #LIMIT]
    strd    r12, lr, [sp, #SUMS]
    smlawb  r5, r9, r3, r5
    ldr.w   r12, [sp, #SUMS + 8]
    smlawt  r5, r10, r3, r5
    ldr.w   lr, [sp, #SUMS + 12]
    smlawb  r6, r8, r2, r6
    ldr.w   r8, [r0], #4
    smlawt  r6, r9, r2, r6
    sub.w   r0, r0, #SEGMENT_BYTES + 4 * 34
    smlal   r12, lr, r5, r11
    cmp     r0, r4
    strd    r12, lr, [sp, #SUMS + 8]
    smlawb  r6, r10, r3, r6
    ldr.w   r12, [sp, #SUMS + 16]
    smlawt  r6, r8, r3, r6
    ldr.w   lr, [sp, #SUMS + 20]
    smlawb  r7, r9, r2, r7
    ldr.w   r9, [r0, #SEGMENT_BYTES + 4 * 34]
    smlawt  r7, r10, r2, r7
    bne.w   fir_segment
    // Around the ring, if there are more.
    ldr     r2, [sp, #REST]
    cbz     r2, fir_sums
    ldr     r4, [sp, #RING_BYTES]
    movs    r5, #0
    add     r0, r0, r4
    subs    r4, r0, r2
    strd    r4, r5, [sp, #LIMIT]
    b       fir_segment
fir_sums:
    smlawb  r7, r8, r3, r7
    ldrd    r4, r5, [sp, #SUMS + 24]
    smlawt  r7, r9, r3, r7
    smlal   r12, lr, r6, r11
    smlal   r4, r5, r7, r11
    // The upper words, which are the output.
    ldr     r0, [sp, #OUT]
    ldr     r2, [sp, #SUMS + 4]
    ldr     r3, [sp, #SUMS + 12]
    strd    lr, r5, [r0, #8]
    strd    r2, r3, [r0], #16
    ldr     r1, [sp, #FROM]
    str     r0, [sp, #OUT]
    ldr     r2, [sp, #RING]
    ldr     r3, [sp, #RING_BYTES]
    adds    r1, r1, #16
    subs    r2, r1, r2
    cmp     r2, r3
    it      hs
    subhs   r1, r1, r3
    str     r1, [sp, #FROM]
    ldr     r0, [sp, #TILES]
    subs    r0, r0, #1
    str     r0, [sp, #TILES]
    bne     fir_tile
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   fir_m7, . - fir_m7
