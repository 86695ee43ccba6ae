// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The fast ports GPIO6 to GPIO9, at the core's clock.
#include "gpio.h"

#include "pads.h"

static void hand_to_fast_port(uint32_t pin) {
    IOMUXC_GPR26(pin / 32u) = 0xFFFFFFFFu;
}

void gpio_input(uint32_t pin, uint32_t pull) {
    hand_to_fast_port(pin);
    GPIO_GDIR(pin / 32u) &= ~(1u << pin % 32u);
    pad_settings(pin, PAD_HYSTERESIS | PAD_DRIVE |
                          (pull == GPIO_PULL_UP     ? PAD_PULL_UP
                           : pull == GPIO_PULL_DOWN ? PAD_PULL_DOWN
                                                    : 0u));
    pad_function(pin, PAD_GPIO | PAD_INPUT_ON);
}

void gpio_output(uint32_t pin, bool level) {
    hand_to_fast_port(pin);
    gpio_write(pin, level);
    GPIO_GDIR(pin / 32u) |= 1u << pin % 32u;
    pad_settings(pin, PAD_DRIVE);
    pad_function(pin, PAD_GPIO | PAD_INPUT_ON);
}

void gpio_analog(uint32_t pin) {
    hand_to_fast_port(pin);
    GPIO_GDIR(pin / 32u) &= ~(1u << pin % 32u);
    pad_settings(pin, 0); // what keeps its level would pull at the knob
    pad_function(pin, PAD_GPIO);
}

void gpio_write(uint32_t pin, bool level) {
    if (level) {
        GPIO_DR_SET(pin / 32u) = 1u << pin % 32u;
    } else {
        GPIO_DR_CLEAR(pin / 32u) = 1u << pin % 32u;
    }
}

bool gpio_read(uint32_t pin) {
    return (GPIO_PSR(pin / 32u) >> pin % 32u & 1u) != 0;
}
