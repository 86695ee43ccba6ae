// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "gpio.h"

#include "registers.h"

enum { MODE_INPUT = 0, MODE_OUTPUT = 1, MODE_ALTERNATE = 2, MODE_ANALOG = 3 };

static void field(volatile uint32_t *reg, uint32_t index, uint32_t bits, uint32_t value) {
    uint32_t shift = index * bits;
    uint32_t mask = ((1u << bits) - 1u) << shift;
    *reg = (*reg & ~mask) | value << shift;
}

static uint32_t port_clocked(uint32_t pin) {
    uint32_t port = pin / 16u;
    RCC_AHB4ENR |= 1u << port;
    (void)RCC_AHB4ENR;
    return port;
}

void gpio_input(uint32_t pin, uint32_t pull) {
    uint32_t port = port_clocked(pin);
    field(&GPIO_PUPDR(port), pin % 16u, 2, pull);
    field(&GPIO_MODER(port), pin % 16u, 2, MODE_INPUT);
}

void gpio_output(uint32_t pin, bool level) {
    uint32_t port = port_clocked(pin);
    gpio_write(pin, level);
    field(&GPIO_OSPEEDR(port), pin % 16u, 2, GPIO_LOW_SPEED);
    field(&GPIO_OTYPER(port), pin % 16u, 1, GPIO_PUSH_PULL);
    field(&GPIO_PUPDR(port), pin % 16u, 2, GPIO_NO_PULL);
    field(&GPIO_MODER(port), pin % 16u, 2, MODE_OUTPUT);
}

void gpio_alternate(uint32_t pin, uint32_t function, uint32_t drive, uint32_t pull,
                    uint32_t speed) {
    uint32_t port = port_clocked(pin);
    field(&GPIO_OSPEEDR(port), pin % 16u, 2, speed);
    field(&GPIO_OTYPER(port), pin % 16u, 1, drive);
    field(&GPIO_PUPDR(port), pin % 16u, 2, pull);
    field(&GPIO_AFR(port, pin % 16u / 8u), pin % 8u, 4, function);
    field(&GPIO_MODER(port), pin % 16u, 2, MODE_ALTERNATE);
}

void gpio_analog(uint32_t pin) {
    uint32_t port = port_clocked(pin);
    field(&GPIO_MODER(port), pin % 16u, 2, MODE_ANALOG);
    field(&GPIO_PUPDR(port), pin % 16u, 2, GPIO_NO_PULL);
}

void gpio_write(uint32_t pin, bool level) {
    GPIO_BSRR(pin / 16u) = 1u << (pin % 16u + (level ? 0u : 16u));
}

bool gpio_read(uint32_t pin) {
    return (GPIO_IDR(pin / 16u) >> (pin % 16u) & 1u) != 0;
}
