// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_rows_m7(struct wavenet_rows_walk *walk): tiles of a layer's convolution with a
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
    sub     sp, sp, #FRAME_BYTES
    str.w   r0, [sp, #WALK]
wavenet_rows_run:
    mov     r0, sp
    ldr.w   r1, [sp, #WALK]
    bl      wavenet_rows_next
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

    // The last rows of a tile, and on to the next one: its audio, and the pointers of up to 6 taps.
    .balign 8
wavenet_leaky_last:
    ldr.w   r2, [sp, #TAP_COUNT]
    cmp.w   r2, #6
    bgt.w   wavenet_leaky_many
wavenet_leaky_few:
    ssat    r2, #29, r9
    smmla   r12, r8, lr, r12
    ssat    r8, #29, r10
    smmla   r8, r10, lr, r8
    ssat    r10, #29, r11
    ldr.w   r3, [r1, #24]
    smmla   r11, r11, lr, r10
    ldr.w   r10, [r0, #16]                  // head scale of row 1
    smmla   r2, r9, lr, r2
    lsl.w   r9, r12, #2
    ldr.w   lr, [r1, #28]
    smmla   r12, r12, r10, r3
    smmla   r3, r2, r10, lr
    lsl.w   r2, r2, #2
    strd    r12, r3, [r1, #24]
    ldr.w   r12, [sp, #TO]
    ldr.w   r0, [r0, #4]                    // head scale of row 0
    pkhtb   r2, r2, r5, asr #14
    ldr.w   r3, [r1, #16]
    pkhtb   r9, r9, r4, asr #14
    lsl.w   lr, r8, #2
    strd    r9, r2, [r12, #8]
    smmla   r2, r6, r0, r3
    ldr.w   r9, [r1, #32]
    pkhtb   r6, lr, r6, asr #14
    ldr.w   r3, [r1, #20]
    smmla   r3, r7, r0, r3
    lsl.w   lr, r11, #2
    pkhtb   r7, lr, r7, asr #14
    ldr.w   lr, [r1, #12]
    strd    r6, r7, [r12, #16]!
    ldr.w   r6, [sp, #TAPS + 56]
    smmla   r7, r5, r0, lr
    ldr.w   r5, [sp, #TILES]
    ldr.w   lr, [sp, #STEP]
    subs.w  r5, r5, #1
    str.w   r12, [sp, #TO]
    ldr.w   r12, [sp, #TAPS + 60]
    smmla   r8, r8, r10, r9
    ldr.w   r9, [r1, #36]
    add.w   r12, r12, lr
    smmla   r11, r11, r10, r9
    ldr.w   r10, [sp, #TAPS + 44]
    ldr.w   r9, [sp, #AUDIO]
    str.w   r5, [sp, #TILES]
    str.w   r12, [sp, #TAPS + 60]
    add.w   r5, r10, lr
    str.w   r5, [sp, #TAPS + 44]
    ldr.w   r5, [r1, #8]
    smmla   r4, r4, r0, r5
    ldr.w   r0, [sp, #START]
    strd    r2, r3, [r1, #16]
    ldr.w   r2, [r9, #0]
    ldr.w   r5, [r9, #12]
    strd    r4, r7, [r1, #8]
    ldr.w   r4, [sp, #TAPS + 52]
    add.w   r7, r9, #16
    ldr.w   r12, [r0, #8]                   // mixin of row 0
    add.w   r6, r6, lr
    strd    r8, r11, [r1, #32]!
    str.w   r1, [sp, #HEAD]
    ldr.w   r8, [r0, #4]                    // bias of row 0
    add.w   r4, r4, lr
    str.w   r4, [sp, #TAPS + 52]
    ldr.w   r10, [r9, #8]
    smmla   r4, r2, r12, r8
    str.w   r6, [sp, #TAPS + 56]
    ldr.w   r1, [sp, #FIRST]
    strd    r10, r5, [sp, #X + 8]
    add.w   r1, r1, lr
    str.w   r7, [sp, #AUDIO]
    ldr.w   r3, [r0, #16]                   // mixin of row 1
    smmla   r6, r10, r12, r8
    smmla   r7, r5, r12, r8
    ldr.w   r11, [sp, #TAPS + 48]
    add.w   r11, r11, lr
    str.w   r11, [sp, #TAPS + 48]
    ldr.w   lr, [r0, #12]                   // bias of row 1
    str.w   r1, [sp, #FIRST]
    smmla   r11, r5, r3, lr
    ldr.w   r9, [r9, #4]
    strd    r2, r9, [sp, #X]
    smmla   r5, r9, r12, r8
    ldr.w   r12, [r1, #0]
    beq.w   wavenet_rows_done
    smmla   r8, r2, r3, lr
    ldr.w   r2, [r0, #20]
    smmla   r10, r10, r3, lr
    smmla   r9, r9, r3, lr
    ldr.w   r3, [r0, #24]!
    ldr.w   pc, [sp, #CHAIN]

    // The pointers of the older taps.
wavenet_leaky_many:
    ldr.w   r3, [sp, #STEP]
    older_taps 10, r3, r2
    b.w     wavenet_leaky_few

    // From the last rows of a tile to the next one, behind tails that do no more than their rows.
    .balign 8
    .global wavenet_rows_onward
    .thumb_func
wavenet_rows_onward:
    ldr.w   r12, [sp, #STEP]
    ldr.w   r3, [sp, #TAP_COUNT]
    ldr.w   r4, [sp, #FIRST]
    ldr.w   r5, [sp, #TAPS + 56]
    ldr.w   r6, [sp, #TAPS + 60]
    ldr.w   r7, [sp, #SKIP]
    cmp.w   r3, #3
    ldr.w   r8, [sp, #HEAD]
    add.w   r4, r4, r12
    ldr.w   r9, [sp, #TO]
    add.w   r5, r5, r12
    str.w   r4, [sp, #FIRST]
    add.w   r6, r6, r12
    add.w   r8, r8, r7
    strd    r5, r6, [sp, #TAPS + 56]
    add.w   r9, r9, r7
    strd    r8, r9, [sp, #HEAD]
    ble.w   wavenet_rows_few
    taps_but_two r3, r12, r4
wavenet_rows_few:
    ldr.w   r1, [sp, #TILES]
    ldr.w   r12, [sp, #AUDIO]
    ldr.w   r0, [sp, #START]
    subs.w  r1, r1, #1
    str.w   r1, [sp, #TILES]
    bne.w   wavenet_rows_tile

    .global wavenet_rows_done
    .thumb_func
wavenet_rows_done:
    ldr.w   r0, [sp, #LEFT]
    cmp.w   r0, #0
    bne.w   wavenet_rows_run
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   wavenet_rows_m7, . - wavenet_rows_m7
