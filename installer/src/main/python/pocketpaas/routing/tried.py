"""What is being tried in place of what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

_NONE: Mapping[str, Path | None] = MappingProxyType({})


@dataclass(frozen=True)
class Tried:
    """`certificates`: by domain, the directory of a certificate, or None for plain HTTP; domains that are not in it
    have what is stored. `snippet`: the app's snippet, empty for none; None for the stored one. `instead`: the app in
    whose place this one is served, as it is the same one by another name."""

    certificates: Mapping[str, Path | None] = field(default_factory=lambda: _NONE)
    snippet: str | None = None
    instead: str = ""


#: All is served as it is stored.
NOTHING = Tried()
