// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What wavenet_rows_m7.S does behind its products where the activation is read from the table of chords:
// a tail, and the begin of the next two rows. 60 cycles from the chain's end to its beginning for 116
// slots; the order was found by a search over the pairing and latency rules of the Cortex-M7.
#include "wavenet_rows_m7.inc"

    .section .text.wavenet_table_m7, "ax", %progbits
    .balign 8
    // Tanh and sigmoid by the table.
    .global wavenet_table_m7
    .thumb_func
wavenet_table_m7:
    scale_first
    .global wavenet_table_scaled
    .thumb_func
wavenet_table_scaled:
    beq.w   wavenet_table_last
    ssat    r1, #12, r4, asr #16
    smmul   r9, r9, r3
    ldr.w   r2, [sp, #SLOPES]
    smmul   r10, r10, r3
    ldr.w   lr, [r12, r1, lsl #3]
    str.w   r0, [sp, #STREAM]
    ldr.w   r0, [r2, r1, lsl #3]
    smmul   r1, r8, r3
    ssat    r8, #12, r5, asr #16
    smmul   r11, r11, r3
    ssat    r3, #12, r7, asr #16
    smmla   r4, r4, r0, lr
    ldr.w   r0, [r12, r8, lsl #3]
    ldr.w   r8, [r2, r8, lsl #3]
    ssat    lr, #12, r9, asr #16
    smmla   r5, r5, r8, r0
    ldr.w   r0, [r2, r3, lsl #3]
    ssat    r8, #12, r11, asr #16
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r7, r7, r0, r3
    ldr.w   r0, [r2, lr, lsl #3]
    ssat    r3, #12, r6, asr #16
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r9, r9, r0, lr
    ldr.w   r0, [r2, r8, lsl #3]
    ssat    lr, #12, r10, asr #16
    ldr.w   r8, [r12, r8, lsl #3]
    smmla   r11, r11, r0, r8
    ldr.w   r0, [r2, r3, lsl #3]
    ssat    r8, #12, r1, asr #16
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r6, r6, r0, r3
    ldr.w   r3, [r2, lr, lsl #3]
    ldr.w   r2, [r2, r8, lsl #3]
    ldr.w   r8, [r12, r8, lsl #3]
    ldr.w   r12, [r12, lr, lsl #3]
    ldr.w   r0, [sp, #STREAM]
    ldr.w   lr, [sp, #HEAD]
    smmla   r1, r1, r2, r8
    smmla   r10, r10, r3, r12
    ldr.w   r2, [r0, #4]                    // head scale of row 0
    ldr.w   r8, [lr, #16]
    lsl.w   r12, r11, #8
    pkhtb   r12, r12, r7, asr #8
    ldr.w   r3, [lr, #20]
    smmla   r7, r7, r2, r3
    eor.w   r12, r12, #0x80008000
    ldr.w   r3, [lr, #12]
    smmla   r8, r6, r2, r8
    strd    r8, r7, [lr, #16]
    lsl.w   r7, r10, #8
    lsl.w   r8, r1, #8
    pkhtb   r8, r8, r4, asr #8
    smmla   r3, r5, r2, r3
    pkhtb   r7, r7, r6, asr #8
    ldr.w   r6, [lr, #8]
    smmla   r2, r4, r2, r6
    ldr.w   r4, [r0, #16]                   // head scale of row 1
    strd    r2, r3, [lr, #8]
    ldr.w   r2, [lr, #32]
    lsl.w   r6, r9, #8
    ldr.w   r3, [lr, #36]
    smmla   r10, r10, r4, r2
    eor.w   r7, r7, #0x80008000
    eor.w   r2, r8, #0x80008000
    pkhtb   r5, r6, r5, asr #8
    ldr.w   r8, [sp, #TO]
    ldr.w   r6, [lr, #24]
    eor.w   r5, r5, #0x80008000
    strd    r2, r5, [r8, #8]
    strd    r7, r12, [r8, #16]!
    smmla   r11, r11, r4, r3
    ldr.w   r5, [lr, #28]
    ldr.w   r12, [r0, #32]                  // mixin of row 1
    str.w   r8, [sp, #TO]
    ldr.w   r7, [sp, #X + 4]
    smmla   r1, r1, r4, r6
    ldr.w   r2, [sp, #X + 12]
    smmla   r9, r9, r4, r5
    strd    r1, r9, [lr, #24]
    strd    r10, r11, [lr, #32]!
    str.w   lr, [sp, #HEAD]
    ldr.w   r8, [r0, #28]                   // bias of row 1
    ldr.w   r6, [r0, #24]                   // mixin of row 0
    smmla   r9, r7, r12, r8
    smmla   r11, r2, r12, r8
    ldr.w   r3, [r0, #20]                   // bias of row 0
    smmla   r5, r7, r6, r3
    ldr.w   lr, [sp, #X + 8]
    smmla   r7, r2, r6, r3
    ldr.w   r4, [sp, #X + 0]
    ldr.w   r1, [sp, #FIRST]
    smmla   r10, lr, r12, r8
    ldr.w   r2, [r0, #36]
    smmla   r8, r4, r12, r8
    ldr.w   r12, [r1, #0]
    smmla   r4, r4, r6, r3
    smmla   r6, lr, r6, r3
    ldr.w   r3, [r0, #40]!
    ldr.w   pc, [sp, #CHAIN]

    // The last rows of a tile, and on to the next one: its audio, and the pointers of up to 3 taps.
    .balign 8
wavenet_table_last:
    ldr.w   r2, [sp, #TAP_COUNT]
    cmp.w   r2, #3
    bgt.w   wavenet_table_many
wavenet_table_few:
    ldr.w   r1, [sp, #SLOPES]
    smmul   r9, r9, r3
    ssat    r2, #12, r4, asr #16
    smmul   r10, r10, r3
    ssat    lr, #12, r5, asr #16
    smmul   r11, r11, r3
    smmul   r8, r8, r3
    ldr.w   r3, [r1, r2, lsl #3]
    ldr.w   r2, [r12, r2, lsl #3]
    smmla   r4, r4, r3, r2
    ldr.w   r2, [r1, lr, lsl #3]
    ssat    r3, #12, r6, asr #16
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r2, r5, r2, lr
    ssat    r5, #12, r7, asr #16
    ldr.w   lr, [r1, r3, lsl #3]
    ldr.w   r3, [r12, r3, lsl #3]
    smmla   r6, r6, lr, r3
    ldr.w   r3, [r1, r5, lsl #3]
    ssat    lr, #12, r8, asr #16
    ldr.w   r5, [r12, r5, lsl #3]
    smmla   r5, r7, r3, r5
    ldr.w   r7, [r12, lr, lsl #3]
    ldr.w   r3, [r1, lr, lsl #3]
    ssat    lr, #12, r9, asr #16
    smmla   r8, r8, r3, r7
    ssat    r7, #12, r10, asr #16
    ldr.w   r3, [r1, lr, lsl #3]
    ldr.w   lr, [r12, lr, lsl #3]
    smmla   r9, r9, r3, lr
    ldr.w   r3, [r1, r7, lsl #3]
    ssat    lr, #12, r11, asr #16
    ldr.w   r7, [r12, r7, lsl #3]
    smmla   r10, r10, r3, r7
    ldr.w   r7, [sp, #HEAD]
    ldr.w   r1, [r1, lr, lsl #3]
    ldr.w   r12, [r12, lr, lsl #3]
    ldr.w   r3, [r0, #4]                    // head scale of row 0
    ldr.w   r0, [r0, #16]                   // head scale of row 1
    smmla   r11, r11, r1, r12
    ldr.w   r1, [r7, #16]
    smmla   r1, r6, r3, r1
    ldr.w   r12, [r7, #20]
    smmla   r12, r5, r3, r12
    ldr.w   lr, [r7, #24]
    strd    r1, r12, [r7, #16]
    smmla   r1, r8, r0, lr
    ldr.w   r12, [r7, #28]
    ldr.w   lr, [r7, #12]
    lsl.w   r8, r8, #8
    pkhtb   r8, r8, r4, asr #8
    smmla   r12, r9, r0, r12
    strd    r1, r12, [r7, #24]
    ldr.w   r1, [r7, #8]
    lsl.w   r12, r10, #8
    pkhtb   r6, r12, r6, asr #8
    smmla   r1, r4, r3, r1
    lsl.w   r9, r9, #8
    smmla   r4, r2, r3, lr
    strd    r1, r4, [r7, #8]
    pkhtb   r9, r9, r2, asr #8
    ldr.w   r1, [r7, #32]
    lsl.w   r4, r11, #8
    ldr.w   r2, [sp, #TO]
    ldr.w   r12, [sp, #AUDIO]
    smmla   r10, r10, r0, r1
    eor.w   r9, r9, #0x80008000
    ldr.w   r1, [r7, #36]
    eor.w   r8, r8, #0x80008000
    smmla   r11, r11, r0, r1
    add.w   r1, r12, #16
    ldr.w   r0, [sp, #START]
    strd    r8, r9, [r2, #8]
    strd    r10, r11, [r7, #32]!
    ldr.w   r8, [r0, #12]                   // bias of row 1
    ldr.w   r3, [r0, #16]                   // mixin of row 1
    pkhtb   r9, r4, r5, asr #8
    ldr.w   r4, [r12, #0]
    str.w   r1, [sp, #AUDIO]
    eor.w   r9, r9, #0x80008000
    eor.w   r10, r6, #0x80008000
    ldr.w   r5, [r12, #4]
    strd    r4, r5, [sp, #X]
    ldr.w   r1, [r12, #8]
    ldr.w   lr, [r12, #12]
    strd    r10, r9, [r2, #16]!
    smmla   r9, r5, r3, r8
    ldr.w   r6, [sp, #TAPS + 56]
    str.w   r2, [sp, #TO]
    ldr.w   r11, [sp, #TILES]
    smmla   r10, r1, r3, r8
    ldr.w   r2, [sp, #TAPS + 60]
    str.w   r7, [sp, #HEAD]
    subs.w  r11, r11, #1
    ldr.w   r12, [sp, #STEP]
    str.w   r11, [sp, #TILES]
    smmla   r11, lr, r3, r8
    ldr.w   r7, [r0, #8]                    // mixin of row 0
    add.w   r6, r6, r12
    str.w   r6, [sp, #TAPS + 56]
    add.w   r6, r2, r12
    str.w   r6, [sp, #TAPS + 60]
    smmla   r8, r4, r3, r8
    ldr.w   r3, [r0, #4]                    // bias of row 0
    smmla   r6, r1, r7, r3
    ldr.w   r2, [sp, #FIRST]
    strd    r1, lr, [sp, #X + 8]
    add.w   r1, r2, r12
    str.w   r1, [sp, #FIRST]
    smmla   r4, r4, r7, r3
    ldr.w   r2, [r0, #20]
    smmla   r5, r5, r7, r3
    ldr.w   r12, [r1, #0]
    smmla   r7, lr, r7, r3
    ldr.w   r3, [r0, #24]!
    beq.w   wavenet_rows_done
    ldr.w   pc, [sp, #CHAIN]

    // The pointers of the older taps.
wavenet_table_many:
    ldr.w   r1, [sp, #STEP]
    taps_but_two r2, r1, lr
    b.w     wavenet_table_few
    .size   wavenet_table_m7, . - wavenet_table_m7
