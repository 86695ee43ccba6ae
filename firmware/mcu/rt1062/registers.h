// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The registers of the i.MX RT1062 that this firmware uses, by the reference manual's names.
#ifndef REGISTERS_H
#define REGISTERS_H

#include "core.h"

#define REG16(address) (*(volatile uint16_t *)(uintptr_t)(address))

// Clock controller
#define CCM_CACRR   REG32(0x400FC010u)
#define CCM_CBCDR   REG32(0x400FC014u)
#define CCM_CBCMR   REG32(0x400FC018u)
#define CCM_CSCMR1  REG32(0x400FC01Cu)
#define CCM_CSCDR1  REG32(0x400FC024u)
#define CCM_CS1CDR  REG32(0x400FC028u)
#define CCM_CSCDR2  REG32(0x400FC038u)
#define CCM_CDHIPR  REG32(0x400FC048u)
#define CCM_CLPCR   REG32(0x400FC054u)
#define CCM_CCGR(n) REG32(0x400FC068u + 4u * (n))

#define CCM_CBCDR_IPG_PODF           (3u << 8)
#define CCM_CBCDR_AHB_PODF           (7u << 10)
#define CCM_CBCDR_PERIPH_CLK_SEL     (1u << 25)
#define CCM_CBCDR_PERIPH_CLK2_PODF   (7u << 27)
#define CCM_CBCMR_PERIPH_CLK2_SEL    (3u << 12)
#define CCM_CBCMR_PRE_PERIPH_CLK_ARM (3u << 18)
#define CCM_CSCMR1_PERCLK_CRYSTAL    (1u << 6)
#define CCM_CSCMR1_SAI1_CLK_SEL      (3u << 10)
#define CCM_CSCMR1_SAI1_PLL_AUDIO    (2u << 10)
#define CCM_CSCDR1_UART_PODF         0x3Fu
#define CCM_CSCDR1_UART_CRYSTAL      (1u << 6)
#define CCM_CS1CDR_SAI1              0x1FFu
#define CCM_CSCDR2_LPI2C_PODF        (0x3Fu << 19)
#define CCM_CSCDR2_LPI2C_CRYSTAL     (1u << 18)
#define CCM_CDHIPR_AHB_PODF          (1u << 1)
#define CCM_CDHIPR_PERIPH_CLK_SEL    (1u << 5)
#define CCM_CDHIPR_ARM_PODF          (1u << 16)
#define CCM_CLPCR_LPM                3u

// Clock gates: CCGR and the gate's number in it, two bits each.
#define CCM_GATE(gate)    (3u << (2u * (gate)))
#define CCM_CCGR1_ADC1    CCM_GATE(8u)
#define CCM_CCGR2_LPI2C1  CCM_GATE(3u)
#define CCM_CCGR2_OCOTP   CCM_GATE(6u)
#define CCM_CCGR3_LPUART6 CCM_GATE(3u)
#define CCM_CCGR3_WDOG1   CCM_GATE(8u)
#define CCM_CCGR5_DMA     CCM_GATE(3u)
#define CCM_CCGR5_SAI1    CCM_GATE(9u)
#define CCM_CCGR6_USB     CCM_GATE(0u)

// PLLs; SET and CLR change single bits
#define PLL_ARM              REG32(0x400D8000u)
#define PLL_USB1             REG32(0x400D8010u)
#define PLL_USB1_SET         REG32(0x400D8014u)
#define PLL_USB1_CLR         REG32(0x400D8018u)
#define PLL_AUDIO            REG32(0x400D8070u)
#define PLL_AUDIO_NUM        REG32(0x400D8080u)
#define PLL_AUDIO_DENOM      REG32(0x400D8090u)
#define PFD_480              REG32(0x400D80F0u)
#define PFD_528              REG32(0x400D8100u)
#define PMU_REG_3P0          REG32(0x400D8120u)
#define CCM_ANALOG_MISC0_SET REG32(0x400D8154u)
#define CCM_ANALOG_MISC2     REG32(0x400D8170u)

#define PLL_POWERDOWN            (1u << 12)
#define PLL_USB1_POWER           (1u << 12)
#define PLL_ENABLE               (1u << 13)
#define PLL_BYPASS               (1u << 16)
#define PLL_USB1_USB_CLOCKS      (1u << 6)
#define PLL_AUDIO_POST_DIV_1     (2u << 19)
#define PLL_LOCK                 (1u << 31)
#define MISC0_REFTOP_SELFBIASOFF (1u << 3)
#define MISC2_AUDIO_DIV          (1u << 15 | 1u << 23)

// Core voltage, reset reasons, unique number
#define DCDC_REG0       REG32(0x40080000u)
#define DCDC_REG3       REG32(0x4008000Cu)
#define DCDC_REG0_DC_OK (1u << 31)
#define DCDC_REG3_TRG   0x1Fu
#define SRC_SRSR        REG32(0x400F8008u)
#define SRC_SRSR_WDOG1  (1u << 4)
#define OCOTP_CFG(n)    REG32(0x401F4410u + 0x10u * (n))

// Temperature of the chip, and the factory's figures for it
#define TEMPMON_TEMPSENSE0              REG32(0x400D8180u)
#define TEMPMON_TEMPSENSE1              REG32(0x400D8190u)
#define OCOTP_ANA1                      REG32(0x401F44E0u)
#define TEMPMON_TEMPSENSE0_MEASURE_TEMP (1u << 1)
#define TEMPMON_TEMPSENSE0_FINISHED     (1u << 2)

// Watchdog, 16 bits
#define WDOG1_WCR      REG16(0x400B8000u)
#define WDOG1_WSR      REG16(0x400B8002u)
#define WDOG1_WMCR     REG16(0x400B8008u)
#define WDOG_WCR_WDBG  (1u << 1)
#define WDOG_WCR_WDE   (1u << 2)
#define WDOG_WCR_SRS   (1u << 4)
#define WDOG_WCR_WDA   (1u << 5)
#define WDOG_WCR_WT(n) ((n) << 8)

// Pins. GPIO6 to GPIO9 are the fast ports, 0 to 3 here.
#define IOMUXC_MUX(pad)             REG32(0x401F8014u + 4u * (pad))
#define IOMUXC_PAD(pad)             REG32(0x401F8204u + 4u * (pad))
#define IOMUXC_LPI2C1_SCL_SELECT    REG32(0x401F84CCu)
#define IOMUXC_LPI2C1_SDA_SELECT    REG32(0x401F84D0u)
#define IOMUXC_LPUART6_RX_SELECT    REG32(0x401F8550u)
#define IOMUXC_LPUART6_TX_SELECT    REG32(0x401F8554u)
#define IOMUXC_SAI1_RX_DATA0_SELECT REG32(0x401F8594u)
#define IOMUXC_GPR1                 REG32(0x400AC004u)
#define IOMUXC_GPR26(n)             REG32(0x400AC068u + 4u * (n))
#define IOMUXC_GPR1_SAI1_MCLK_OUT   (1u << 19)
#define GPIO_GDIR(port)             REG32(0x42000004u + 0x4000u * (port))
#define GPIO_PSR(port)              REG32(0x42000008u + 0x4000u * (port))
#define GPIO_DR_SET(port)           REG32(0x42000084u + 0x4000u * (port))
#define GPIO_DR_CLEAR(port)         REG32(0x42000088u + 0x4000u * (port))

// DMA: channels 0 and 1
#define DMA_CR           REG32(0x400E8000u)
#define DMA_CEEI         REG8(0x400E8018u)
#define DMA_SEEI         REG8(0x400E8019u)
#define DMA_CERQ         REG8(0x400E801Au)
#define DMA_SERQ         REG8(0x400E801Bu)
#define DMA_CDNE         REG8(0x400E801Cu)
#define DMA_CERR         REG8(0x400E801Eu)
#define DMA_CINT         REG8(0x400E801Fu)
#define DMA_ERR          REG32(0x400E802Cu)
#define DMA_SADDR(n)     REG32(0x400E9000u + 0x20u * (n))
#define DMA_SOFF(n)      REG32(0x400E9004u + 0x20u * (n)) // ATTR in the upper half
#define DMA_NBYTES(n)    REG32(0x400E9008u + 0x20u * (n))
#define DMA_SLAST(n)     REG32(0x400E900Cu + 0x20u * (n))
#define DMA_DADDR(n)     REG32(0x400E9010u + 0x20u * (n))
#define DMA_DOFF(n)      REG32(0x400E9014u + 0x20u * (n)) // CITER in the upper half
#define DMA_DLASTSGA(n)  REG32(0x400E9018u + 0x20u * (n))
#define DMA_CSR(n)       REG32(0x400E901Cu + 0x20u * (n)) // BITER in the upper half
#define DMAMUX_CHCFG(n)  REG32(0x400EC000u + 4u * (n))
#define DMA_ATTR_WORDS   (0x0202u << 16)
#define DMA_CSR_INTMAJOR (1u << 1)
#define DMA_CSR_INTHALF  (1u << 2)
#define DMAMUX_ENABLE    (1u << 31)

// Serial audio interface
#define SAI1_TCSR    REG32(0x40384008u)
#define SAI1_TCR(n)  REG32(0x40384008u + 4u * (n)) // 1 to 5
#define SAI1_TDR0    REG32(0x40384020u)
#define SAI1_TMR     REG32(0x40384060u)
#define SAI1_RCSR    REG32(0x40384088u)
#define SAI1_RCR(n)  REG32(0x40384088u + 4u * (n))
#define SAI1_RDR0    REG32(0x403840A0u)
#define SAI1_RMR     REG32(0x403840E0u)
#define SAI_CSR_FRDE (1u << 0)
#define SAI_CSR_FEIE (1u << 10)
#define SAI_CSR_SR   (1u << 24)
#define SAI_CSR_FR   (1u << 25)
#define SAI_CSR_BCE  (1u << 28)
#define SAI_CSR_EN   (1u << 31)

// I2C
#define LPI2C1_MCR       REG32(0x403F0010u)
#define LPI2C1_MSR       REG32(0x403F0014u)
#define LPI2C1_MCFGR0    REG32(0x403F0020u)
#define LPI2C1_MCFGR1    REG32(0x403F0024u)
#define LPI2C1_MCFGR2    REG32(0x403F0028u)
#define LPI2C1_MCFGR3    REG32(0x403F002Cu)
#define LPI2C1_MCCR0     REG32(0x403F0048u)
#define LPI2C1_MCCR1     REG32(0x403F0050u)
#define LPI2C1_MFCR      REG32(0x403F0058u)
#define LPI2C1_MTDR      REG32(0x403F0060u)
#define LPI2C_MCR_MEN    (1u << 0)
#define LPI2C_MCR_RST    (1u << 1)
#define LPI2C_MCR_RTF    (1u << 8)
#define LPI2C_MSR_TDF    (1u << 0)
#define LPI2C_MSR_SDF    (1u << 9)
#define LPI2C_MSR_NDF    (1u << 10)
#define LPI2C_MSR_FAULTS (0xFu << 10) // no acknowledge, arbitration lost, FIFO error, pin low
#define LPI2C_MSR_ALL    0x7F00u
#define LPI2C_STOP       (2u << 8)
#define LPI2C_START      (4u << 8)

// UART
#define LPUART6_BAUD       REG32(0x40198010u)
#define LPUART6_STAT       REG32(0x40198014u)
#define LPUART6_CTRL       REG32(0x40198018u)
#define LPUART6_DATA       REG32(0x4019801Cu)
#define LPUART6_FIFO       REG32(0x40198028u)
#define LPUART_STAT_ERRORS (0xFu << 16)
#define LPUART_STAT_RDRF   (1u << 21)
#define LPUART_STAT_TDRE   (1u << 23)
#define LPUART_CTRL_RE     (1u << 18)
#define LPUART_CTRL_TE     (1u << 19)
#define LPUART_CTRL_RIE    (1u << 21)
#define LPUART_CTRL_TIE    (1u << 23)
#define LPUART_FIFO_RXFE   (1u << 3)
#define LPUART_FIFO_TXFE   (1u << 7)

// Analog-to-digital converter
#define ADC1_HC0     REG32(0x400C4000u)
#define ADC1_HS      REG32(0x400C4020u)
#define ADC1_R0      REG32(0x400C4024u)
#define ADC1_CFG     REG32(0x400C4044u)
#define ADC1_GC      REG32(0x400C4048u)
#define ADC1_GS      REG32(0x400C404Cu)
#define ADC_HS_COCO0 (1u << 0)
#define ADC_GC_AVGE  (1u << 5)
#define ADC_GC_CAL   (1u << 7)
#define ADC_GS_CALF  (1u << 1)

// Flash interface
#define FLEXSPI_MCR0         REG32(0x402A8000u)
#define FLEXSPI_INTR         REG32(0x402A8014u)
#define FLEXSPI_LUTKEY       REG32(0x402A8018u)
#define FLEXSPI_LUTCR        REG32(0x402A801Cu)
#define FLEXSPI_IPCR0        REG32(0x402A80A0u)
#define FLEXSPI_IPCR1        REG32(0x402A80A4u)
#define FLEXSPI_IPCMD        REG32(0x402A80B0u)
#define FLEXSPI_IPRXFCR      REG32(0x402A80B8u)
#define FLEXSPI_IPTXFCR      REG32(0x402A80BCu)
#define FLEXSPI_STS0         REG32(0x402A80E0u)
#define FLEXSPI_RFDR(n)      REG32(0x402A8100u + 4u * (n))
#define FLEXSPI_TFDR(n)      REG32(0x402A8180u + 4u * (n))
#define FLEXSPI_LUT(n)       REG32(0x402A8200u + 4u * (n))
#define FLEXSPI_MCR0_SWRESET (1u << 0)
#define FLEXSPI_INTR_CMDDONE (1u << 0)
#define FLEXSPI_INTR_CMDERR  (1u << 3)
#define FLEXSPI_INTR_TXEMPTY (1u << 6)
#define FLEXSPI_STS0_IDLE    3u

// USB
#define USB1_USBCMD         REG32(0x402E0140u)
#define USB1_USBSTS         REG32(0x402E0144u)
#define USB1_USBINTR        REG32(0x402E0148u)
#define USB1_DEVICEADDR     REG32(0x402E0154u)
#define USB1_ENDPTLISTADDR  REG32(0x402E0158u)
#define USB1_BURSTSIZE      REG32(0x402E0160u)
#define USB1_PORTSC1        REG32(0x402E0184u)
#define USB1_USBMODE        REG32(0x402E01A8u)
#define USB1_ENDPTSETUPSTAT REG32(0x402E01ACu)
#define USB1_ENDPTPRIME     REG32(0x402E01B0u)
#define USB1_ENDPTFLUSH     REG32(0x402E01B4u)
#define USB1_ENDPTCOMPLETE  REG32(0x402E01BCu)
#define USB1_ENDPTCTRL(n)   REG32(0x402E01C0u + 4u * (n))
#define USBPHY1_PWD         REG32(0x400D9000u)
#define USBPHY1_CTRL_SET    REG32(0x400D9034u)
#define USBPHY1_CTRL_CLR    REG32(0x400D9038u)
#define USBCMD_RS           (1u << 0)
#define USBCMD_RST          (1u << 1)
#define USBCMD_SUTW         (1u << 13)
#define USB_INT_UI          (1u << 0)
#define USB_INT_UEI         (1u << 1)
#define USB_INT_PCI         (1u << 2)
#define USB_INT_URI         (1u << 6)
#define USB_INT_SLI         (1u << 8)
#define USBMODE_DEVICE      2u
#define USBMODE_SLOM        (1u << 3)
#define PORTSC1_SUSP        (1u << 7)
#define PORTSC1_PFSC        (1u << 24)
#define DEVICEADDR_USBADRA  (1u << 24)
#define USBPHY_CTRL_CLKGATE (1u << 30)
#define USBPHY_CTRL_SFTRST  (1u << 31)

#define IRQ_DMA_CHANNEL0 0u
#define IRQ_LPUART6      25u
#define IRQ_USB_OTG1     113u

#endif
