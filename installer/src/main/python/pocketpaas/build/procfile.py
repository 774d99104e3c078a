"""Reading a Procfile: lines `TYPE: command`. The laptop reads it the same way (core.manifest.Procfile)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from collections.abc import Mapping

_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,29}):\s*(.*\S)\s*", re.ASCII)
_EMPTY = re.compile(r"\s*(#.*)?")


@dataclass(frozen=True)
class Procfile:
    """Its commands by process type, in their order, and the lines that are no process (without empty ones and
    comments)."""

    commands: Mapping[str, str]
    odd: tuple[str, ...]

    @staticmethod
    def parse(text: str) -> Procfile:
        """Of two lines for a type the last one counts. A byte-order mark and carriage returns are no part of it."""
        commands: dict[str, str] = {}
        odd = []
        for line in text.removeprefix("\ufeff").split("\n"):
            line = line.rstrip("\r")
            match = _LINE.fullmatch(line)
            if match:
                commands[match[1]] = match[2]
            elif not _EMPTY.fullmatch(line):
                odd.append(line)
        return Procfile(commands, tuple(odd))
