// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The functions that a C compiler may call even when there is no library: the four of the C
// standard and, for clang, their forms in the ABI for the Arm architecture (RTABI 4.3.4).
#include <stddef.h>
#include <stdint.h>

typedef uint32_t __attribute__((may_alias)) word_t;

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *left, const void *right, size_t count);

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
    uint8_t *out = to;
    const uint8_t *in = from;
    if ((((uintptr_t)out | (uintptr_t)in) & 3u) == 0) {
        for (; count >= 4; count -= 4, out += 4, in += 4) {
            *(word_t *)(void *)out = *(const word_t *)(const void *)in;
        }
    }
    while (count--) {
        *out++ = *in++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t count) {
    uint8_t *out = to;
    const uint8_t *in = from;
    if ((uintptr_t)out - (uintptr_t)in >= count) {
        return memcpy(to, from, count);
    }
    while (count--) {
        out[count] = in[count];
    }
    return to;
}

void *memset(void *to, int value, size_t count) {
    uint8_t *out = to;
    uint8_t byte = (uint8_t)value;
    uint32_t word = byte * 0x01010101u;
    for (; count && ((uintptr_t)out & 3u); count--) {
        *out++ = byte;
    }
    for (; count >= 4; count -= 4, out += 4) {
        *(word_t *)(void *)out = word;
    }
    while (count--) {
        *out++ = byte;
    }
    return to;
}

int memcmp(const void *left, const void *right, size_t count) {
    const uint8_t *a = left;
    const uint8_t *b = right;
    for (; count; count--, a++, b++) {
        if (*a != *b) {
            return *a - *b;
        }
    }
    return 0;
}

// The number is the alignment that the caller promises; memset has its last two arguments swapped.
#define RTABI(align)                                                                               \
    void __aeabi_memcpy##align(void *to, const void *from, size_t count);                          \
    void __aeabi_memcpy##align(void *to, const void *from, size_t count) {                         \
        memcpy(to, from, count);                                                                   \
    }                                                                                              \
    void __aeabi_memmove##align(void *to, const void *from, size_t count);                         \
    void __aeabi_memmove##align(void *to, const void *from, size_t count) {                        \
        memmove(to, from, count);                                                                  \
    }                                                                                              \
    void __aeabi_memset##align(void *to, size_t count, int value);                                 \
    void __aeabi_memset##align(void *to, size_t count, int value) {                                \
        memset(to, value, count);                                                                  \
    }                                                                                              \
    void __aeabi_memclr##align(void *to, size_t count);                                            \
    void __aeabi_memclr##align(void *to, size_t count) {                                           \
        memset(to, 0, count);                                                                      \
    }

RTABI()
RTABI(4)
RTABI(8)
