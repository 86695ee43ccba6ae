// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Words and numbers into a buffer of fixed size; what does not fit is left out.
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cold.h"

struct text {
    char *bytes;
    size_t room; // of `bytes`
    size_t count;
};

COLD void text_add(struct text *text, const char *words);
COLD void text_add_bytes(struct text *text, const char *bytes, size_t count);
COLD void text_add_number(struct text *text, uint32_t number);
// `tenths` as a number with one decimal: 123 is 12.3.
COLD void text_add_tenths(struct text *text, uint32_t tenths);
// True when both read the same.
COLD bool text_equal(const char *left, const char *right);
// As 0x and eight hexadecimal digits.
COLD void text_add_hex(struct text *text, uint32_t number);

#endif
