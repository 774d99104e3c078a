"""Reading a Procfile: lines `TYPE: command`. The laptop reads it the same way (core.manifest.Procfile)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pocketpaas.rules import pattern


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
            match = pattern("procfile-line").fullmatch(line)
            if match:
                commands[match[1]] = match[2]
            elif not pattern("procfile-empty").fullmatch(line):
                odd.append(line.rstrip("\r"))
        return Procfile(commands, tuple(odd))
