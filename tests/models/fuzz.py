# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Damaged model files without end: each importer must give a model or BadInput, soon.

    python tests/models/fuzz.py nam --minutes 10

prints how many files were tried, how many were still models, the longest that one took and the
most memory, and keeps the slowest file. The suite runs a little of it (test_fuzz.py).
"""

import argparse
import copy
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from models.examples import small_model  # noqa: E402
from models.namb import namb  # noqa: E402
from models.wavenets import a1  # noqa: E402
from pedalsmith.console import talk  # noqa: E402
from pedalsmith.errors import BadInput  # noqa: E402
from pedalsmith.models.convolution import Activation, BatchNorm, Conv1d  # noqa: E402
from pedalsmith.models.exporters import c_header, keras_json, nam, proteus  # noqa: E402
from pedalsmith.models.importers import ImportOptions, load_model  # noqa: E402
from pedalsmith.models.model import Dense, Model  # noqa: E402

LONGEST_SECONDS = 2.0
"""Of CPU time; a file may not take longer. Wall time says more of what else the machine does."""

EVIL: list[Any] = [
    None, True, False, 0, -1, 1, 2, 7, 512, 513, 65_536, 10**6, 10**9, 2**63, 10**400, 0.5, -0.0,
    1e-45, 1e38, 1e39, 1e308, "", "x", "1", "NaN", "Tanh", "lstm", "\ud800", "a" * 5000, [], {},
    [[]], [None], [0] * 3, [[0.0] * 4] * 4, {"type": "PReLU"}, {"active": True}, [[[[[1]]]]],
]  # fmt: skip
"""Values that stand in the place of others."""


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """Small good files of every format."""
    rng = np.random.default_rng(1)
    path = folder / "seed"

    def written(write: Any, model: Model) -> bytes:
        write(model, path)
        return path.read_bytes()

    def values(*shape: int) -> Any:
        return rng.normal(size=shape).astype(np.float32)

    convolutional = Model(
        (
            Conv1d(values(3, 1, 4), values(4), dilation=2),
            BatchNorm(values(4), values(4), values(4), values(4) ** 2, 0.001),
            Activation("prelu", (0.1, 0.2, 0.3, 0.4)),
            Conv1d(values(2, 2, 4), values(4), groups=2),
            Activation("tanh"),
            Dense(values(4, 1), values(1)),
        ),
        48_000,
    )
    net = written(nam.write, Model((a1(rng),), 48_000))
    wide = json.loads((folder / "seed").read_text())
    single = {**wide, "config": {**wide["config"]}}
    lstm = written(nam.write, small_model())
    gru = small_model(kind="gru", units=2, knobs=1).layers
    tensors = {
        "rec_weight_ih_l0": gru[0].kernel,  # type: ignore[union-attr]
        "rec_weight_hh_l0": gru[0].recurrent,  # type: ignore[union-attr]
        "lin_weight": gru[1].kernel.T,  # type: ignore[union-attr]
        "lin_bias": gru[1].bias,  # type: ignore[union-attr]
        "rec_bias": gru[0].bias,  # type: ignore[union-attr]
    }
    braces = {key: json.dumps(t.tolist()).translate(_TO_BRACES) for key, t in tensors.items()}
    header = "//tone\n/*\nskip : 1\n*/\n" + "".join(
        f"  Model1.{key} = {text};\n" for key, text in braces.items()
    )
    container = {
        "version": "0.7.0",
        "architecture": "SlimmableContainer",
        "config": {"submodels": [{"max_value": 1.0, "model": single}]},
        "weights": [],
    }
    convnet = {
        "version": "0.5.4",
        "architecture": "ConvNet",
        "config": {"channels": 2, "dilations": [1, 2], "batchnorm": True, "activation": "Tanh"},
        "weights": [0.5] * (4 + 9 + 8 + 9 + 3),
    }
    linear = {
        "version": "0.7.0",
        "architecture": "Linear",
        "config": {"receptive_field": 3, "bias": True},
        "weights": [0.5, 0.25, 0.125, 0.0],
    }
    pedalnet = {
        "activation": "gated", "output_channels": 1, "input_channels": 1, "residual_channels": 2,
        "filter_width": 2, "dilations": [1, 2],
        "variables": [
            {"layer_idx": layer, "name": name, "data": ["0.25"] * count}
            for layer, name, count in [(-1, "W", 2), (-1, "b", 2), (2, "W", 4), (2, "b", 1)]
            + [
                (layer, name, count)
                for layer in (0, 1)
                for name, count in [("W_conv", 16), ("b_conv", 4), ("W_out", 4), ("b_out", 2)]
            ]
        ],
    }  # fmt: skip
    neuralseed = {"name": "tone", "meta": "skip : 1\n"}
    neuralseed |= {key: t.tolist() for key, t in tensors.items()}
    others = [container, convnet, linear]
    return {
        "keras_json": [written(keras_json.write, m) for m in (small_model(), convolutional)],
        "c_header": [written(c_header.write, small_model())],
        "guitarml": [written(proteus.write, small_model(units=20, knobs=1))],
        "nam": [net, lstm, *(json.dumps(document).encode() for document in others)],
        "namb": [namb(wide), namb(json.loads(lstm)), namb(convnet), namb(linear)],
        "neuralseed_header": [header.encode()],
        "neuralseed_json": [json.dumps(neuralseed).encode()],
        "pedalnet": [json.dumps(pedalnet).encode()],
    }


_TO_BRACES = str.maketrans("[]", "{}")


def damage(rng: random.Random, data: bytes) -> bytes:
    """The file, damaged in a few places: in its tree if it is JSON, in its bytes, or both."""
    if data[:1] == b"{" and rng.random() < 0.8:
        tree = json.loads(data)
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            _damage_tree(rng, tree)
        data = json.dumps(tree).encode()
        if rng.random() < 0.8:
            return data
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        _damage_bytes(rng, changed)
    if data[:4] == b"BMAN" and len(changed) > 80 and rng.random() < 0.9:
        _mend_namb(changed)
    return bytes(changed)


def _damage_tree(rng: random.Random, tree: Any) -> None:
    """Changes one value somewhere below the root; shallow ones more often."""
    node = tree
    while True:
        keys = list(node) if isinstance(node, dict) else range(len(node))
        if not keys:
            return
        key = rng.choice(list(keys)[:2000])
        child = node[key]
        if not isinstance(child, dict | list) or not child or rng.random() < 0.25:
            break
        node = child
    choice = rng.random()
    if choice < 0.2:
        del node[key]
    elif choice < 0.3 and isinstance(node, list):
        node.insert(rng.randrange(len(node) + 1), copy.deepcopy(child))
    elif choice < 0.4 and isinstance(child, int | float) and abs(child) < 1e300:
        node[key] = child * rng.choice([-1, 2, 1e3, 1e30])
    else:
        node[key] = copy.deepcopy(rng.choice(EVIL))


def _damage_bytes(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data) + 1)
    choice = rng.random()
    if choice < 0.4 and at < len(data):
        data[at] ^= 1 << rng.randrange(8)
    elif choice < 0.6:
        del data[at : at + rng.choice([1, 4, 100, len(data)])]
    elif choice < 0.8:
        data[at:at] = rng.choice(
            [b"[" * 1000, b"}", b",", b"\0", b"9" * 5000, b"1e9", rng.randbytes(8)]
        )
    else:
        other = rng.randrange(len(data) + 1)
        data[at : at + 16] = data[other : other + rng.choice([4, 16, 64])]


def _mend_namb(data: bytearray) -> None:
    """Makes length and checksum right, so that the damage gets further in."""
    import zlib

    data[8:12] = len(data).to_bytes(4, "little")
    data[24:28] = zlib.crc32(data[28:], zlib.crc32(data[:24])).to_bytes(4, "little")


class Attempt(NamedTuple):
    """What became of a file."""

    good: bool
    """Whether it was a model."""
    cpu: float
    """Seconds of CPU it took."""
    wall: float
    """Seconds it took by the clock."""


def attempt(path: Path, data: bytes) -> Attempt:
    """Loads the file; anything but BadInput is raised."""
    path.write_bytes(data)
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        load_model(path, ImportOptions(sample_rate=48_000))
        good = True
    except BadInput as error:
        good = False
        text = str(error)
        assert "\n" not in text and text.startswith(str(path)) and len(text) < 1000, text
    return Attempt(good, time.process_time() - cpu, time.perf_counter() - wall)


def main() -> None:
    """The long run, of one importer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("importer")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    talk.quiet = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files, path = seeds(folder)[options.importer], folder / "damaged"
        rng = random.Random(options.seed)
        count, good = 0, 0
        slowest, slowest_data, longest = Attempt(False, 0.0, 0.0), b"", 0.0
        end = time.monotonic() + 60 * options.minutes
        while time.monotonic() < end:
            data = damage(rng, rng.choice(files))
            try:
                found = attempt(path, data)
            except Exception:
                kept = _kept(options.importer, str(count), data)
                print(f"{kept}: raised something else than BadInput", file=sys.stderr)
                raise
            count, good, longest = count + 1, good + found.good, max(longest, found.wall)
            if found.cpu > slowest.cpu:
                slowest, slowest_data = found, data
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{options.importer}: {count} files, {good} still models, none raised anything but "
        f"BadInput; slowest {slowest.cpu:.3f} s of CPU ({slowest.wall:.3f} s by the clock, "
        f"{_kept(options.importer, 'slowest', slowest_data)}), longest {longest:.3f} s by the "
        f"clock, memory at most {memory:.0f} MB"
    )


def _kept(importer: str, what: str, data: bytes) -> Path:
    """Keeps a file to look at."""
    path = Path(tempfile.gettempdir()) / f"fuzz-{importer}-{what}"
    path.write_bytes(data)
    return path


if __name__ == "__main__":
    main()
