// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The sensor is channel 18 of ADC3, which runs by itself once it is calibrated: 16 bits, the mean
// of 32. Each call moves it on by a step; the calibration takes 27 ms.
//
// The factory's two readings are of 30 and 110 degrees at 3.3 V, which the board's regulator gives.
#include "temperature.h"

#include "cycles.h"
#include "registers.h"

enum { CHANNEL = 18, SAMPLE_387_5_CYCLES = 6, COLD_POINT = 3000, HOT_POINT = 11000 };
enum { REGULATOR_US = 10, POWER = ADC_CR_ADVREGEN | ADC_CR_ADCALLIN };

static enum { OFF, POWERED, CALIBRATING, STARTING, RUNNING } step;
static uint32_t powered_at; // core clock cycles

static void power_up(void) {
    RCC_AHB4ENR |= RCC_AHB4ENR_ADC3;
    (void)RCC_AHB4ENR;
    ADC3_CR = 0; // out of deep power-down
    ADC3_CR = ADC_CR_ADVREGEN;
    ADC3_CCR = ADC_CCR_VSENSEEN | 1u << 18; // kernel clock, 24.576 MHz, halved
    powered_at = cycles_now();
}

static void calibrate(void) {
    ADC3_CFGR = ADC_CFGR_JQDIS | ADC_CFGR_CONT | ADC_CFGR_OVRMOD;
    ADC3_CFGR2 = 31u << 16 | 5u << 5 | 1u; // mean of 32
    ADC3_PCSEL = 1u << CHANNEL;
    ADC3_SMPR2 = (uint32_t)SAMPLE_387_5_CYCLES << (CHANNEL - 10) * 3;
    ADC3_SQR1 = (uint32_t)CHANNEL << 6;
    ADC3_CR = POWER | ADC_CR_ADCAL;
}

// The line through the factory's two points.
static bool convert(int32_t *hundredths) {
    int32_t cold = (int32_t)TEMPERATURE_AT_30, hot = (int32_t)TEMPERATURE_AT_110;
    if (hot <= cold) {
        return false;
    }
    int32_t reading = (int32_t)ADC3_DR;
    *hundredths = COLD_POINT + (reading - cold) * (HOT_POINT - COLD_POINT) / (hot - cold);
    return true;
}

bool temperature_read(int32_t *hundredths) {
    switch (step) {
    case OFF:
        power_up();
        step = POWERED;
        break;
    case POWERED:
        if (cycles_now() - powered_at > cycles_from_us(REGULATOR_US)) {
            calibrate();
            step = CALIBRATING;
        }
        break;
    case CALIBRATING:
        if (!(ADC3_CR & ADC_CR_ADCAL)) {
            ADC3_ISR = ADC_ISR_ADRDY;
            ADC3_CR = POWER | ADC_CR_ADEN;
            step = STARTING;
        }
        break;
    case STARTING:
        if (ADC3_ISR & ADC_ISR_ADRDY) {
            ADC3_CR = POWER | ADC_CR_ADEN | ADC_CR_ADSTART;
            step = RUNNING;
        }
        break;
    case RUNNING:
        return ADC3_ISR & ADC_ISR_EOC && convert(hundredths);
    }
    return false;
}
