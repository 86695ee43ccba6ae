// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// ADC1: 12 bits, each reading the mean of 32. A conversion takes some 150 us; whoever asks for a
// reading takes over what is done and starts the next pin, so that all are read in turn.
#include "analog.h"

#include <stdbool.h>
#include <stddef.h>

#include "cycles.h"
#include "gpio.h"
#include "pads.h"

enum { HALF_WAY = 0x8000, CALIBRATION_US = 20000, CONVERSION_US = 1000 };

// Own oscillator / 2, 12 bits, long samples, mean of 32.
#define CFG 0x0000C63Bu

static uint16_t readings[ANALOG_PINS];
static uint8_t channels[ANALOG_PINS];
static uint32_t used, converting;

// GPIO_AD_B0_12 to 15 are inputs 1 to 4, GPIO_AD_B1_00 to 15 go on from there.
static uint32_t channel_of(uint32_t pin) {
    return pin < GPIO_AD_B1(0) ? pin - GPIO_AD_B0(11) : (pin - GPIO_AD_B1(0) + 5u) % 16u;
}

static void take(void) {
    uint32_t counts = ADC1_R0 & 0xFFFu;
    readings[converting] = (uint16_t)(counts << 4 | counts >> 8);
    converting = (converting + 1u) % used;
    ADC1_HC0 = channels[converting];
}

static bool read_all_once(void) {
    ADC1_HC0 = channels[0];
    for (uint32_t i = 0; i < used; i++) {
        if (!cycles_wait_for(&ADC1_HS, ADC_HS_COCO0, ADC_HS_COCO0, CONVERSION_US)) {
            return false;
        }
        take();
    }
    return true;
}

const char *analog_open(const uint32_t *pins, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        readings[i] = HALF_WAY;
        gpio_analog(pins[i]);
        channels[i] = (uint8_t)channel_of(pins[i]);
    }
    CCM_CCGR(1) |= CCM_CCGR1_ADC1;
    (void)CCM_CCGR(1);
    ADC1_CFG = CFG;
    ADC1_GC = ADC_GC_AVGE | ADC_GC_CAL;
    if (!cycles_wait_for(&ADC1_GC, ADC_GC_CAL, 0, CALIBRATION_US) || ADC1_GS & ADC_GS_CALF) {
        return "knobs: converter does not calibrate";
    }
    used = count;
    if (!read_all_once()) {
        used = 0;
        return "knobs: converter does not start";
    }
    return NULL;
}

uint16_t analog_read(uint32_t index) {
    if (used && ADC1_HS & ADC_HS_COCO0) {
        take();
    }
    return readings[index];
}
