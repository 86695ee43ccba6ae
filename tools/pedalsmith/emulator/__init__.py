# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Emulated boards: the file that is flashed, run without hardware.

Unicorn executes the instructions; what it lacks is here, from the inside out:

core/         C: time, exceptions, NVIC, SysTick, DWT, MPU, audio words; compiled when first used
machine.py    a Cortex-M7 with memories, peripherals, events in virtual time, interrupt lines
peripheral.py named registers that refuse what the manual does not know, and gated clocks
<chip>/       the peripherals of a chip, one file each, put together in chip.py; board.py solders
              codec, crystal, knobs and switches to it
codecs/, spi_flash.py, i2c_bus.py, usb_host.py, console_port.py, audio_port.py, knobs.py,
controls.py   what is around the chip
boards.py     `run`: flash an image, play samples through it, get samples and figures; what may be
              broken about a board (Options)
session.py    the same held against the host
plugged.py    a board on a USB host and on a pseudo-terminal; branch.py copies it after its boot

An access to anything that is not modelled ends the run with its name. Two runs of one image are
equal to the last instruction. An instruction lasts 0.6 of a core cycle; pedalsmith.cycles knows
better. A fault ends the run too, unless Options.delivers_faults gives it to the firmware. Of the
caches there is only what can go wrong with them: DMA on memory that the data cache may hold, and a
read of flash whose old content it may hold, are refused.
"""
