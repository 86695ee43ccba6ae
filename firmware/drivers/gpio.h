// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Pins, by the numbers that the chip's pins.h gives them. gpio_alternate is for chips whose pins
// all have the same choice; the RT1062 has pads.h in its place.
#ifndef GPIO_H
#define GPIO_H

#include <stdbool.h>
#include <stdint.h>

#include "pins.h"

enum { GPIO_NO_PULL = 0, GPIO_PULL_UP = 1, GPIO_PULL_DOWN = 2 };
enum { GPIO_LOW_SPEED = 0, GPIO_MEDIUM_SPEED = 1, GPIO_HIGH_SPEED = 2, GPIO_VERY_HIGH_SPEED = 3 };
enum { GPIO_PUSH_PULL = 0, GPIO_OPEN_DRAIN = 1 };

void gpio_input(uint32_t pin, uint32_t pull);

// Drives `level` from the first moment on.
void gpio_output(uint32_t pin, bool level);

// Hands the pin to a peripheral.
void gpio_alternate(uint32_t pin, uint32_t function, uint32_t drive, uint32_t pull, uint32_t speed);

void gpio_analog(uint32_t pin);

void gpio_write(uint32_t pin, bool level);

bool gpio_read(uint32_t pin);

#endif
