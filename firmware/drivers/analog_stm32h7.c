// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
//
// ADC1 with DMA1 stream 2: 16 bits, continuous, each reading the mean of 32.
#include "analog.h"

#include <stddef.h>

#include "cycles.h"
#include "gpio.h"
#include "registers.h"

enum { STREAM = 2, REQUEST_ADC1 = 9, HALF_WAY = 0x8000 };
enum { REGULATOR_US = 100, CALIBRATION_US = 500000, READY_US = 1000, SAMPLE_8_5_CYCLES = 2 };

// Half-words both sides, one after another, again and again.
#define STREAM_CR (DMA_CR_MHALF | DMA_CR_PHALF | DMA_CR_MINC | DMA_CR_CIRC)

__attribute__((section(".dma"))) static volatile uint16_t readings[ANALOG_PINS];

// Pin and its channel of ADC1.
static const uint8_t channels[][2] = {
    {GPIO_PIN('A', 0), 16}, {GPIO_PIN('A', 1), 17}, {GPIO_PIN('A', 2), 14}, {GPIO_PIN('A', 3), 15},
    {GPIO_PIN('A', 4), 18}, {GPIO_PIN('A', 5), 19}, {GPIO_PIN('A', 6), 3},  {GPIO_PIN('A', 7), 7},
    {GPIO_PIN('B', 1), 5},  {GPIO_PIN('C', 0), 10}, {GPIO_PIN('C', 1), 11}, {GPIO_PIN('C', 2), 12},
    {GPIO_PIN('C', 3), 13}, {GPIO_PIN('C', 4), 4},
};

static uint32_t channel_of(uint32_t pin) {
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        if (channels[i][0] == pin) {
            return channels[i][1];
        }
    }
    return 0;
}

static void choose(const uint32_t *pins, uint32_t count) {
    // Four conversions in SQR1 after their number, then five a register; 6 bits each.
    uint32_t sequence[2] = {count - 1u, 0};
    uint32_t sampling[2] = {0, 0};
    uint32_t selected = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t channel = channel_of(pins[i]);
        gpio_analog(pins[i]);
        selected |= 1u << channel;
        sampling[channel / 10u] |= (uint32_t)SAMPLE_8_5_CYCLES << (channel % 10u * 3u);
        uint32_t place = i + 1u;
        sequence[place / 5u] |= channel << (place % 5u * 6u);
    }
    ADC1_PCSEL = selected;
    ADC1_SMPR1 = sampling[0];
    ADC1_SMPR2 = sampling[1];
    ADC1_SQR1 = sequence[0];
    ADC1_SQR2 = sequence[1];
}

const char *analog_open(const uint32_t *pins, uint32_t count) {
    for (uint32_t i = 0; i < ANALOG_PINS; i++) {
        readings[i] = HALF_WAY;
    }
    RCC_AHB1ENR |= RCC_AHB1ENR_DMA1 | RCC_AHB1ENR_ADC12;
    (void)RCC_AHB1ENR;
    ADC1_CR = 0; // out of deep power-down
    ADC1_CR = ADC_CR_ADVREGEN;
    cycles_wait_us(REGULATOR_US);
    ADC12_CCR = 1u << 18; // kernel clock, 24.576 MHz, halved
    ADC1_CFGR = ADC_CFGR_JQDIS | ADC_CFGR_CONT | ADC_CFGR_DMA_CIRCULAR;
    ADC1_CFGR2 = 31u << 16 | 5u << 5 | 1u; // mean of 32
    choose(pins, count);
    ADC1_CR = ADC_CR_ADVREGEN | ADC_CR_ADCALLIN | ADC_CR_ADCAL;
    if (!cycles_wait_for(&ADC1_CR, ADC_CR_ADCAL, 0, CALIBRATION_US)) {
        return "knobs: converter does not calibrate";
    }
    ADC1_ISR = ADC_ISR_ADRDY;
    ADC1_CR = ADC_CR_ADVREGEN | ADC_CR_ADCALLIN | ADC_CR_ADEN;
    if (!cycles_wait_for(&ADC1_ISR, ADC_ISR_ADRDY, ADC_ISR_ADRDY, READY_US)) {
        return "knobs: converter does not start";
    }
    DMAMUX1_CCR(STREAM) = REQUEST_ADC1;
    DMA1_CR(STREAM) = STREAM_CR;
    DMA1_FCR(STREAM) = 0x20; // direct mode
    DMA1_NDTR(STREAM) = count;
    DMA1_PAR(STREAM) = (uint32_t)(uintptr_t)&ADC1_DR;
    DMA1_M0AR(STREAM) = (uint32_t)(uintptr_t)readings;
    DMA1_CR(STREAM) = STREAM_CR | DMA_CR_EN;
    ADC1_CR = ADC_CR_ADVREGEN | ADC_CR_ADCALLIN | ADC_CR_ADSTART | ADC_CR_ADEN;
    return NULL;
}

uint16_t analog_read(uint32_t index) {
    return readings[index];
}
