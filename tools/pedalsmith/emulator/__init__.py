# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Emulated boards: the file that is flashed, run without hardware.

Unicorn executes the instructions; what it lacks is here, from the inside out:

core/         C: time, exceptions, NVIC, SysTick, DWT, MPU, audio words; compiled when first used
machine.py    a Cortex-M7 with memories, peripherals, events in virtual time, interrupt lines
peripheral.py named registers that refuse what the manual does not know, and gated clocks
<chip>/       the peripherals of a chip, one file each, put together in chip.py; board.py solders
              codec, crystal, knobs and switches to it
codecs/, spi_flash.py, i2c_bus.py, usb_host.py, console_port.py, audio_port.py, panel.py
              what is around the chip
boards.py     `run`: flash an image, play samples through it, get samples and figures
session.py    the same held against the host

An access to anything that is not modelled ends the run with its name. Two runs of one image are
equal to the last instruction. An instruction lasts one core cycle; pedalsmith.cycles knows better.
"""
