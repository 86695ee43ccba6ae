// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "text.h"

enum { DIGITS = 10 };

void text_add_bytes(struct text *text, const char *bytes, size_t count) {
    for (size_t i = 0; i < count && text->count < text->room; i++) {
        text->bytes[text->count++] = bytes[i];
    }
}

void text_add(struct text *text, const char *words) {
    while (*words) {
        text_add_bytes(text, words++, 1);
    }
}

void text_add_number(struct text *text, uint32_t number) {
    char digits[DIGITS];
    size_t first = DIGITS;
    do {
        digits[--first] = (char)('0' + number % 10u);
        number /= 10u;
    } while (number);
    text_add_bytes(text, digits + first, DIGITS - first);
}

void text_add_tenths(struct text *text, uint32_t tenths) {
    char digit = (char)('0' + tenths % 10u);
    text_add_number(text, tenths / 10u);
    text_add(text, ".");
    text_add_bytes(text, &digit, 1);
}

void text_add_hex(struct text *text, uint32_t number) {
    text_add(text, "0x");
    for (int shift = 28; shift >= 0; shift -= 4) {
        text_add_bytes(text, &"0123456789abcdef"[number >> shift & 15u], 1);
    }
}

bool text_equal(const char *left, const char *right) {
    while (*left && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}
