"""What runs of an app, as reconcile has left it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Running:
    """Ids of containers: those that serve; those that are left in the other slot, and those that are too many in the
    live one, both draining. `types` has the process type of each. `changed`: something had to be put right."""

    changed: bool = False
    serving: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
