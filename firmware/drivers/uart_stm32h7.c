// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// USART1 with its 16-byte FIFOs, polled: at 115200 baud they last 1.4 ms, and the audio wakes the
// main loop each millisecond. A console needs no interrupt of its own then.
#include "uart.h"

#include <stdbool.h>

#include "config.h"
#include "gpio.h"
#include "registers.h"

enum { FUNCTION = 7, SIZE = 2048 };

static char waiting[SIZE];
static uint32_t head, tail; // count without end; the index is the remainder
static bool is_open;

void uart_open(uint32_t kernel_hz, uint32_t baud) {
    gpio_alternate(BOARD_PIN_UART_TX, FUNCTION, GPIO_PUSH_PULL, GPIO_PULL_UP, GPIO_LOW_SPEED);
    gpio_alternate(BOARD_PIN_UART_RX, FUNCTION, GPIO_PUSH_PULL, GPIO_PULL_UP, GPIO_LOW_SPEED);
    RCC_APB2ENR |= RCC_APB2ENR_USART1;
    (void)RCC_APB2ENR;
    USART1_CR1 = 0;
    USART1_BRR = (kernel_hz + baud / 2) / baud;
    USART1_CR1 = USART_CR1_FIFOEN | USART_CR1_TE | USART_CR1_RE | USART_CR1_UE;
    is_open = true;
}

size_t uart_write(const char *bytes, size_t count) {
    size_t taken = 0;
    while (taken < count && head - tail < SIZE) {
        waiting[head++ % SIZE] = bytes[taken++];
    }
    return taken;
}

size_t uart_read(char *bytes, size_t count) {
    size_t given = 0;
    if (is_open) {
        USART1_ICR = USART_ISR_ERRORS;
        while (given < count && USART1_ISR & USART_ISR_RXNE) {
            bytes[given++] = (char)(USART1_RDR & 0xFFu);
        }
    }
    return given;
}

void uart_poll(void) {
    while (is_open && head != tail && USART1_ISR & USART_ISR_TXNF) {
        USART1_TDR = (uint8_t)waiting[tail++ % SIZE];
    }
}
