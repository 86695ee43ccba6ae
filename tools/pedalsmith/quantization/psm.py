# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The .psm file: a Blob <-> bytes. firmware/engine/README.md has the layout.

The order of sections is fixed (header, layers, golden, metadata, nothing between them), so a reader
need not follow offsets; they are there for the eye and are checked.
"""

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pedalsmith.errors import BadInput
from pedalsmith.files import write_whole
from pedalsmith.quantization import wavenet_bytes
from pedalsmith.quantization.blob import (
    DENSE_MAX,
    GOLDEN_MAX,
    HIDDEN_MAX,
    KNOBS_MAX,
    RECURRENT_MAX,
    Blob,
    DenseRecord,
    GruRecord,
    LayerRecord,
    LstmRecord,
)
from pedalsmith.quantization.fir_record import SEGMENT, FirRecord
from pedalsmith.quantization.proof import Refused, check, require
from pedalsmith.quantization.rate import PHASES, RateRecord
from pedalsmith.quantization.wavenet_record import WaveNetRecord
from pedalsmith.remedies import convert

MAGIC = b"PSMB"
VERSION = 1
HEADER = struct.Struct("<4sHHIIIIHHii4HIIIII")
RECORD = struct.Struct("<HHIHHHH")
ARENA_MAX = 1 << 24
RATE_KIND, RATE_FORMAT = 32, 1
_ARENA_AT = 20


def encode(blob: Blob) -> bytes:
    """The bytes of the file. Raises Refused when the blob breaks a rule of the format."""
    check(blob)
    records = _rate_bytes(blob.rate) if blob.rate else b""
    records += b"".join(_record_bytes(layer) for layer in blob.layers)
    metadata = json.dumps(blob.metadata, ensure_ascii=False, sort_keys=True).encode()
    golden = _words(blob.golden_input, "<i4") + _words(blob.golden_output, "<i4")
    golden_at = HEADER.size + len(records)
    metadata_at = golden_at + len(golden)
    tail = records + golden + _pad(metadata)
    knobs = (*blob.resting_knobs, 0, 0, 0, 0)[:KNOBS_MAX]

    def header(crc: int) -> bytes:
        return HEADER.pack(
            *(MAGIC, VERSION, HEADER.size, HEADER.size + len(tail), crc, blob.sample_rate),
            *(blob.stated_bytes, len(blob.layers), blob.knobs, blob.skip, blob.rest_output),
            *(*knobs, golden_at, len(blob.golden_input), metadata_at, len(metadata)),
            HEADER.size,
        )

    return header(zlib.crc32(header(0) + tail)) + tail


def decode(data: bytes, name: str = "blob") -> Blob:
    """Parses and checks a blob. Raises BadInput, one line that begins with `name`."""
    try:
        blob = _Reader(data).blob()
        check(blob)
        # No board has more; a host should not try to find it.
        stated = int.from_bytes(data[_ARENA_AT : _ARENA_AT + 4], "little")
        require(
            stated >= blob.stated_bytes,
            f"states {stated} bytes of RAM, needs {blob.stated_bytes}",
        )
        require(stated <= ARENA_MAX, f"states {stated} bytes of RAM; {ARENA_MAX} are the most")
    except Refused as refusal:
        raise BadInput(f"{name}: {refusal}; {convert(data, name)}.") from None
    return blob


def write(path: Path, blob: Blob) -> None:
    """Writes the .psm file whole, or not at all. Raises Refused, BadInput."""
    write_whole(path, encode(blob))


def is_blob(path: Path) -> bool:
    """Whether the file begins as a .psm does; False for one that cannot be read."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def read(path: Path) -> Blob:
    """Reads a .psm file. Raises BadInput, one line that names the file."""
    try:
        if path.is_fifo():
            raise BadInput(f"{path}: is a pipe; name a .psm file.")
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); check the path.") from None
    return decode(data, str(path))


def _pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _words(values: npt.NDArray[np.integer[Any]], kind: str) -> bytes:
    return _pad(np.ascontiguousarray(values).astype(kind).tobytes())


def _record_bytes(layer: LayerRecord) -> bytes:
    if isinstance(layer, WaveNetRecord):
        own, form = (len(layer.arrays), len(layer.functions)), layer.FORMAT
        body = wavenet_bytes.tensors_of(layer)
    elif isinstance(layer, FirRecord):
        own, form = (layer.segments, 0), 0
        body = _words(layer.weights, "<i2") + _words(layer.scale, "<i4")
        body += _words(np.array([layer.bias]), "<i4")
    elif isinstance(layer, DenseRecord):
        own = (layer.fraction, 0)
        form = 0
        body = _words(layer.weights, "<i4") + _words(layer.bias, "<i4")
    else:
        own = (layer.cell_shift if isinstance(layer, LstmRecord) else 0, 0)
        form = (1 if layer.row_shift is None else 2) | layer.state_format << 4
        body = _words(layer.weights, "<i2" if layer.row_shift is None else "<i1")
        if layer.row_shift is not None:
            body += _words(layer.row_shift, "<u1")
        body += _words(layer.scale, "<i4")
        if layer.input is not None:
            body += _words(layer.input, "<i4")
        if layer.knob is not None:
            body += _words(layer.knob, "<i4")
        body += _words(layer.bias, "<i4") + _words(layer.rest_state, "<i4")
        if layer.state_format == 1:
            body += _words(layer.rest_hidden, "<i2") + _words(layer.rest_error, "<u1")
        elif isinstance(layer, LstmRecord):
            body += _words(layer.rest_hidden, "<i4")
    size = RECORD.size + len(body)
    return RECORD.pack(layer.KIND, form, size, layer.inputs, layer.outputs, *own) + body


def _rate_bytes(rate: RateRecord) -> bytes:
    body = _words(rate.front, "<i4") + _words(rate.behind, "<i4")
    taps = (rate.front.shape[1], rate.behind.shape[1])
    own = (rate.model, rate.board)
    return RECORD.pack(RATE_KIND, RATE_FORMAT, RECORD.size + len(body), *taps, *own) + body


class _Reader:
    """Takes a blob apart. Every access is checked against the bytes there are."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def array(self, kind: str, *shape: int) -> npt.NDArray[Any]:
        dtype = np.dtype(kind)
        size = int(np.prod(shape)) * dtype.itemsize
        padded = -(-size // 4) * 4
        require(self.at + padded <= len(self.data), "a section ends beyond the file")
        values = np.frombuffer(self.data, dtype, int(np.prod(shape)), self.at).reshape(shape)
        require(not any(self.data[self.at + size : self.at + padded]), "padding is not zero")
        self.at += padded
        return values.astype(dtype.newbyteorder("="))

    def blob(self) -> Blob:
        data = self.data
        require(len(data) >= HEADER.size, "is too short to be a pedalsmith model")
        (magic, version, header_bytes, size, crc, rate, _, layers, knobs, skip, rest, *more) = (
            HEADER.unpack_from(data)
        )
        *resting, golden_at, golden, metadata_at, metadata_bytes, first = more
        require(magic == MAGIC, "is not a pedalsmith model (no PSMB at its start)")
        require(version == VERSION, f"has format version {version}; this release reads {VERSION}")
        require(header_bytes == HEADER.size, "has a header of the wrong length")
        require(size == len(data), f"should have {size} bytes and has {len(data)}")
        zeroed = data[:12] + bytes(4) + data[16:]
        require(zlib.crc32(zeroed) == crc, "is damaged (its CRC does not match)")
        require(1 <= layers <= RECURRENT_MAX + DENSE_MAX, f"has {layers} layers")
        require(knobs <= KNOBS_MAX, f"has {knobs} knobs; the engine has {KNOBS_MAX}")
        require(not any(resting[knobs:]), "gives a value to a knob that it does not have")
        require(first == HEADER.size, "has its first layer at the wrong place")
        self.at = HEADER.size
        converter = self.rate()
        records = tuple(self.record(index, knobs) for index in range(layers))
        require(golden_at == self.at, "has its golden vector at the wrong place")
        require(1 <= golden <= GOLDEN_MAX, "has no golden vector, or too long a one")
        golden_input = self.array("<i4", golden)
        golden_output = self.array("<i4", golden)
        require(metadata_at == self.at, "has its metadata at the wrong place")
        text = self.array("<u1", metadata_bytes).tobytes()
        require(self.at == len(data), "has bytes after its end")
        try:
            metadata = json.loads(text.decode())
        except (ValueError, RecursionError):
            raise Refused("has metadata that is not JSON") from None
        require(isinstance(metadata, dict), "has metadata that is not a JSON object")
        return Blob(
            *(records, rate, knobs, skip, rest, tuple(resting[:knobs])),
            *(golden_input, golden_output, metadata, converter),
        )

    def rate(self) -> RateRecord | None:
        """The record that may stand before the layers, which the header does not count."""
        start = self.at
        require(start + RECORD.size <= len(self.data), "a layer begins beyond the file")
        kind, form, size, front, behind, model, board = RECORD.unpack_from(self.data, start)
        if kind != RATE_KIND:
            return None
        require(form == RATE_FORMAT, f"the rate: unknown format {form}")
        self.at += RECORD.size
        tables = [self.array("<i4", PHASES + 1, taps) for taps in (front, behind)]
        require(self.at - start == size, "the rate: states another length than it has")
        return RateRecord(model, board, tables[0], tables[1])

    def record(self, index: int, knobs: int) -> LayerRecord:
        start = self.at
        require(start + RECORD.size <= len(self.data), "a layer begins beyond the file")
        kind, form, size, inputs, outputs, own, reserved = RECORD.unpack_from(self.data, start)
        self.at += RECORD.size
        name = f"layer {index + 1}"
        zero = reserved == 0 or kind == WaveNetRecord.KIND
        require(zero, f"{name}: a reserved field is not 0")
        require(
            1 <= outputs <= HIDDEN_MAX, f"{name}: {outputs} outputs; 1..{HIDDEN_MAX} are served"
        )
        require(1 <= inputs <= HIDDEN_MAX, f"{name}: {inputs} inputs; 1..{HIDDEN_MAX} are served")
        layer: LayerRecord
        if kind == WaveNetRecord.KIND:
            require(form == WaveNetRecord.FORMAT, f"{name}: unknown format {form}")
            require(inputs == outputs == 1, f"{name}: a WaveNet of other than one channel")
            layer = wavenet_bytes.read(self, own, reserved)
        elif kind == FirRecord.KIND:
            require(form == 0, f"{name}: unknown format {form}")
            require(inputs == outputs == 1, f"{name}: a response of other than one channel")
            weights, scale = self.array("<i2", own, SEGMENT), self.array("<i4", own)
            layer = FirRecord(weights, scale, int(self.array("<i4", 1)[0]))
        elif kind == DenseRecord.KIND:
            require(form == 0, f"{name}: unknown format {form}")
            weights = self.array("<i4", inputs, outputs)
            layer = DenseRecord(weights, self.array("<i4", outputs), own)
        else:
            require(kind in (LstmRecord.KIND, GruRecord.KIND), f"{name}: unknown kind {kind}")
            require(form in (0x11, 0x12, 0x21, 0x22), f"{name}: unknown format {form:#x}")
            require(kind == LstmRecord.KIND or own == 0, f"{name}: a reserved field is not 0")
            make: Callable[..., LayerRecord]
            if kind == LstmRecord.KIND:
                gates, bias_gates, make, last = 4, 4, LstmRecord, {"cell_shift": own}
            else:
                gates, bias_gates, make, last = 3, 4, GruRecord, {}
            columns = outputs + (inputs if index else 0)
            layer = make(
                **self.matrix(form, gates * outputs, columns)
                | self.drive(index, gates * outputs, knobs)
                | self.state(kind, form >> 4, bias_gates * outputs, outputs)
                | last
            )
            require(layer.inputs == inputs, f"{name}: {inputs} inputs where there is 1")
        require(self.at - start == size, f"{name}: states {size} bytes and has {self.at - start}")
        return layer

    def matrix(self, form: int, rows: int, columns: int) -> dict[str, Any]:
        if form & 15 == 1:
            weights, shift = self.array("<i2", rows, columns), None
        else:
            weights, shift = self.array("<i1", rows, columns), self.array("<u1", rows)
        return {
            "weights": weights,
            "row_shift": shift,
            "scale": self.array("<i4", rows),
            "state_format": form >> 4,
        }

    def drive(self, index: int, rows: int, knobs: int) -> dict[str, Any]:
        if index:
            return {"input": None, "knob": None}
        audio = self.array("<i4", rows, 1)
        return {"input": audio, "knob": self.array("<i4", rows, knobs) if knobs else None}

    def state(self, kind: int, state_format: int, biases: int, hidden: int) -> dict[str, Any]:
        bias, rest = self.array("<i4", biases), self.array("<i4", hidden)
        error = np.zeros(hidden, np.uint8)
        if state_format == 1:
            seen, error = self.array("<i2", hidden), self.array("<u1", hidden)
        elif kind == LstmRecord.KIND:
            seen = self.array("<i4", hidden)
        else:
            seen = 2 * rest.astype(np.int64)
        return {"bias": bias, "rest_state": rest, "rest_hidden": seen, "rest_error": error}
