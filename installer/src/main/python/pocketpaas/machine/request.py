"""A verb's request, and its answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from pocketpaas.machine.events import Reporter
from pocketpaas.state import tree
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class Request:
    """What somebody asks for, its rights and the form of its arguments checked. `key` is the name of the key;
    `arguments` come without it."""

    paths: HostPaths
    reporter: Reporter
    key: str
    verb: str
    arguments: tuple[str, ...]
    stdin: BinaryIO

    @property
    def app(self) -> str:
        """The app that it is about: the first argument of most verbs."""
        return self.arguments[0]


#: Returns the exit code, or raises a `Failure`.
Handler = Callable[[Request], int]


def answer(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> int:
    """Writes a value tree as the answer of a query; the exit code."""
    data = tree.text(pairs)
    sys.stdout.flush()
    while data:
        data = data[os.write(1, data) :]
    return 0
