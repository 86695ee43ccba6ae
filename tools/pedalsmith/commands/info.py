# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith info`: what a blob is, and what it costs on a board."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pedalsmith.cycles.price import Price
    from pedalsmith.native.boards import Board
    from pedalsmith.native.firmware import Image
    from pedalsmith.quantization.blob import Blob, LayerRecord
    from pedalsmith.quantization.wavenet_record import WaveNetRecord

_FUNCTIONS_SHOWN = 0.005
"""Functions under this share of the cycles are not listed."""


def command(
    model: Annotated[Path, typer.Argument(help="A blob, .psm, as `pedalsmith convert` writes it.")],
    board: Annotated[str, typer.Option(help="The board it is priced for.")] = "daisy_seed",
    max_cpu: Annotated[
        float | None,
        typer.Option(help="Percent of the block time it may take; exit code 1 when over."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Say what a model is, how much memory it takes, and how much of the CPU.

    The image that would be flashed is built and started in the emulated board. Instructions are
    counted there, of everything that is done with a block; cycles are a pipeline model's estimate,
    with what the board's memories cost.

    Example: pedalsmith info tone.psm --board daisy_seed --max-cpu 70
    """
    from pedalsmith.console import emit_json, talk
    from pedalsmith.cycles.board import price_on_board
    from pedalsmith.native.boards import load_board
    from pedalsmith.quantization import psm

    where = load_board(board)
    blob = psm.read(model)
    with talk.status(f"building and starting {where.name} with {model.name} ..."):
        cost, image = price_on_board(where, model)
    facts = _facts(model, blob, where, cost, image)
    if json:
        emit_json(facts)
    else:
        print(_text(facts))
    _hold_to(max_cpu, model, blob, where, cost, image)


def _facts(
    path: Path, blob: "Blob", board: "Board", cost: "Price", image: "Image"
) -> dict[str, Any]:
    from pedalsmith.cycles import ERROR_WORDS

    layers = [_layer(record) for record in blob.layers]
    clock, rate = board.clock_hz, board.sample_rate
    return {
        "model": str(path),
        "name": blob.metadata.get("name"),
        "layers": layers,
        "skip": blob.skip / 2**24,
        "knobs": blob.knobs,
        "sample_rate": blob.sample_rate,
        "rest_output": blob.rest_output / 2**23,
        "golden_samples": len(blob.golden_input),
        "metadata": blob.metadata,
        "parameters": sum(layer["parameters"] for layer in layers),
        "macs_per_sample": sum(layer["macs"] for layer in layers),
        "flash_bytes": path.stat().st_size,
        "ram_bytes": blob.arena_bytes,
        "memories": [
            {"name": one.name, "used": one.used, "bytes": one.size, "contents": one.contents}
            for one in image.use
        ],
        "board": board.folder,
        "clock_hz": clock,
        "block": cost.block,
        "instructions_per_sample": round(cost.instructions, 1),
        "cycles_per_sample": round(cost.cycles, 1),
        "worst_cycles_per_sample": round(cost.worst_cycles, 1),
        "cycles_available_per_sample": clock / rate,
        "load_mean_percent": round(100 * cost.load(clock, rate), 2),
        "load_worst_percent": round(100 * cost.load(clock, rate, worst=True), 2),
        "load_error": ERROR_WORDS,
        "functions": [
            {
                "name": function.name,
                "instructions_per_sample": round(function.instructions / cost.block, 1),
                "cycles_per_sample": round(function.cycles / cost.block, 1),
            }
            for function in cost.functions
        ],
    }


def _layer(record: "LayerRecord") -> dict[str, Any]:
    from pedalsmith.quantization.blob import DenseRecord, LstmRecord
    from pedalsmith.quantization.fir_record import SEGMENT, FirRecord
    from pedalsmith.quantization.wavenet_record import WaveNetRecord

    if isinstance(record, WaveNetRecord):
        return _wavenet(record)
    if isinstance(record, FirRecord):
        return {
            "kind": "fir",
            "inputs": record.inputs,
            "outputs": record.outputs,
            "taps": record.weights.size,
            "parameters": record.weights.size + 1,
            "macs": record.weights.size,
            "format": f"int16 taps, {record.segments} segments of {SEGMENT}",
        }
    if isinstance(record, DenseRecord):
        size = record.inputs * record.outputs
        return {
            "kind": "dense",
            "inputs": record.inputs,
            "outputs": record.outputs,
            "parameters": size + record.outputs,
            "macs": size,
            "format": f"int32 weights Q{record.fraction}",
        }
    own = record.rows * (0 if record.input is None else 1)
    knobs = 0 if record.knob is None else record.knob.size
    weights = "int16" if record.row_shift is None else "int8 with a shift a row"
    states = {1: "int16 state with error feedback", 2: "int32 state"}
    state = states.get(record.state_format, f"state format {record.state_format}")
    lstm = isinstance(record, LstmRecord)
    cell = f", cell Q{24 - record.cell_shift}" if isinstance(record, LstmRecord) else ""
    return {
        "kind": "lstm" if lstm else "gru",
        "inputs": record.inputs,
        "hidden_size": record.hidden,
        "parameters": record.weights.size + own + knobs + record.bias_rows(),
        "macs": record.weights.size + own,
        "format": f"{weights} weights, {state}{cell}",
    }


def _wavenet(record: "WaveNetRecord") -> dict[str, Any]:
    from pedalsmith.quantization.wavenet_record import HISTORY_32, Matrix16, WideConv

    layers = [layer for array in record.arrays for layer in array.layers]
    convs: list[WideConv | Matrix16] = []
    for array in record.arrays:
        convs += [array.rechannel, array.head]
    for layer in layers:
        convs += [layer.conv] if layer.matrix is None else [layer.conv, layer.matrix]
    macs = sum(conv.weights.size for conv in convs) + sum(layer.mixin.size for layer in layers)
    long_words = sum(layer.history_format == HISTORY_32 for layer in layers)
    return {
        "kind": "wavenet",
        "inputs": record.inputs,
        "outputs": record.outputs,
        "arrays": [
            {"channels": array.channels, "layers": len(array.layers)} for array in record.arrays
        ],
        "receptive_field": record.history + 1,
        "parameters": macs + sum(conv.bias.size for conv in convs),
        "macs": macs,
        "format": f"int16 weights, {len(record.arrays)} arrays of {len(layers)} layers, "
        f"{record.history} samples of history, {long_words} of the layers with 32 bits",
    }


def _text(facts: dict[str, Any]) -> str:
    lines = [f"{facts['model']}: {facts['name'] or 'no name'}, {facts['sample_rate']} Hz"]
    for number, layer in enumerate(facts["layers"], 1):
        size = layer.get("hidden_size", layer.get("outputs"))
        lines.append(
            f"  layer {number}: {layer['kind'].upper()} {layer['inputs']} -> {size}, "
            f"{layer['parameters']:,} parameters, {layer['format']}"
        )
    shown = [f"skip {facts['skip']:g}", f"{facts['knobs']} knobs"]
    shown.append(f"rests at {facts['rest_output']:.6f}")
    lines.append(f"  {', '.join(shown)}, {facts['golden_samples']} golden samples")
    lines.append(
        f"  {facts['parameters']:,} parameters, {facts['macs_per_sample']:,} products a sample"
    )
    for key, value in facts["metadata"].items():
        if key != "name":
            lines.append(f"  {key.replace('_', ' ')}: {_plain(value)}")
    lines.append(f"  {facts['flash_bytes']:,} bytes of flash, {facts['ram_bytes']:,} of RAM")
    lines.append(f"{facts['board']}, {facts['clock_hz'] / 1e6:g} MHz, block {facts['block']}")
    lines += [
        f"  {one['name']:<6}{one['used']:>8,} of {one['bytes']:,} bytes: {one['contents']}"
        for one in facts["memories"]
    ]
    lines.append(
        f"  {facts['instructions_per_sample']:,.0f} instructions a sample (counted), "
        f"{facts['cycles_per_sample']:,.0f} cycles (estimated, {facts['load_error']})"
    )
    lines.append(
        f"  {facts['load_mean_percent']:.1f} % of the block time; "
        f"{facts['load_worst_percent']:.1f} % in the worst block"
    )
    total = facts["cycles_per_sample"] or 1
    for function in facts["functions"]:
        share = function["cycles_per_sample"] / total
        if share >= _FUNCTIONS_SHOWN:
            lines.append(
                f"  {function['cycles_per_sample']:>9,.0f} cycles {100 * share:5.1f} %  "
                f"{function['name']}"
            )
    return "\n".join(lines)


def _plain(value: Any) -> str:
    """Metadata without brackets and without digits that mean nothing."""
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(one)}" for key, one in value.items())
    if isinstance(value, list):
        return " ".join(map(_plain, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _hold_to(
    max_cpu: float | None,
    path: Path,
    blob: "Blob",
    board: "Board",
    cost: "Price",
    image: "Image",
) -> None:
    """Raises NegativeResult when the worst block takes more than `max_cpu` percent."""
    from pedalsmith.cycles.board import chip_memory
    from pedalsmith.cycles.engine import largest_that_fits, price_engine_in
    from pedalsmith.cycles.synthetic import STATE_FORMATS, Shape
    from pedalsmith.errors import NegativeResult
    from pedalsmith.quantization.blob import RecurrentRecord
    from pedalsmith.quantization.wavenet_record import WaveNetRecord

    needed = 100 * cost.load(board.clock_hz, board.sample_rate, worst=True)
    if max_cpu is None or needed <= max_cpu:
        return
    recurrent = [_layer(record) for record in blob.layers if isinstance(record, RecurrentRecord)]
    advice = "take a smaller model"
    budget = board.clock_hz / board.sample_rate
    alone = price_engine_in(
        path.read_bytes(), board.block, chip_memory(board), image.regions, str(path)
    )
    around = cost.worst_cycles - alone.worst_cycles
    if isinstance(blob.layers[0], WaveNetRecord):
        most, macs = max_cpu / 100 * budget - around, _layer(blob.layers[0])["macs"]
        found = _wavenet_that_fits(board, image, most, macs)
        if found:
            name, smaller = found
            advice = f"{name} would take {100 * (smaller.worst_cycles + around) / budget:.0f} %"
    if recurrent:
        first = blob.layers[0]
        like = Shape(
            kind=recurrent[0]["kind"],
            hidden=recurrent[0]["hidden_size"],
            layers=len(recurrent),
            knobs=blob.knobs,
            state_bits=32 if getattr(first, "state_format", 1) == STATE_FORMATS[32] else 16,
        )
        fitting = largest_that_fits(like, max_cpu / 100 * budget - around, board.block)
        if fitting:
            size, smaller = fitting
            percent = 100 * (smaller.worst_cycles + around) / budget
            advice = f"{like.kind.upper()}-{size} would take {percent:.0f} %"
    raise NegativeResult(
        f"{path}: needs {needed:.0f} % of {board.folder}, more than {max_cpu:g} %; {advice}."
    )


def _wavenet_that_fits(
    board: "Board", image: "Image", most_cycles: float, macs: int
) -> "tuple[str, Price] | None":
    """The largest usual WaveNet of fewer products whose worst block takes at most `most_cycles` a
    sample, and its price with untrained weights."""
    from pedalsmith.assets import dry_path
    from pedalsmith.audio import SAMPLE_RATE, read_audio
    from pedalsmith.console import talk
    from pedalsmith.cycles.board import chip_memory
    from pedalsmith.cycles.engine import price_engine_in
    from pedalsmith.cycles.wavenets import NAMES, untrained
    from pedalsmith.quantization.psm import encode
    from pedalsmith.quantization.quantizer import quantize

    guitar = read_audio(dry_path()).samples[: 2 * SAMPLE_RATE]
    for key, name in NAMES.items():
        with talk.status(f"looking whether {name} fits ..."):
            blob = quantize(untrained(key), name, guitar, noise_dbfs=0.0).blob
            if sum(_layer(layer)["macs"] for layer in blob.layers) >= macs:
                continue
            smaller = price_engine_in(
                encode(blob), board.block, chip_memory(board), image.regions, name
            )
        if smaller.worst_cycles <= most_cycles:
            return name, smaller
    return None
