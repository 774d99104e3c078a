"""Files with tokens (@NAME@) among the programs, written by Java."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pocketpaas.failure import Damaged
from pocketpaas.state import values

_TOKEN = re.compile("@([A-Z][A-Z0-9_]*)@")


def render(template: Path, tokens: Mapping[str, str]) -> str:
    """The text with every token replaced, in one pass: a value is never looked at again. Raises `Damaged` for a file
    that is missing or has a token that is not known."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in tokens:
            raise Damaged(template, f"has the unknown token {found[0]}")
        return tokens[found[1]]

    return _TOKEN.sub(value, values.need(template))
