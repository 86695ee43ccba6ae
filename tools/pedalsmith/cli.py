# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The `pedalsmith` command: finds the commands and turns errors into one line and an exit code.

A command is a module in pedalsmith.commands with a function `command`; its file name, with
`-` for `_`, is the name on the command line (import_.py is `import`, a word Python keeps). Other
distributions or packages bring a command by an entry point in the group "pedalsmith.commands"
(the trainer does).
"""

import importlib
import os
import pkgutil
import sys
from importlib.metadata import entry_points

import typer

from pedalsmith import commands
from pedalsmith.errors import PedalsmithError
from pedalsmith.files import FULL

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130


def build_app() -> typer.Typer:
    """Returns the typer application with every command that is installed."""
    app = typer.Typer(
        name="pedalsmith",
        help="Two WAVs of an amp or pedal in, a stomp-box out, known bit for bit.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(lambda: None)
    found = {
        info.name.rstrip("_").replace("_", "-"): importlib.import_module(
            f"pedalsmith.commands.{info.name}"
        ).command
        for info in pkgutil.iter_modules(commands.__path__)
    }
    for point in entry_points(group="pedalsmith.commands"):
        found[point.name] = point.load()
    for name in sorted(found):
        app.command(name)(found[name])
    return app


def _drop_stdout() -> None:
    """What it still holds cannot be written, and must not be tried again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Entry point of the console script."""
    try:
        build_app()()
    except PedalsmithError as error:
        print(f"pedalsmith: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("pedalsmith: stopped.", file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    except SystemExit as end:
        # What typer makes of Ctrl-C.
        if end.code == EXIT_INTERRUPTED:
            print("pedalsmith: stopped.", file=sys.stderr)
        raise
    except BrokenPipeError:
        # The reader of our stdout went away (`| head`).
        _drop_stdout()
        sys.exit(0)
    except Exception as error:
        if os.environ.get("PEDALSMITH_DEBUG"):
            raise
        if isinstance(error, OSError) and error.errno in FULL:
            print(f"pedalsmith: cannot write ({error.strerror}); make room.", file=sys.stderr)
            _drop_stdout()
            sys.exit(EXIT_BAD_INPUT)
        kind = type(error).__name__
        print(
            f"pedalsmith: internal error ({kind}: {error}); please report it with the output of "
            "the same command under PEDALSMITH_DEBUG=1.",
            file=sys.stderr,
        )
        sys.exit(EXIT_BAD_INPUT)
