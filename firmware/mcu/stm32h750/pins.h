// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Pins of the STM32H750: port * 16 + number. GPIO_PIN('C', 7) is PC7.
#ifndef PINS_H
#define PINS_H

#define GPIO_PIN(port, number) ((uint32_t)((port) - 'A') * 16u + (number))

#endif
