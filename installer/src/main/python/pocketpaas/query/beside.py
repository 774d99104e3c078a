"""Failures of a verb whose standard output is a stream of its own: a command's, a connection's, a file's."""

from __future__ import annotations

from collections.abc import Callable

from pocketpaas.engine.client import EngineError
from pocketpaas.failure import Failure
from pocketpaas.machine.channel import standard_error
from pocketpaas.machine.events import Reporter


def told_beside(answer: Callable[[], int]) -> int:
    """What `answer` returns. What it raises is told on standard error, as nobody reads lines in the stream."""
    return told_by(Reporter(standard_error), answer)


def told_by(told: Reporter, answer: Callable[[], int]) -> int:
    """The same where `told` tells it."""
    try:
        return answer()
    except Failure as failure:
        told.failed(failure)
        return failure.code
    except EngineError as error:
        told.fail("engine", str(error))
    except BrokenPipeError:
        # Nobody reads any more: there is nobody to tell, either.
        raise
    except OSError as error:
        told.fail("stream", str(error))
    return 1
