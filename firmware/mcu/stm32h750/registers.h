// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The registers of the STM32H750 that this firmware uses, by the reference manual's names.
#ifndef REGISTERS_H
#define REGISTERS_H

#include "core.h"

// Reset and clock control
#define RCC_CR        REG32(0x58024400u)
#define RCC_CFGR      REG32(0x58024410u)
#define RCC_D1CFGR    REG32(0x58024418u)
#define RCC_D2CFGR    REG32(0x5802441Cu)
#define RCC_D3CFGR    REG32(0x58024420u)
#define RCC_PLLCKSELR REG32(0x58024428u)
#define RCC_PLLCFGR   REG32(0x5802442Cu)
#define RCC_PLL1DIVR  REG32(0x58024430u)
#define RCC_PLL1FRACR REG32(0x58024434u)
#define RCC_PLL3DIVR  REG32(0x58024440u)
#define RCC_PLL3FRACR REG32(0x58024444u)
#define RCC_D1CCIPR   REG32(0x5802444Cu)
#define RCC_D2CCIP1R  REG32(0x58024450u)
#define RCC_D2CCIP2R  REG32(0x58024454u)
#define RCC_D3CCIPR   REG32(0x58024458u)
#define RCC_CIER      REG32(0x58024460u)
#define RCC_AHB3RSTR  REG32(0x5802447Cu)
#define RCC_AHB1RSTR  REG32(0x58024480u)
#define RCC_APB1LRSTR REG32(0x58024490u)
#define RCC_APB2RSTR  REG32(0x58024498u)
#define RCC_RSR       REG32(0x580244D0u)
#define RCC_AHB3ENR   REG32(0x580244D4u)
#define RCC_AHB1ENR   REG32(0x580244D8u)
#define RCC_AHB2ENR   REG32(0x580244DCu)
#define RCC_AHB4ENR   REG32(0x580244E0u)
#define RCC_APB1LENR  REG32(0x580244E8u)
#define RCC_APB2ENR   REG32(0x580244F0u)
#define RCC_APB4ENR   REG32(0x580244F4u)

#define RCC_CR_HSION       (1u << 0)
#define RCC_CR_HSIRDY      (1u << 2)
#define RCC_CR_HSIDIV      (3u << 3)
#define RCC_CR_HSEON       (1u << 16)
#define RCC_CR_HSERDY      (1u << 17)
#define RCC_CR_PLL1ON      (1u << 24)
#define RCC_CR_PLL1RDY     (1u << 25)
#define RCC_CR_PLL2ON      (1u << 26)
#define RCC_CR_PLL3ON      (1u << 28)
#define RCC_CR_PLL3RDY     (1u << 29)
#define RCC_CFGR_SW        7u
#define RCC_CFGR_SW_PLL1   3u
#define RCC_CFGR_SWS       (7u << 3)
#define RCC_CFGR_SWS_PLL1  (3u << 3)
#define RCC_AHB1ENR_DMA1   (1u << 0)
#define RCC_AHB1ENR_ADC12  (1u << 5)
#define RCC_AHB1RSTR_ADC12 (1u << 5)
#define RCC_RSR_RMVF       (1u << 16)
#define RCC_RSR_IWDG1      (1u << 26)
#define RCC_AHB1RSTR_DMA1  (1u << 0)
#define RCC_AHB1RSTR_OTGFS (1u << 27)
#define RCC_AHB2ENR_SRAM   (7u << 29)
#define RCC_APB1LENR_I2C2  (1u << 22)
#define RCC_AHB3ENR_QSPI   (1u << 14)
#define RCC_AHB4ENR_BKPRAM (1u << 28)
#define RCC_APB2ENR_USART1 (1u << 4)
#define RCC_APB2ENR_SAI1   (1u << 22)
#define RCC_APB4ENR_SYSCFG (1u << 1)

// Power, system configuration, flash interface
#define PWR_CR1      REG32(0x58024800u)
#define PWR_CSR1     REG32(0x58024804u)
#define PWR_CR3      REG32(0x5802480Cu)
#define PWR_D3CR     REG32(0x58024818u)
#define SYSCFG_PWRCR REG32(0x5800042Cu)
#define FLASH_ACR    REG32(0x52002000u)

#define PWR_CR1_DBP         (1u << 8)
#define PWR_CSR1_ACTVOSRDY  (1u << 13)
#define PWR_CR3_SUPPLY      7u // SCUEN, LDOEN, BYPASS
#define PWR_CR3_LDOEN       (1u << 1)
#define PWR_D3CR_VOSRDY     (1u << 13)
#define PWR_D3CR_VOS_SCALE1 (3u << 14)
#define SYSCFG_PWRCR_ODEN   (1u << 0)

// Ports A..K are 0..10
#define GPIO(port, offset) REG32(0x58020000u + 0x400u * (port) + (offset))
#define GPIO_MODER(port)   GPIO(port, 0x00u)
#define GPIO_OTYPER(port)  GPIO(port, 0x04u)
#define GPIO_OSPEEDR(port) GPIO(port, 0x08u)
#define GPIO_PUPDR(port)   GPIO(port, 0x0Cu)
#define GPIO_IDR(port)     GPIO(port, 0x10u)
#define GPIO_BSRR(port)    GPIO(port, 0x18u)
#define GPIO_AFR(port, n)  GPIO(port, 0x20u + 4u * (n))

// DMA1 and its request multiplexer
#define DMA1_LISR          REG32(0x40020000u)
#define DMA1_LIFCR         REG32(0x40020008u)
#define DMA1_STREAM(n, at) REG32(0x40020010u + 0x18u * (n) + (at))
#define DMA1_CR(n)         DMA1_STREAM(n, 0x00u)
#define DMA1_NDTR(n)       DMA1_STREAM(n, 0x04u)
#define DMA1_PAR(n)        DMA1_STREAM(n, 0x08u)
#define DMA1_M0AR(n)       DMA1_STREAM(n, 0x0Cu)
#define DMA1_FCR(n)        DMA1_STREAM(n, 0x14u)
#define DMAMUX1_CCR(n)     REG32(0x40020800u + 4u * (n))

#define DMA_CR_EN            (1u << 0)
#define DMA_CR_DMEIE         (1u << 1)
#define DMA_CR_TEIE          (1u << 2)
#define DMA_CR_HTIE          (1u << 3)
#define DMA_CR_TCIE          (1u << 4)
#define DMA_CR_TO_PERIPHERAL (1u << 6)
#define DMA_CR_CIRC          (1u << 8)
#define DMA_CR_MINC          (1u << 10)
#define DMA_CR_PWORD         (2u << 11)
#define DMA_CR_MWORD         (2u << 13)
#define DMA_CR_PHALF         (1u << 11)
#define DMA_CR_MHALF         (1u << 13)
#define DMA_CR_HIGH          (2u << 16)

// Serial audio interface 1: block 0 = A, 1 = B
#define SAI1_GCR          REG32(0x40015800u)
#define SAI1_BLOCK(n, at) REG32(0x40015804u + 0x20u * (n) + (at))
#define SAI1_CR1(n)       SAI1_BLOCK(n, 0x00u)
#define SAI1_CR2(n)       SAI1_BLOCK(n, 0x04u)
#define SAI1_FRCR(n)      SAI1_BLOCK(n, 0x08u)
#define SAI1_SLOTR(n)     SAI1_BLOCK(n, 0x0Cu)
#define SAI1_IMR(n)       SAI1_BLOCK(n, 0x10u)
#define SAI1_SR(n)        SAI1_BLOCK(n, 0x14u)
#define SAI1_CLRFR(n)     SAI1_BLOCK(n, 0x18u)
#define SAI1_DR(n)        SAI1_BLOCK(n, 0x1Cu)

#define SAI_CR1_SAIEN  (1u << 16)
#define SAI_CR1_DMAEN  (1u << 17)
#define SAI_CR2_FFLUSH (1u << 3)
#define SAI_SR_FLVL    (7u << 16)

// ADC1, knobs
#define ADC1_ISR   REG32(0x40022000u)
#define ADC1_CR    REG32(0x40022008u)
#define ADC1_CFGR  REG32(0x4002200Cu)
#define ADC1_CFGR2 REG32(0x40022010u)
#define ADC1_SMPR1 REG32(0x40022014u)
#define ADC1_SMPR2 REG32(0x40022018u)
#define ADC1_PCSEL REG32(0x4002201Cu)
#define ADC1_SQR1  REG32(0x40022030u)
#define ADC1_SQR2  REG32(0x40022034u)
#define ADC1_DR    REG32(0x40022040u)
#define ADC12_CCR  REG32(0x40022308u)

#define ADC_ISR_ADRDY         (1u << 0)
#define ADC_CR_ADEN           (1u << 0)
#define ADC_CR_ADSTART        (1u << 2)
#define ADC_CR_ADCALLIN       (1u << 16)
#define ADC_CR_ADVREGEN       (1u << 28)
#define ADC_CR_ADCAL          (1u << 31)
#define ADC_CFGR_DMA_CIRCULAR 3u
#define ADC_CFGR_CONT         (1u << 13)
#define ADC_CFGR_JQDIS        (1u << 31)

// Independent watchdog
#define IWDG1_KR  REG32(0x58004800u)
#define IWDG1_PR  REG32(0x58004804u)
#define IWDG1_RLR REG32(0x58004808u)
#define IWDG1_SR  REG32(0x5800480Cu)

// QUADSPI
#define QUADSPI_CR      REG32(0x52005000u)
#define QUADSPI_DCR     REG32(0x52005004u)
#define QUADSPI_SR      REG32(0x52005008u)
#define QUADSPI_FCR     REG32(0x5200500Cu)
#define QUADSPI_DLR     REG32(0x52005010u)
#define QUADSPI_CCR     REG32(0x52005014u)
#define QUADSPI_AR      REG32(0x52005018u)
#define QUADSPI_ABR     REG32(0x5200501Cu)
#define QUADSPI_DR_BYTE REG8(0x52005020u)
#define QUADSPI_PSMKR   REG32(0x52005024u)
#define QUADSPI_PSMAR   REG32(0x52005028u)
#define QUADSPI_PIR     REG32(0x5200502Cu)

#define QUADSPI_CR_EN    (1u << 0)
#define QUADSPI_CR_ABORT (1u << 1)
#define QUADSPI_CR_APMS  (1u << 22) // a poll ends at the match
#define QUADSPI_CR_CLOCK (1u << 24) // AHB / 2
#define QUADSPI_SR_TCF   (1u << 1)
#define QUADSPI_SR_FTF   (1u << 2)
#define QUADSPI_SR_SMF   (1u << 3)
#define QUADSPI_SR_BUSY  (1u << 5)

// I2C2
#define I2C2_CR1     REG32(0x40005800u)
#define I2C2_CR2     REG32(0x40005804u)
#define I2C2_TIMINGR REG32(0x40005810u)
#define I2C2_ISR     REG32(0x40005818u)
#define I2C2_ICR     REG32(0x4000581Cu)
#define I2C2_TXDR    REG32(0x40005828u)

#define I2C_CR1_PE      (1u << 0)
#define I2C_CR2_START   (1u << 13)
#define I2C_CR2_AUTOEND (1u << 25)
#define I2C_ISR_TXIS    (1u << 1)
#define I2C_ISR_NACKF   (1u << 4)
#define I2C_ISR_STOPF   (1u << 5)
#define I2C_ISR_BERR    (1u << 8)
#define I2C_ISR_ARLO    (1u << 9)
#define I2C_ICR_ALL     0x3F38u

// USART1
#define USART1_CR1   REG32(0x40011000u)
#define USART1_CR2   REG32(0x40011004u)
#define USART1_CR3   REG32(0x40011008u)
#define USART1_BRR   REG32(0x4001100Cu)
#define USART1_ISR   REG32(0x4001101Cu)
#define USART1_ICR   REG32(0x40011020u)
#define USART1_RDR   REG32(0x40011024u)
#define USART1_TDR   REG32(0x40011028u)
#define USART1_PRESC REG32(0x4001102Cu)

#define USART_CR1_UE     (1u << 0)
#define USART_CR1_RE     (1u << 2)
#define USART_CR1_TE     (1u << 3)
#define USART_CR1_FIFOEN (1u << 29)
#define USART_ISR_ERRORS 0xFu // parity, framing, noise, overrun
#define USART_ISR_RXNE   (1u << 5)
#define USART_ISR_TXNF   (1u << 7)

#define IRQ_DMA1_STREAM0 11u
#define IRQ_DMA1_STREAM1 12u

#endif
