// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_rows_m7(const struct wavenet_rows_m7 *run): tiles of a layer's convolution with a
// history of 16 bits, its activations in 16 bits for the 1x1, and the head sum (README.md). The same
// words as wavenet.c.
//
// Two rows by four frames are eight sums, r4-r11. A pair of columns is 16 products in 8 cycles: one
// multiplication each, and the loads of the two weight words, the four history words and, once a
// tap, its pointer beside them. Taps go straight through: a tile enters the chain where its taps are
// left, so that no branch is mispredicted but the last of the rows. r0 walks the stream of
// parameters, r1 a tap. The order of begin and of the tails was found by a search over the pairing
// and latency rules of the Cortex-M7.
#include "wavenet_rows_m7.inc"

    .section .text.wavenet_rows_m7, "ax", %progbits
    .balign 8
    .global wavenet_rows_m7
    .type   wavenet_rows_m7, %function
    .thumb_func
wavenet_rows_m7:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES + 4
    mov     r1, sp
    .rept   4
    ldm.w   r0!, {r4-r11}
    stm.w   r1!, {r4-r11}
    .endr
    ldm.w   r0!, {r4-r5}
    stm.w   r1!, {r4-r5}
    ldr.w   r12, [sp, #AUDIO]
    ldr.w   r0, [sp, #START]
    // The first pair of rows of a tile has the audio in registers.
wavenet_rows_tile:
    ldm.w   r12!, {r4-r7}
    ldr.w   r3, [r0, #16]                   // mixin of row 1
    ldr.w   r2, [r0, #12]                   // bias of row 1
    str.w   r12, [sp, #AUDIO]
    ldr.w   lr, [r0, #8]                    // mixin of row 0
    stm.w   sp, {r4-r7}
    smmla   r8, r4, r3, r2
    ldr.w   r12, [r0, #4]                   // bias of row 0
    smmla   r9, r5, r3, r2
    ldr.w   r1, [sp, #FIRST]
    smmla   r10, r6, r3, r2
    smmla   r11, r7, r3, r2
    ldr.w   r2, [r0, #20]
    smmla   r4, r4, lr, r12
    ldr.w   r3, [r0, #24]!
    smmla   r5, r5, lr, r12
    smmla   r6, r6, lr, r12
    smmla   r7, r7, lr, r12
    ldr.w   r12, [r1]
    ldr.w   pc, [sp, #CHAIN]

    .balign 8
wavenet_rows_begin:
    ldr.w   r2, [sp, #X]
    ldr.w   r3, [sp, #X + 4]
    ldr.w   r1, [r0, #4]                    // bias of row 0
    ldr.w   r7, [r0, #8]                    // mixin of row 0
    ldr.w   r12, [sp, #X + 8]
    ldr.w   lr, [sp, #X + 12]
    smmla   r4, r2, r7, r1
    smmla   r5, r3, r7, r1
    ldr.w   r11, [r0, #16]                  // mixin of row 1
    smmla   r6, r12, r7, r1
    smmla   r7, lr, r7, r1
    ldr.w   r1, [r0, #12]                   // bias of row 1
    smmla   r8, r2, r11, r1
    ldr.w   r2, [r0, #12]                   // bias of row 1
    smmla   r9, r3, r11, r1
    ldr.w   r1, [sp, #FIRST]
    ldr.w   r3, [r0, #24]!
    smmla   r10, r12, r11, r2
    smmla   r11, lr, r11, r2
    ldr     r2, [r0, #-4]
    ldr.w   r12, [r1]
    ldr.w   pc, [sp, #CHAIN]

    // LeakyReLU lifted by 2 bits: 16 bits of each of two rows are a word. Whether the rows end is known
    // before its last third, so that a tail overlaps with the beginning of the next pair of rows: 41
    // cycles for 81 slots, from the chain's end to its beginning.
    .balign 8
    .global wavenet_leaky_m7
    .thumb_func
wavenet_leaky_m7:
    cmp.w   r0, r12
    ldr.w   lr, [r0, #12]                   // slope of row 1
    ssat    r12, #29, r4
    smmla   r4, r4, r3, r12
    ssat    r12, #29, r5
    smmla   r5, r5, r3, r12
    ssat    r12, #29, r6
    smmla   r6, r6, r3, r12
    ssat    r12, #29, r7
    smmla   r7, r7, r3, r12
    ssat    r12, #29, r8
    beq.w   wavenet_leaky_last
    ssat    r2, #29, r11
    smmla   r11, r11, lr, r2
    ssat    r2, #29, r9
    smmla   r2, r9, lr, r2
    ssat    r9, #29, r10
    smmla   r10, r10, lr, r9
    ldr.w   r9, [r0, #4]                    // head scale of row 0
    smmla   r3, r8, lr, r12
    lsl.w   r8, r2, #2
    ldr.w   r12, [r1, #8]
    ldr.w   lr, [r1, #12]
    smmla   r12, r4, r9, r12
    pkhtb   r8, r8, r5, asr #14
    smmla   r5, r5, r9, lr
    strd    r12, r5, [r1, #8]
    ldr.w   r5, [sp, #TO]
    lsl.w   r12, r3, #2
    pkhtb   r4, r12, r4, asr #14
    ldr.w   r12, [r1, #16]
    strd    r4, r8, [r5, #8]
    smmla   r4, r6, r9, r12
    ldr.w   r8, [r1, #20]
    smmla   r9, r7, r9, r8
    ldr.w   r8, [r1, #32]
    strd    r4, r9, [r1, #16]
    ldr.w   r4, [r0, #16]                   // head scale of row 1
    ldr.w   r9, [sp, #X + 8]
    ldr.w   r12, [r1, #36]
    lsl.w   lr, r10, #2
    pkhtb   r6, lr, r6, asr #14
    lsl.w   lr, r11, #2
    smmla   r11, r11, r4, r12
    ldr.w   r12, [r1, #28]
    smmla   r2, r2, r4, r12
    ldr.w   r12, [r1, #24]
    pkhtb   r7, lr, r7, asr #14
    smmla   r3, r3, r4, r12
    strd    r3, r2, [r1, #24]
    smmla   r4, r10, r4, r8
    ldr.w   r10, [r0, #24]                  // mixin of row 0
    strd    r4, r11, [r1, #32]!
    strd    r6, r7, [r5, #16]!
    str.w   r5, [sp, #TO]
    ldr.w   r4, [r0, #20]                   // bias of row 0
    str.w   r1, [sp, #HEAD]
    ldr.w   r3, [sp, #X + 4]
    ldr.w   r11, [sp, #X + 12]
    smmla   r6, r9, r10, r4
    smmla   r5, r3, r10, r4
    ldr.w   r8, [sp, #X]
    smmla   r7, r11, r10, r4
    ldr.w   r12, [r0, #32]                  // mixin of row 1
    smmla   r4, r8, r10, r4
    ldr.w   lr, [r0, #28]                   // bias of row 1
    ldr.w   r1, [sp, #FIRST]
    smmla   r10, r9, r12, lr
    smmla   r11, r11, r12, lr
    ldr.w   r2, [r0, #36]
    smmla   r9, r3, r12, lr
    ldr.w   r3, [r0, #40]!
    smmla   r8, r8, r12, lr
    ldr.w   r12, [r1, #0]
    ldr.w   pc, [sp, #CHAIN]

    .balign 8
wavenet_leaky_last:
    ssat    r2, #29, r10
    smmla   r3, r8, lr, r12
    ssat    r8, #29, r9
    smmla   r8, r9, lr, r8
    ssat    r9, #29, r11
    smmla   r9, r11, lr, r9
    ldr.w   r11, [r0, #16]                  // head scale of row 1
    smmla   r2, r10, lr, r2
    ldr.w   r10, [r1, #24]
    lsl.w   r12, r3, #2
    smmla   r3, r3, r11, r10
    ldr.w   r10, [r1, #28]
    ldr.w   lr, [r0, #4]                    // head scale of row 0
    smmla   r10, r8, r11, r10
    lsl.w   r8, r8, #2
    strd    r3, r10, [r1, #24]
    ldr.w   r3, [r1, #32]
    ldr.w   r10, [r1, #36]
    pkhtb   r12, r12, r4, asr #14
    smmla   r10, r9, r11, r10
    pkhtb   r8, r8, r5, asr #14
    smmla   r3, r2, r11, r3
    lsl.w   r2, r2, #2
    ldr.w   r11, [r1, #8]
    lsl.w   r9, r9, #2
    smmla   r4, r4, lr, r11
    pkhtb   r2, r2, r6, asr #14
    ldr.w   r11, [r1, #12]
    smmla   r5, r5, lr, r11
    ldr.w   r11, [r1, #16]
    strd    r4, r5, [r1, #8]
    smmla   r4, r6, lr, r11
    ldr.w   r5, [r1, #20]
    smmla   r5, r7, lr, r5
    ldr.w   r6, [sp, #TO]
    strd    r4, r5, [r1, #16]
    strd    r3, r10, [r1, #32]!
    pkhtb   r3, r9, r7, asr #14
    str.w   r1, [sp, #HEAD]
    strd    r12, r8, [r6, #8]
    strd    r2, r3, [r6, #16]!
    str.w   r6, [sp, #TO]
    b.w     wavenet_rows_next

    // The same of sums that are taken twice, saturated.
    .balign 8
    .global wavenet_twice_m7
    .thumb_func
wavenet_twice_m7:
    qadd    r4, r4, r4
    qadd    r5, r5, r5
    qadd    r6, r6, r6
    qadd    r7, r7, r7
    qadd    r8, r8, r8
    qadd    r9, r9, r9
    qadd    r10, r10, r10
    qadd    r11, r11, r11
    // Tanh and sigmoid by the table.
    .global wavenet_table_m7
    .thumb_func
wavenet_table_m7:
    cmp.w   r0, r12
    ldr.w   r3, [r0, #8]                    // scale of row 1
    smmul   r7, r7, r2
    smmul   r4, r4, r2
    str.w   r0, [sp, #STREAM]
    smmul   r5, r5, r2
    smmul   r6, r6, r2
    ssat    r12, #12, r4, asr #16
    smmul   r10, r10, r3
    smmul   r11, r11, r3
    smmul   r8, r8, r3
    smmul   r9, r9, r3
    ldr.w   r3, [sp, #SLOPES]
    ldr.w   r2, [sp, #BASES]
    ssat    r1, #12, r5, asr #16
    ldr.w   lr, [r3, r12, lsl #3]
    ldr.w   r12, [r2, r12, lsl #3]
    smmla   r4, r4, lr, r12
    ssat    r12, #12, r6, asr #16
    ldr.w   r0, [r3, r1, lsl #3]
    ldr.w   r1, [r2, r1, lsl #3]
    smmla   r5, r5, r0, r1
    ldr.w   lr, [r3, r12, lsl #3]
    ssat    r1, #12, r7, asr #16
    ldr.w   r12, [r2, r12, lsl #3]
    smmla   r6, r6, lr, r12
    ssat    r12, #12, r8, asr #16
    ldr.w   r0, [r3, r1, lsl #3]
    ldr.w   r1, [r2, r1, lsl #3]
    smmla   r7, r7, r0, r1
    ldr.w   lr, [r3, r12, lsl #3]
    ssat    r1, #12, r9, asr #16
    ldr.w   r0, [r3, r1, lsl #3]
    ldr.w   r12, [r2, r12, lsl #3]
    smmla   r8, r8, lr, r12
    ldr.w   r1, [r2, r1, lsl #3]
    smmla   r9, r9, r0, r1
    ssat    r1, #12, r11, asr #16
    ssat    r12, #12, r10, asr #16
    ldr.w   r0, [r3, r1, lsl #3]
    ldr.w   lr, [r3, r12, lsl #3]
    ldr.w   r1, [r2, r1, lsl #3]
    smmla   r11, r11, r0, r1
    ldr.w   r1, [sp, #HEAD]
    ldr.w   r0, [sp, #STREAM]
    ldr.w   r12, [r2, r12, lsl #3]
    smmla   r10, r10, lr, r12
    ldr.w   r3, [r1, #16]
    ldr.w   lr, [r1, #8]
    ldr.w   r2, [r0, #4]                    // head scale of row 0
    smmla   r3, r6, r2, r3
    str.w   r3, [r1, #16]
    ldr.w   r3, [r1, #32]
    smmla   lr, r4, r2, lr
    str.w   lr, [r1, #8]
    ldr.w   r12, [r1, #12]
    smmla   r12, r5, r2, r12
    ldr.w   lr, [r1, #20]
    smmla   lr, r7, r2, lr
    ldr.w   r2, [r0, #16]!                  // head scale of row 1
    str.w   lr, [r1, #20]
    ldr.w   lr, [r1, #24]
    smmla   lr, r8, r2, lr
    lsl.w   r8, r8, #8
    pkhtb   r4, r8, r4, asr #8
    str.w   r12, [r1, #12]
    str.w   lr, [r1, #24]
    ldr.w   r12, [r1, #28]
    smmla   r3, r10, r2, r3
    str.w   r3, [r1, #32]
    ldr.w   lr, [r1, #36]
    smmla   lr, r11, r2, lr
    lsl.w   r10, r10, #8
    pkhtb   r6, r10, r6, asr #8
    smmla   r12, r9, r2, r12
    str.w   r12, [r1, #28]
    lsl.w   r9, r9, #8
    eor.w   r4, r4, #0x80008000
    str.w   lr, [r1, #36]
    pkhtb   r5, r9, r5, asr #8
    ldr.w   r12, [sp, #TO]
    add.w   r1, r1, #32
    str.w   r1, [sp, #HEAD]
    lsl.w   r11, r11, #8
    eor.w   r6, r6, #0x80008000
    eor.w   r5, r5, #0x80008000
    pkhtb   r7, r11, r7, asr #8
    str.w   r5, [r12, #12]
    str.w   r4, [r12, #8]
    eor.w   r7, r7, #0x80008000
    str.w   r7, [r12, #20]
    str.w   r6, [r12, #16]
    add.w   r12, r12, #16
    str.w   r12, [sp, #TO]
    bne.w   wavenet_rows_begin

wavenet_rows_next:
    ldr.w   r0, [sp, #TILES]
    ldr.w   r3, [sp, #TAP_COUNT]
    add.w   r2, sp, #TAPS + 48
    ldr.w   r1, [sp, #STEP]
    subs.w  r0, r0, #1
    ldr.w   lr, [sp, #FIRST]
    str.w   r0, [sp, #TILES]
    ldm.w   r2, {r4-r7}
    beq.w   wavenet_rows_end
    cmp.w   r3, #4
    add.w   lr, lr, r1
    ldr.w   r12, [sp, #AUDIO]
    str.w   lr, [sp, #FIRST]
    add.w   r4, r4, r1
    add.w   r5, r5, r1
    add.w   r6, r6, r1
    add.w   r7, r7, r1
    ldr.w   r0, [sp, #START]
    stm.w   r2, {r4-r7}
    ble.w   wavenet_rows_tile
    ldmdb.w r2, {r4-r7}
    cmp.w   r3, #8
    add.w   r4, r4, r1
    add.w   r5, r5, r1
    add.w   r6, r6, r1
    add.w   r7, r7, r1
    stmdb.w r2, {r4-r7}
    ble.w   wavenet_rows_tile
    sub.w   r2, r2, #48
    ldm.w   r2, {r4-r11}
    add.w   r4, r4, r1
    add.w   r5, r5, r1
    add.w   r6, r6, r1
    add.w   r7, r7, r1
    add.w   r8, r8, r1
    add.w   r9, r9, r1
    add.w   r10, r10, r1
    add.w   r11, r11, r1
    stm.w   r2, {r4-r11}
    b.w     wavenet_rows_tile

wavenet_rows_end:
    add     sp, sp, #FRAME_BYTES + 4
    pop     {r4-r11, pc}
    .size   wavenet_rows_m7, . - wavenet_rows_m7
