# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What is priced is what plays: a recorded block has the host's words."""

import numpy as np
import pytest
from tests.engine.blobs import random_bytes
from tests.engine.wavenets import Shape, wavenet_blob

from pedalsmith.cycles.engine import BareEngine, engine_image
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm

BLOBS = {
    "lstm": lambda: random_bytes(1, hidden=(16,), golden_frames=1),
    "gated": lambda: _wavenet(
        Shape(1, (8,), 8, activation=2, gated=True, wide_activation=True, converted=True)
    ),
    "sixteen": lambda: _wavenet(Shape(20, (16,), 4, activation=3, converted=True)),
    "narrow": lambda: _wavenet(Shape(14, (3,), 3, taps=6, converted=True, wide_activation=True)),
}


def _wavenet(shape: Shape) -> bytes:
    return psm.encode(wavenet_blob(shape, golden_frames=1))


@pytest.mark.parametrize("name", BLOBS)
def test_a_recorded_block_has_the_hosts_words(name: str) -> None:
    blob = BLOBS[name]()
    recorded, host = BareEngine(engine_image(), blob), HostEngine(blob)
    for words in np.random.default_rng(1).integers(-(1 << 21), 1 << 21, (3, 48), dtype=np.int32):
        trace = recorded.record(words)
        assert len(trace) > 1000
        assert np.array_equal(recorded.output(len(words)), host.process(words))
