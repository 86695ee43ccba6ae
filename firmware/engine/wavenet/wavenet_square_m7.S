// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void wavenet_square_N_m7(const int32_t *stream, const int32_t *a, int32_t *residual, void *ring,
// const int32_t *end): what wavenet_channels_m7.S does, for N channels and a bottleneck of N, with a
// tile's pairs of channels one after the other. `stream` is before the first word; `end` is where
// `residual` has passed the last tile.
//
// No pair ends in a branch, all of a tile but four words is counted from pointers that stay, and a
// tail overlaps with the beginning of the next pair: 35 cycles for 69 slots. Sums, registers
// and pairs of columns are those of wavenet_channels_m7.S. The order was found by a search over the
// pairing and latency rules of the Cortex-M7.
    .syntax unified
    .thumb

    .equ    FROM, 0         // activations
    .equ    RING, 4
    .equ    RESIDUAL, 8
    .equ    FRAME_BYTES, 20 // what makes the stack's alignment 8
    .equ    END, FRAME_BYTES + 36

    // A pair of columns, its weights in r2 and r3 and the first frame in r12. `first` sums begin with
    // the biases in r7 and r11; `last` of them ends with the residual's tile in r1.
    .macro  pair_of pair, last, s4, s5, s6, s8, s9, s10
    smlad   r4, r2, r12, \s4
    ldr.w   lr, [r1, #16 * \pair + 4]
    smlad   r8, r3, r12, \s8
    ldr.w   r12, [r1, #16 * \pair + 8]
    smlad   r5, r2, lr, \s5
    smlad   r9, r3, lr, \s9
    ldr.w   lr, [r1, #16 * \pair + 12]
    smlad   r6, r2, r12, \s6
    .if     \last
    ldr.w   r1, [sp, #RESIDUAL]
    .endif
    smlad   r7, r2, lr, r7
    ldr.w   r2, [r0, #weights + 8 * \pair + 8]
    smlad   r10, r3, r12, \s10
    .if     \last == 0
    ldr.w   r12, [r1, #16 * \pair + 16]
    .endif
    smlad   r11, r3, lr, r11
    ldr.w   r3, [r0, #weights + 8 * \pair + 12]
    .endm

    // The same of activations of 32 bits.
    .macro  long_pair_of pair, last, s4, s5, s6, s8, s9, s10
    smlawb  r4, r12, r2, \s4
    ldr.w   lr, [r1, #32 * \pair + 4]
    smlawb  r8, r12, r3, \s8
    ldr.w   r12, [r1, #32 * \pair + 8]
    smlawb  r5, lr, r2, \s5
    smlawb  r9, lr, r3, \s9
    ldr.w   lr, [r1, #32 * \pair + 12]
    smlawb  r6, r12, r2, \s6
    smlawb  r10, r12, r3, \s10
    ldr.w   r12, [r1, #32 * \pair + 16]
    smlawb  r7, lr, r2, r7
    smlawb  r11, lr, r3, r11
    ldr.w   lr, [r1, #32 * \pair + 20]
    smlawt  r4, r12, r2, r4
    smlawt  r8, r12, r3, r8
    ldr.w   r12, [r1, #32 * \pair + 24]
    smlawt  r5, lr, r2, r5
    smlawt  r9, lr, r3, r9
    ldr.w   lr, [r1, #32 * \pair + 28]
    smlawt  r6, r12, r2, r6
    .if     \last
    ldr.w   r1, [sp, #RESIDUAL]
    .endif
    smlawt  r10, r12, r3, r10
    .if     \last == 0
    ldr.w   r12, [r1, #32 * \pair + 32]
    .endif
    smlawt  r7, lr, r2, r7
    ldr.w   r2, [r0, #weights + 8 * \pair + 8]
    smlawt  r11, lr, r3, r11
    ldr.w   r3, [r0, #weights + 8 * \pair + 12]
    .endm

    // From the sums to residual and history, and the first loads of the next pair of channels.
    .macro  tail stride
    ldr.w   r12, [r1, #residual]
    ldr.w   lr, [r1, #residual + 4]
    smmla   lr, r5, r2, lr
    smmla   r12, r4, r2, r12
    ldr.w   r4, [r1, #residual + 8]
    smmla   r4, r6, r2, r4
    ldr.w   r5, [r0, #back + 8]            // error of channel 0
    strd    r12, lr, [r1, #residual]
    smmla   r12, r12, r3, r5
    ldr.w   r5, [r1, #residual + 12]
    ldr.w   r6, [r0, #back + 12]           // scale of channel 1
    smmla   r7, r7, r2, r5
    ldr.w   r2, [r1, #residual + 28]
    ldr.w   r5, [r1, #residual + 16]
    smmla   r2, r11, r6, r2
    ldr.w   r11, [r1, #residual + 20]
    smmla   r11, r9, r6, r11
    ldr.w   r9, [r0, #back + 16]           // history scale of channel 1
    smmla   r8, r8, r6, r5
    ldr.w   r5, [r1, #residual + 24]
    smmla   r5, r10, r6, r5
    ldr.w   r6, [r0, #back + 20]           // error of channel 1
    and.w   r10, r12, #63
    smmla   lr, lr, r3, r10
    strd    r5, r2, [r1, #residual + 24]
    smmla   r6, r8, r9, r6
    and.w   r10, lr, #63
    strd    r8, r11, [r1, #residual + 16]
    ssat    r8, #16, r6, asr #6
    smmla   r10, r4, r3, r10
    ssat    r12, #16, r12, asr #6
    and.w   r6, r6, #63
    smmla   r6, r11, r9, r6
    and.w   r11, r10, #63
    strd    r4, r7, [r1, #residual + 8]
    ssat    r4, #16, r6, asr #6
    ldr.w   r1, [sp, #FROM]
    pkhbt   r8, r12, r8, lsl #16
    smmla   r12, r7, r3, r11
    ssat    r10, #16, r10, asr #6
    ldr.w   r11, [r0, #next + 8]
    and.w   r7, r6, #63
    smmla   r7, r5, r9, r7
    ssat    r5, #16, r12, asr #6
    and.w   r12, r12, #63
    str.w   r12, [r0, #back + 8]
    and.w   r12, r7, #63
    smmla   r3, r2, r9, r12
    ldr.w   r12, [r1]
    ssat    r2, #16, r7, asr #6
    ldr.w   r9, [sp, #RING]
    and.w   r7, r3, #63
    str.w   r7, [r0, #back + 20]
    ssat    r6, #16, r3, asr #6
    ldr.w   r7, [r0, #next + 4]            // bias of the next channel 0
    ssat    r3, #16, lr, asr #6
    str.w   r8, [r9, #ring]
    pkhbt   r4, r3, r4, lsl #16
    ldr.w   r3, [r0, #next + 16]
    pkhbt   lr, r10, r2, lsl #16
    str.w   r4, [r9, #ring + \stride]
    ldr.w   r2, [r0, #next + 12]
    str.w   lr, [r9, #ring + 2 * \stride]
    pkhbt   r4, r5, r6, lsl #16
    str.w   r4, [r9, #ring + 3 * \stride]
    .endm

    // The same of the last pair, and on to the next tile.
    .macro  last_tail stride
    ldr.w   r12, [r1, #residual + 4]
    ldr.w   lr, [r1, #residual + 8]
    smmla   lr, r6, r2, lr
    ldr.w   r6, [r1, #residual + 12]
    smmla   r12, r5, r2, r12
    ldr.w   r5, [r1, #residual]
    smmla   r4, r4, r2, r5
    ldr.w   r5, [r0, #back + 12]           // scale of channel 1
    smmla   r7, r7, r2, r6
    ldr.w   r2, [r0, #back + 8]            // error of channel 0
    ldr.w   r6, [r1, #residual + 16]
    smmla   r2, r4, r3, r2
    strd    lr, r7, [r1, #residual + 8]
    strd    r4, r12, [r1, #residual]
    ldr.w   r4, [r1, #residual + 20]
    smmla   r8, r8, r5, r6
    smmla   r4, r9, r5, r4
    and.w   r9, r2, #63
    smmla   r12, r12, r3, r9
    ldr.w   r9, [r0, #back + 20]           // error of channel 1
    ssat    r2, #16, r2, asr #6
    ldr.w   r6, [r1, #residual + 24]
    smmla   r6, r10, r5, r6
    ldr.w   r10, [r0, #back + 16]          // history scale of channel 1
    strd    r8, r4, [r1, #residual + 16]
    smmla   r8, r8, r10, r9
    ldr.w   r9, [r1, #residual + 28]
    smmla   r11, r11, r5, r9
    and.w   r5, r12, #63
    and.w   r9, r8, #63
    smmla   r4, r4, r10, r9
    ssat    r8, #16, r8, asr #6
    smmla   lr, lr, r3, r5
    strd    r6, r11, [r1, #residual + 24]
    ssat    r5, #16, r4, asr #6
    and.w   r4, r4, #63
    ssat    r12, #16, r12, asr #6
    smmla   r4, r6, r10, r4
    ldr.w   r9, [sp, #RING]
    and.w   r6, lr, #63
    smmla   r3, r7, r3, r6
    add.w   r6, r1, #8 * \stride
    pkhbt   r1, r2, r8, lsl #16
    ldr.w   r7, [sp, #FROM]
    and.w   r2, r4, #63
    ldr.w   r8, [sp, #END]
    ssat    r4, #16, r4, asr #6
    str.w   r1, [r9, #ring]
    smmla   r2, r11, r10, r2
    ldr.w   r11, [r0, #next + 8]
    and.w   r1, r3, #63
    str.w   r1, [r0, #back + 8]
    ssat    r10, #16, r2, asr #6
    add.w   r1, r7, #from_step
    and.w   r7, r2, #63
    str.w   r7, [r0, #back + 20]
    cmp.w   r6, r8
    ldr.w   r7, [r0, #next + 4]            // bias of the next channel 0
    ldr.w   r2, [r0, #next + 12]
    add.w   r8, r9, #4 * \stride
    pkhbt   r12, r12, r5, lsl #16
    str.w   r12, [r9, #ring + \stride]
    ssat    r12, #16, lr, asr #6
    str.w   r6, [sp, #RESIDUAL]
    ssat    r3, #16, r3, asr #6
    str.w   r1, [sp, #FROM]
    pkhbt   lr, r3, r10, lsl #16
    str.w   r8, [sp, #RING]
    pkhbt   r4, r12, r4, lsl #16
    ldr.w   r3, [r0, #next + 16]
    str.w   lr, [r9, #ring + 3 * \stride]
    ldr.w   r12, [r1]
    str.w   r4, [r9, #ring + 2 * \stride]
    .endm

    // Where a pair of channels has its weights, what is behind them, and its words of a tile and of a
    // frame of the ring.
    .macro  channels pair_of, columns, number
    .set    weights, \number * (32 + 8 * \columns) + 12
    .set    back, weights + 8 * \columns
    .set    next, (\number + 1) * (32 + 8 * \columns)
    .set    residual, 32 * \number
    .set    ring, 4 * \number
    \pair_of 0, 0, r7, r7, r7, r11, r11, r11
    .set    pair, 1
    .rept   \columns - 2
    \pair_of pair, 0, r4, r5, r6, r8, r9, r10
    .set    pair, pair + 1
    .endr
    \pair_of pair, 1, r4, r5, r6, r8, r9, r10
    .if     \number + 1 < \columns
    tail    4 * \columns
    .else
    .set    next, 0
    last_tail 4 * \columns
    .endif
    .endm

    // `from` are the bytes of activations in a tile, a pair of columns.
    .macro  square name, pair_of, columns, from, place
    .section .text.\place\name, "ax", %progbits
    .balign 8
    .global \name
    .type   \name, %function
    .thumb_func
\name:
    push    {r4-r11, lr}
    sub     sp, sp, #FRAME_BYTES
    str.w   r1, [sp, #FROM]
    ldr.w   r12, [r1]
    str.w   r2, [sp, #RESIDUAL]
    ldr.w   r7, [r0, #4]
    str.w   r3, [sp, #RING]
    ldr.w   r2, [r0, #12]
    ldr.w   r11, [r0, #8]
    ldr.w   r3, [r0, #16]
    .balign 8
1:
    .set    number, 0
    .set    from_step, \from * \columns
    .rept   \columns
    channels \pair_of, \columns, number
    .set    number, number + 1
    .endr
    bne.w   1b
    add     sp, sp, #FRAME_BYTES
    pop     {r4-r11, pc}
    .size   \name, . - \name
    .endm

    square  wavenet_square_8_m7, pair_of, 4, 16
    square  wavenet_square_8_long, long_pair_of, 4, 32
    square  wavenet_square_16_m7, pair_of, 8, 16, cached.
