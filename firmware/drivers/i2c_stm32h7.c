// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// I2C2 of the STM32H7, polled: it is used at the start only.
#include "i2c.h"

#include "config.h"
#include "cycles.h"
#include "gpio.h"
#include "registers.h"

enum { FUNCTION = 4, WAIT_US = 5000 };

// Bus timing for 400 kHz, rise 100 ns, fall 10 ns, analog filter on, for the peripheral clock of a
// 480 and of a 400 MHz core. At 64 MHz the first is a slower bus, which any codec takes.
#define TIMING_120_MHZ 0x30B00F2Du
#define TIMING_100_MHZ 0x20D01132u

static void restart(void) {
    I2C2_CR1 = 0;
    // Three cycles of the peripheral clock must pass; two reads take more.
    (void)I2C2_CR1;
    (void)I2C2_CR1;
    I2C2_CR1 = I2C_CR1_PE;
}

void i2c_open(uint32_t kernel_hz) {
    gpio_alternate(BOARD_PIN_I2C_SCL, FUNCTION, GPIO_OPEN_DRAIN, GPIO_NO_PULL, GPIO_LOW_SPEED);
    gpio_alternate(BOARD_PIN_I2C_SDA, FUNCTION, GPIO_OPEN_DRAIN, GPIO_NO_PULL, GPIO_LOW_SPEED);
    RCC_APB1LENR |= RCC_APB1LENR_I2C2;
    (void)RCC_APB1LENR;
    I2C2_CR1 = 0;
    I2C2_TIMINGR = kernel_hz == 100000000u ? TIMING_100_MHZ : TIMING_120_MHZ;
    restart();
}

// Waits for any of `wanted`; false on no acknowledge, a bus error or when the time is up.
static bool wait_for(uint32_t wanted) {
    uint32_t start = cycles_now();
    for (;;) {
        uint32_t state = I2C2_ISR;
        if (state & (I2C_ISR_NACKF | I2C_ISR_BERR | I2C_ISR_ARLO)) {
            return false;
        }
        if (state & wanted) {
            return true;
        }
        if (cycles_now() - start > cycles_from_us(WAIT_US)) {
            return false;
        }
    }
}

bool i2c_write(uint32_t address, const uint8_t *bytes, size_t count) {
    I2C2_CR2 = I2C_CR2_AUTOEND | (uint32_t)count << 16 | address << 1 | I2C_CR2_START;
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        good = wait_for(I2C_ISR_TXIS);
        if (good) {
            I2C2_TXDR = bytes[i];
        }
    }
    good = good && wait_for(I2C_ISR_STOPF);
    I2C2_ICR = I2C_ICR_ALL;
    I2C2_CR2 = 0;
    if (!good) {
        restart();
    }
    return good;
}
