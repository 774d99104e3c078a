"""A verb's request, and its answer."""

from __future__ import annotations

import base64
import binascii
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from pocketpaas.machine.events import Reporter
from pocketpaas.failure import BadRequest
from pocketpaas.state import tree, values
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


def words_of(text: str) -> tuple[str, ...]:
    """The words of a command as they travel: base64url of them, each with a NUL behind it. Raises `BadRequest`."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadRequest("the command is missing") from error
    words = tuple(values.decode(word) for word in data.removesuffix(b"\0").split(b"\0"))
    if not words[0]:
        raise BadRequest("the command is missing")
    return words
