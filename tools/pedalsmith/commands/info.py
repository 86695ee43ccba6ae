# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith info`: what a blob is, and what it costs on a board."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pedalsmith.cycles.layers import LayerCost
    from pedalsmith.cycles.price import Price
    from pedalsmith.native.boards import Board
    from pedalsmith.native.firmware import Image
    from pedalsmith.quantization.blob import Blob

_WHOLE_BLOCK = 100.0
"""Percent; what is over it cannot play at all."""

_INNER = 28 * " "
"""Before what is inside of a layer."""

_FUNCTIONS_SHOWN = 0.005
"""Functions under this share of the cycles are not listed."""


def command(
    model: Annotated[Path, typer.Argument(help="A blob, .psm, or a float model: .nam, ...")],
    board: Annotated[str, typer.Option(help="The board it is priced for.")] = "daisy_seed",
    max_cpu: Annotated[
        float | None,
        typer.Option(
            min=1, max=100, help="Percent of the block time it may take; exit code 1 when over."
        ),
    ] = None,
    submodel: Annotated[
        int | None, typer.Option(min=1, help="Which model of a float file that holds several.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Say what a model is, how much memory it takes, and how much of the CPU.

    The image that would be flashed is built and started in the emulated board. Instructions are
    counted there, of everything that is done with a block; cycles are a pipeline model's estimate,
    with what the board's memories cost. A float model is first converted as `pedalsmith convert`
    does it by itself.

    Example: pedalsmith info tone.psm --board daisy_seed --max-cpu 70
    """
    from pedalsmith.console import emit_json, notice, talk
    from pedalsmith.cycles.board import price_blob_on_board
    from pedalsmith.cycles.smaller import smaller_that_fits, smaller_with_room
    from pedalsmith.errors import NegativeResult
    from pedalsmith.native.boards import load_board
    from pedalsmith.native.firmware import NoRoom
    from pedalsmith.quantization import psm

    where = load_board(board)
    blob = _blob_of(model, submodel)
    data = psm.encode(blob)
    limit = max_cpu or _WHOLE_BLOCK
    try:
        with talk.status(f"building and starting {where.name} with {model.name} ..."):
            cost, image = price_blob_on_board(where, data)
    except NoRoom as refusal:
        advice = smaller_with_room(where, blob, limit)
        said = str(refusal).rstrip(".")
        raise NoRoom(f"{model}: {said if advice in said else f'{said}: {advice}'}.") from None
    facts = _facts(model, blob, len(data), where, cost, image)
    if json:
        emit_json(facts)
    else:
        print(_text(facts))
    if image.kind != where.usual_image:
        notice(
            f"{model.name}: is larger than what the {where.usual_image} image leaves; build "
            f"it with --image {image.kind}, or load it into the running pedal: pedalsmith load."
        )
    needed = facts["load_worst_percent"]
    if needed > limit:
        advice = smaller_that_fits(where, blob, cost, image, limit)
        verdict = (
            f"{model}: needs {needed:.0f} % of {where.folder}, more than {limit:g} %; {advice}."
        )
        if max_cpu is not None:
            raise NegativeResult(verdict)
        notice(verdict)


def _blob_of(path: Path, submodel: int | None) -> "Blob":
    """The blob in the file, or what its float model becomes. Raises BadInput."""
    from pedalsmith.assets import dry_path
    from pedalsmith.audio import read_audio
    from pedalsmith.console import notice, talk
    from pedalsmith.models.importers import ImportOptions, load_model
    from pedalsmith.quantization import psm
    from pedalsmith.quantization.quantizer import quantize

    if psm.is_blob(path):
        return psm.read(path)
    model = load_model(path, ImportOptions(submodel=submodel))
    with talk.status(f"quantizing {path.name} ..."):
        quantized = quantize(model, str(path), read_audio(dry_path()).samples)
    notice(
        f"{path.name}: is a float model; what follows is of the blob that it becomes "
        f"({quantized.report.weights} weights, ESR {quantized.report.errors[0].esr_db:.1f} dB)."
    )
    return quantized.blob


def _facts(
    path: Path, blob: "Blob", flash_bytes: int, board: "Board", cost: "Price", image: "Image"
) -> dict[str, Any]:
    from pedalsmith.cycles import ERROR_WORDS
    from pedalsmith.quantization.facts import layer_facts

    layers = [
        {**layer_facts(record), **_cost_facts(layer, cost.block)}
        for record, layer in zip(blob.layers, cost.layers, strict=True)
    ]
    clock, rate = board.clock_hz, board.sample_rate
    around = cost.cycles - sum(layer.cycles for layer in cost.layers) / cost.block
    return {
        "model": str(path),
        "name": blob.metadata.get("name"),
        "layers": layers,
        "skip": blob.skip / 2**24,
        "knobs": blob.knobs,
        "sample_rate": blob.sample_rate,
        "resampled": blob.rate is not None,
        "rest_output": blob.rest_output / 2**23,
        "golden_samples": len(blob.golden_input),
        "metadata": blob.metadata,
        "parameters": sum(layer["parameters"] for layer in layers),
        "macs_per_sample": sum(layer["macs"] for layer in layers),
        "flash_bytes": flash_bytes,
        "ram_bytes": blob.arena_bytes,
        "memories": [
            {"name": one.name, "used": one.used, "bytes": one.size, "contents": one.contents}
            for one in image.use
        ],
        "board": board.folder,
        "image": image.kind,
        "clock_hz": clock,
        "block": cost.block,
        "instructions_per_sample": round(cost.instructions, 1),
        "cycles_per_sample": round(cost.cycles, 1),
        "worst_cycles_per_sample": round(cost.worst_cycles, 1),
        "cycles_available_per_sample": clock / rate,
        "load_mean_percent": round(100 * cost.load(clock, rate), 2),
        "load_worst_percent": round(100 * cost.load(clock, rate, worst=True), 2),
        "load_error": ERROR_WORDS,
        "around_layers_cycles_per_sample": round(around, 1),
        "functions": [
            {
                "name": function.name,
                "instructions_per_sample": round(function.instructions / cost.block, 1),
                "cycles_per_sample": round(function.cycles / cost.block, 1),
            }
            for function in cost.functions
        ],
    }


def _cost_facts(layer: "LayerCost", block: int) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "instructions_per_sample": round(layer.instructions / block, 1),
        "cycles_per_sample": round(layer.cycles / block, 1),
        "worst_cycles_per_sample": round(layer.worst_cycles / block, 1),
    }
    if layer.inner:
        facts["inner_layers"] = [_cost_facts(one, block) for one in layer.inner]
    return facts


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
    lines += [f"  {line}" for line in _said(facts["metadata"])]
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
        f"  processor load: {facts['load_mean_percent']:.1f} % of the block time; "
        f"{facts['load_worst_percent']:.1f} % in the worst block"
    )
    total = facts["cycles_per_sample"] or 1
    for number, layer in enumerate(facts["layers"], 1):
        cycles, worst = layer["cycles_per_sample"], layer["worst_cycles_per_sample"]
        lines.append(
            f"  {cycles:>9,.0f} cycles {100 * cycles / total:5.1f} %  layer {number}, "
            f"{layer['kind'].upper()} (at worst {worst:,.0f})"
        )
        lines += _inner_lines(layer)
    around = facts["around_layers_cycles_per_sample"]
    rest = ("resampling and " if facts["resampled"] else "") + "all else of the pedal"
    lines.append(f"  {around:>9,.0f} cycles {100 * around / total:5.1f} %  {rest}")
    lines.append("  the same by function:")
    for function in facts["functions"]:
        share = function["cycles_per_sample"] / total
        if share >= _FUNCTIONS_SHOWN:
            lines.append(
                f"  {function['cycles_per_sample']:>9,.0f} cycles {100 * share:5.1f} %  "
                f"{function['name']}"
            )
    return "\n".join(lines)


def _inner_lines(layer: dict[str, Any]) -> Iterator[str]:
    """The layers inside of a WaveNet, a line an array."""
    costs = [one["cycles_per_sample"] for one in layer.get("inner_layers", ())]
    rest = layer["cycles_per_sample"] - sum(costs)
    for number, array in enumerate(layer.get("arrays", ()), 1):
        each, costs = costs[: array["layers"]], costs[array["layers"] :]
        figures = " ".join(f"{cycles:,.0f}" for cycles in each)
        yield textwrap.fill(
            f"array {number}: {figures}", 100, initial_indent=_INNER, subsequent_indent=_INNER
        )
    if "inner_layers" in layer:
        yield f"{_INNER}rechannels and heads: {rest:,.0f}"


def _said(metadata: dict[str, Any]) -> Iterator[str]:
    """What the source and the converter say, in lines; what says nothing is left out."""
    plain = dict(metadata)
    plain.pop("name", None)
    plain.update(plain.pop("extra", {}))
    folded = {key: value for key, value in plain.pop("folded", {}).items() if value}
    if folded:
        plain["already in the weights"] = folded
    errors = plain.get("quantization", {})
    if {"levels_db", "noise_dbfs"} <= errors.keys():
        errors = dict(errors)
        pairs = zip(errors.pop("levels_db"), errors.pop("noise_dbfs"), strict=True)
        plain["quantization"] = errors
        plain["error on guitar"] = ", ".join(
            f"{noise:.1f} dBFS at {level:g} dB" for level, noise in pairs
        )
    for key, value in plain.items():
        yield f"{key.replace('_', ' ')}: {_plain(value)}"


def _plain(value: Any) -> str:
    """Metadata without brackets and without digits that mean nothing."""
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(one)}" for key, one in value.items())
    if isinstance(value, list):
        return " ".join(map(_plain, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
