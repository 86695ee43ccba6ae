# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""TensorFlow Lite Micro on the bare Cortex-M7: built from its sources, played, and priced.

Its sources, and those that it builds upon, are looked for in one folder, each as its repository is
called: tflite-micro, flatbuffers, gemmlowp, ruy, and CMSIS-NN. The compiler is arm-none-eabi-g++
with newlib, -O3: Debian's packages gcc-arm-none-eabi and libstdc++-arm-none-eabi-newlib.
"""

import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from pedalsmith.cycles.core import Core
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.memory import tightly_coupled
from pedalsmith.cycles.price import Price, Words, price
from pedalsmith.emulator.bare import BareMachine, Trace
from pedalsmith.errors import BadInput
from pedalsmith.native.compiler import run_compiler

_MARKS = {
    "tflite-micro": "tensorflow/lite/micro/micro_interpreter.cc",
    "flatbuffers": "include/flatbuffers/flatbuffers.h",
    "gemmlowp": "fixedpoint/fixedpoint.h",
    "ruy": "ruy/profiler/instrumentation.h",
    "CMSIS-NN": "Include/arm_nnfunctions.h",
}
"""A file of each folder that tells whether it is the one."""

_OPERATIONS = (
    "activations", "add", "assign_variable", "call_once", "concatenation", "fully_connected",
    "logistic", "lstm_eval", "mul", "read_variable", "reshape", "split", "sub", "tanh",
    "unidirectional_sequence_lstm", "var_handle",
)  # fmt: skip
"""What exported files are made of."""

_ARM_PARTS = (
    "ActivationFunctions/*", "BasicMathFunctions/*", "FullyConnectedFunctions/*", "LSTMFunctions/*",
    "NNSupportFunctions/*", "ConvolutionFunctions/arm_convolve_1x1_s8_fast*",
    "ConvolutionFunctions/arm_convolve_get_buffer_sizes_s8",
)  # fmt: skip
"""Of CMSIS-NN's sources those that the optimised operations call."""
_FLOATS = ("_f16", "_f32", "_flt")
"""Not of cores as this one."""

_MACHINE = ("-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard", "-mthumb")
_FLAGS = (
    *_MACHINE, "-O3", "-ffunction-sections", "-fdata-sections", "-fno-unwind-tables",
    "-fno-asynchronous-unwind-tables", "-DTF_LITE_STATIC_MEMORY", "-DNDEBUG",
    "-DTF_LITE_STRIP_ERROR_STRINGS", "-DKERNELS_OPTIMIZED_FOR_SPEED",
    "-DARM_NN_ENABLE_F16=0", "-DARM_NN_ENABLE_F32=0", "-w",
)  # fmt: skip
_CXX = "arm-none-eabi-g++"
_CXX_FLAGS = ("-std=c++17", "-fno-rtti", "-fno-exceptions", "-fno-threadsafe-statics")

_SCRIPT = """
ENTRY(tflm_load)
SECTIONS {
  .text 0x00000100 : { *(.text*) }
  .data 0x20000000 : {
    *(.rodata*) *(.ARM.*)
    __init_array_start = .; KEEP(*(.init_array*)) __init_array_end = .;
    *(.data*) *(.bss*) *(COMMON)
    end = .;
  }
}
"""

_MODEL, _INPUT, _OUTPUT = 0x08000000, 0x20080000, 0x200A0000
_ARENA, _ARENA_BYTES = 0x20040000, 0x40000
_MOST_AT_ONCE = 16_384


def check_sources(folder: Path | None) -> Path:
    """The folder. Raises BadInput that says which of the sources, or which compiler, is missing."""
    if folder is None:
        raise BadInput(
            "--sources: is not given; name the folder that holds the sources of "
            f"{', '.join(_MARKS)} (or set PEDALSMITH_TFLM)."
        )
    missing = [name for name, mark in _MARKS.items() if not (folder / name / mark).is_file()]
    if missing:
        raise BadInput(
            f"{folder}: lacks the sources of {', '.join(missing)}; put the repositories there "
            "as folders of these names, in the versions that tflite-micro's own downloads name."
        )
    if shutil.which(_CXX) is None or not _has_library():
        raise BadInput(
            f"{_CXX}: there is none with a C++ library; install gcc-arm-none-eabi and "
            "libstdc++-arm-none-eabi-newlib."
        )
    return folder


def _has_library() -> bool:
    command = [_CXX, "-fsyntax-only", "-x", "c++", "-"]
    done = subprocess.run(command, input=b"#include <cmath>", capture_output=True, check=False)
    return done.returncode == 0


def version(folder: Path) -> str:
    """Commit and day of the sources of TensorFlow Lite Micro, where git knows them."""
    repository = str(folder / "tflite-micro")
    command = ["git", "-C", repository, "log", "-1", "--format=commit %h of %cs"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    own = (folder / "tflite-micro" / ".git").exists() and done.returncode == 0
    return done.stdout.strip() if own else "of a version that was not told"


def build(folder: Path, out: Path) -> dict[str, Image]:
    """Bare images of the interpreter with its portable kernels ("reference"), and with those that
    Arm wrote for its cores in the place of some ("CMSIS-NN"); what is made goes into `out`.

    Raises BadInput where something does not compile.
    """
    micro = folder / "tflite-micro" / "tensorflow" / "lite" / "micro"
    shared = [Path(__file__).with_suffix(".cc"), *_interpreter(folder / "tflite-micro")]
    portable, arm = [], []
    for operation in _OPERATIONS:
        source = micro / "kernels" / f"{operation}.cc"
        optimised = micro / "kernels" / "cmsis_nn" / source.name
        common = micro / "kernels" / f"{operation}_common.cc"
        shared += [common] if common.is_file() else []
        if optimised.is_file():
            portable.append(source)
            arm.append(optimised)
        else:
            shared.append(source)
    for part in _ARM_PARTS:
        found = sorted((folder / "CMSIS-NN" / "Source").glob(f"{part}.c"))
        arm += [one for one in found if not one.stem.endswith(_FLOATS)]

    def compiled(sources: Sequence[Path], *more: str) -> list[Path]:
        flags = [*_FLAGS, *more, *(f"-I{path}" for path in _includes(folder))]
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda one: _compile(one, flags, out, folder), sources))

    objects = compiled(shared)
    return {
        "reference": _link([*objects, *compiled(portable)], out / "reference.elf"),
        "CMSIS-NN": _link([*objects, *compiled(arm, "-DCMSIS_NN")], out / "cmsis_nn.elf"),
    }


def _link(objects: Sequence[Path], elf: Path) -> Image:
    script = elf.with_suffix(".ld")
    script.write_text(_SCRIPT, encoding="utf-8")
    command = [
        _CXX, *_MACHINE, "-nostartfiles", "-specs=nano.specs", "-specs=nosys.specs",
        "-Wl,--gc-sections", "-Wl,-u,tflm_process", f"-Wl,-T,{script}",
        *map(str, objects), "-o", str(elf),
    ]  # fmt: skip
    run_compiler(command, str(elf))
    return Image(elf)


def _interpreter(root: Path) -> list[Path]:
    """All but the kernels of operations."""
    lite = root / "tensorflow" / "lite"
    micro = lite / "micro"
    folders = (
        micro, micro / "arena_allocator", micro / "memory_planner", micro / "tflite_bridge", lite,
        lite / "core" / "api", lite / "core" / "c", lite / "kernels", lite / "kernels" / "internal",
        lite / "kernels" / "internal" / "reference",
    )  # fmt: skip
    left_out = ("test", "mock", "fake", "debug_log", "hexdump", "system_setup")
    found = [path for folder in folders for path in sorted(folder.glob("*.cc"))]
    lite_compiler = root / "tensorflow" / "compiler" / "mlir" / "lite"
    return [
        *(path for path in found if not any(word in path.stem for word in left_out)),
        micro / "kernels" / "kernel_util.cc",
        micro / "kernels" / "micro_tensor_utils.cc",
        lite_compiler / "schema" / "schema_utils.cc",
        lite_compiler / "core" / "api" / "error_reporter.cc",
    ]


def _includes(folder: Path) -> list[Path]:
    arm = folder / "CMSIS-NN"
    return [
        folder / "tflite-micro", folder / "flatbuffers" / "include", folder / "gemmlowp",
        folder / "ruy", arm, arm / "Include",
    ]  # fmt: skip


def _compile(source: Path, flags: Sequence[str], out: Path, folder: Path) -> Path:
    name = source.relative_to(folder) if folder in source.parents else Path(source.name)
    made = out / ("_".join(name.parts) + ".o")
    plus = source.suffix == ".cc"
    compiler = [_CXX, *_CXX_FLAGS] if plus else ["arm-none-eabi-gcc", "-std=c11"]
    run_compiler([*compiler, *flags, "-c", str(source), "-o", str(made)], str(name))
    return made


class MicroM7:
    """A .tflite file in TensorFlow Lite Micro in the bare machine."""

    def __init__(self, image: Image, file: bytes, name: str, knob: float = 0.5) -> None:
        """All knobs stand at `knob`. Raises BadInput when the interpreter refuses the file."""
        self._machine = BareMachine((start, data) for start, data, _ in image.segments)
        self._process = image.extent("tflm_process")[0]
        self._machine.write(_MODEL, file)
        load = image.extent("tflm_load")[0]
        percent = round(100 * knob)
        self.arena_bytes = self._machine.call(load, _MODEL, _ARENA, _ARENA_BYTES, percent)
        if not self.arena_bytes:
            raise BadInput(f"{name}: TensorFlow Lite Micro refuses the file.")

    def play(self, words: Words) -> None:
        """Plays a block and drops the output."""
        self.process(words)

    def process(self, words: Words) -> Words:
        """Plays Q23 words."""
        pieces = np.split(words, range(_MOST_AT_ONCE, len(words), _MOST_AT_ONCE))
        return np.concatenate([self._piece(piece) for piece in pieces])

    def record(self, words: Words) -> Trace:
        """Plays Q23 words in one call and returns what was executed."""
        self._machine.write(_INPUT, words.astype("<i4").tobytes())
        trace, failed = self._machine.record(self._process, _INPUT, _OUTPUT, len(words))
        assert not failed
        return trace

    def _piece(self, words: Words) -> Words:
        self._machine.write(_INPUT, words.astype("<i4").tobytes())
        failed = self._machine.call(self._process, _INPUT, _OUTPUT, len(words))
        assert not failed
        return np.frombuffer(self._machine.read(_OUTPUT, 4 * len(words)), "<i4").copy()


def price_micro(image: Image, player: MicroM7, block: int) -> Price:
    """What a sample costs where all memory is tightly coupled."""
    return price(player, Core(image.read, tightly_coupled()), image.function_at, block)
