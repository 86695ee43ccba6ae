# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The networks of the benchmark: float models of usual shapes with weights of a fixed seed.

Nobody trained them, so their sound means nothing. Their weights have the sizes that training
gives, though, so that the error of quantizing them is that of a trained model of the shape.
wavenets.py and convolutions.py have those that are not recurrent.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass

import numpy as np
import numpy.typing as npt

from pedalsmith.audio import SAMPLE_RATE
from pedalsmith.cycles.convolutions import convnet, response
from pedalsmith.cycles.synthetic import shape_named
from pedalsmith.cycles.wavenets import WAVENETS, untrained
from pedalsmith.errors import BadInput
from pedalsmith.models.model import Dense, Gru, Lstm, Metadata, Model
from pedalsmith.quantization.blob import HIDDEN_MAX
from pedalsmith.quantization.fir_record import SEGMENT, SEGMENTS_MAX
from pedalsmith.quantization.wavenet_proof import CHANNELS_MAX

Floats = npt.NDArray[np.float32]

_CONVOLUTIONS = {
    "convnet": (convnet, CHANNELS_MAX),
    "fir": (response, SEGMENT * SEGMENTS_MAX),
}
"""What makes their layers, and the largest size."""


@dataclass(frozen=True)
class Entry:
    """A row of the benchmark."""

    kind: str
    """"lstm", "gru", "convnet", "fir", or one of WAVENETS."""
    size: int = 0
    """Units, channels of a convnet, taps of a fir; 0: of WAVENETS, which have their own."""
    state_bits: int = 0
    """Of the recurrent state: 16 (with first-order error feedback) or 32; 0: not recurrent."""
    layers: int = 1
    """Recurrent ones, one on the other."""

    @property
    def name(self) -> str:
        """As on the command line: lstm:16, gru:24x2 for two layers, lstm:16/32 with 32 bits of
        state, convnet:12, fir:2048, a2-full."""
        if not self.size:
            return self.kind
        return self._shape + ("/32" if self.state_bits == 32 else "")

    @property
    def _shape(self) -> str:
        return f"{self.kind}:{self.size}" + (f"x{self.layers}" if self.layers > 1 else "")

    def model(self) -> Model:
        """The float model; the same every time."""
        if not self.size:
            return untrained(self.kind)
        rng = np.random.default_rng(zlib.crc32(self._shape.encode()))
        metadata = Metadata(name=f"untrained {self._shape.upper()}")
        if self.kind in _CONVOLUTIONS:
            make, _ = _CONVOLUTIONS[self.kind]
            return Model(make(self.size, rng), sample_rate=SAMPLE_RATE, metadata=metadata)
        stack = tuple(
            _recurrent(self.kind, self.size, layer == 0, rng) for layer in range(self.layers)
        )
        return Model(
            layers=(*stack, _dense(self.size, rng)),
            sample_rate=SAMPLE_RATE,
            skip=1.0,
            metadata=metadata,
        )


def parse_entry(text: str) -> Entry:
    """The entry of a name such as lstm:16, gru:40/32 or a2-full. Raises BadInput."""
    if text in WAVENETS:
        return Entry(text)
    found = re.fullmatch(r"(convnet|fir):(\d+)", text)
    if found and 1 <= int(found[2]) <= _CONVOLUTIONS[found[1]][1]:
        return Entry(found[1], int(found[2]))
    shape = shape_named(text)
    if shape is None:
        raise BadInput(
            f"{text}: is no network of the benchmark; write lstm:16, gru:24x2 or gru:40/32 (kind, "
            f"hidden size up to {HIDDEN_MAX}, layers and bits of the state), convnet:12, "
            f"fir:2048, or {', '.join(WAVENETS)}."
        )
    return Entry(shape.kind, shape.hidden, shape.state_bits, shape.layers)


def entries() -> Iterator[Entry]:
    """The whole family, as the benchmark lists it."""
    for hidden in (8, 10, 16, 20, 24, 32, 40, 48, 64):
        yield Entry("lstm", hidden, 16)
    for hidden in (8, 10, 16, 24, 32, 40, 48, 56, 64):
        yield Entry("gru", hidden, 16)
    yield Entry("lstm", 16, 32)
    yield Entry("lstm", 40, 32)
    yield Entry("gru", 40, 32)
    for kind in ("lstm", "gru"):
        for hidden in (16, 24):
            yield Entry(kind, hidden, 16, layers=2)
    for name in WAVENETS:
        yield Entry(name)
    for channels in (8, 12, 16):
        yield Entry("convnet", channels)
    for taps in (2048, 8192):
        yield Entry("fir", taps)


def parameters_of(model: Model) -> int:
    """How many numbers a model has: as Keras counts them, or as a .nam file lists them."""
    return sum(array.size for layer in model.layers for array in _arrays(layer))


def kernel_weights_of(model: Model) -> int:
    """How many weights the convolutions of a model have: its products a sample."""
    arrays = (array for layer in model.layers for array in _arrays(layer))
    return sum(array.size for array in arrays if array.ndim == 3)


def _arrays(part: object) -> Iterator[Floats]:
    """The arrays in a layer, wherever they are."""
    if isinstance(part, np.ndarray):
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from _arrays(inner)
    elif is_dataclass(part):
        for inner in vars(part).values():
            yield from _arrays(inner)


def _recurrent(kind: str, hidden: int, first: bool, rng: np.random.Generator) -> Lstm | Gru:
    gates = 4 if kind == "lstm" else 3
    kernel = _normal(rng, (1, gates * hidden), 0.7) if first else _gates(rng, hidden, gates)
    recurrent = _gates(rng, hidden, gates)
    if kind == "gru":
        return Gru(kernel, recurrent, _normal(rng, (2, gates * hidden), 0.2))
    bias = _normal(rng, (gates * hidden,), 0.2)
    bias[hidden : 2 * hidden] += 1.0  # of the forget gate, as Keras starts
    return Lstm(kernel, recurrent, bias)


def _gates(rng: np.random.Generator, hidden: int, gates: int) -> Floats:
    """Every gate orthogonal, as Keras starts, and a little shrunk: it neither dies nor rings."""
    blocks = [np.linalg.qr(rng.standard_normal((hidden, hidden)))[0] for _ in range(gates)]
    return (0.9 * np.hstack(blocks)).astype(np.float32)


def _dense(hidden: int, rng: np.random.Generator) -> Dense:
    return Dense(_normal(rng, (hidden, 1), 0.5 / hidden**0.5), np.zeros(1, np.float32))


def _normal(rng: np.random.Generator, shape: tuple[int, ...], deviation: float) -> Floats:
    return (deviation * rng.standard_normal(shape)).astype(np.float32)
