# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Where 32 bits cost a Cortex-M7 nothing: the formats that are tried first, before any noise is
measured.

Kernels of few channels (firmware/engine/wavenet/README.md, Narrow layers) have their activations in
registers, where packing two into a word takes as long as the products of both.
"""

from pedalsmith.quantization.wavenet_network import FloatWaveNet
from pedalsmith.quantization.wavenet_rounding import Formats


def free_formats(net: FloatWaveNet) -> Formats:
    """The layers of `net` with 32 bits in any case."""
    del net
    return Formats()
