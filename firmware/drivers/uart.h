// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A serial port for a person or a program: 8 data bits, no parity, 1 stop bit.
#ifndef UART_H
#define UART_H

#include <stddef.h>
#include <stdint.h>

void uart_open(uint32_t kernel_hz, uint32_t baud);

// Takes as many of `count` bytes as the buffer has room for and returns how many.
size_t uart_write(const char *bytes, size_t count);

// Returns how many received bytes it gave, at most `count`.
size_t uart_read(char *bytes, size_t count);

// Moves bytes between the buffer and the port; call at least each millisecond for full speed.
void uart_poll(void);

#endif
