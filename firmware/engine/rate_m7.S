// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// void rate_sums_m7(const int32_t *low, const int32_t *high, const int32_t *samples, uint32_t taps,
//                   int64_t sums[2]): a filter's rows of `taps` (even) weights times the samples, the
// same sums as in filtered().
//
// Two taps of both rows are four products and six loads, five cycles. Two words of the first row and one
// of the second and of the samples are read behind the last one.
    .syntax unified
    .thumb

    .equ    TWO_BYTES, 40
    .equ    ROUND, 4        // pairs of taps straight through

    // r0 and r1 the rows, r2 the samples, r3 rounds; the sums in r4, r5 and r6, r7. Loaded before: a
    // sample in r8, two weights of the first row in r10 and r11, one of the second in r12.
    .macro  two_taps
    smlal   r4, r5, r8, r10
    ldr.w   r9, [r2], #4
    smlal   r6, r7, r8, r12
    ldr.w   lr, [r1], #4
    smlal   r4, r5, r9, r11
    ldr.w   r8, [r2], #4
    ldr.w   r11, [r0, #4]
    ldr.w   r10, [r0], #8
    smlal   r6, r7, r9, lr
    ldr.w   r12, [r1], #4
    .endm

    .section .text.rate_sums_m7, "ax", %progbits
    .balign 8
    .global rate_sums_m7
    .type   rate_sums_m7, %function
    .thumb_func
rate_sums_m7:
    push    {r4-r11, lr}
    movw    lr, #:lower16:(rate_round + 1)
    movt    lr, #:upper16:(rate_round + 1)
    lsr     r3, r3, #1
    rsb     r4, r3, #0
    and     r4, r4, #ROUND - 1
    mov     r5, #TWO_BYTES
    mla     lr, r4, r5, lr
    add     r3, r3, #ROUND - 1
    lsr     r3, r3, #2
    ldr     r8, [r2], #4
    ldr     r11, [r0, #4]
    ldr     r10, [r0], #8
    ldr     r12, [r1], #4
    mov     r4, #0
    mov     r5, #0
    mov     r6, #0
    mov     r7, #0
    bx      lr
    .balign 8
rate_round:
    .rept   ROUND - 1
    two_taps
    .endr
    subs.w  r3, r3, #1
    two_taps
    bne.w   rate_round
    ldr     r3, [sp, #36]
    strd    r4, r5, [r3]
    strd    r6, r7, [r3, #8]
    pop     {r4-r11, pc}
    .size   rate_sums_m7, . - rate_sums_m7
