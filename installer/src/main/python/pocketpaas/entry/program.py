"""The main program of everything that is no unit: one place turns failures into the protocol's lines and the exit
code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from pocketpaas.failure import Failure
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unexpected import tell_unexpected
from pocketpaas.state.paths import HostPaths


def run_program(
    main: Callable[[HostPaths, Reporter, Sequence[str]], int], reporter: Reporter | None = None
) -> NoReturn:
    """Runs `main(paths, reporter, arguments)` and ends with the code that it returns, or that its failure has."""
    gc.enable()
    os.umask(0o077)
    paths = HostPaths.of_this_host()
    told = reporter or Reporter()
    try:
        code = main(paths, told, sys.argv[1:])
        sys.stdout.flush()
    except Failure as failure:
        told.failed(failure)
        code = failure.code
    except BrokenPipeError:
        # Nobody reads what we have to say; nothing else is wrong.
        code = 1
    except Exception as error:  # noqa: BLE001: the one place where what nobody foresaw becomes a line
        tell_unexpected(paths, told, error)
        code = 1
    # Not by sys.exit: nothing is flushed once more into a pipe that is gone.
    os._exit(code)
