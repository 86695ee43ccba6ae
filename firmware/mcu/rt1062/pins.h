// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Pins of the RT1062 by the reference manual's names of their pads: GPIO_AD_B1(9) is GPIO_AD_B1_09.
//
// A pin's number is port * 32 + bit of its fast GPIO port, 0 to 3 for GPIO6 to GPIO9.
#ifndef PINS_H
#define PINS_H

#define GPIO_AD_B0(n) (0u + (n))
#define GPIO_AD_B1(n) (16u + (n))
#define GPIO_B0(n)    (32u + (n))
#define GPIO_B1(n)    (48u + (n))
#define GPIO_SD_B1(n) (64u + (n))
#define GPIO_SD_B0(n) (76u + (n))
#define GPIO_EMC(n)   ((n) < 32u ? 96u + (n) : 50u + (n))

#endif
