"""What an examination of the host finds: a list of sentences, each with its area, how bad it is, and its cure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pocketpaas.engine.client import EngineError
from pocketpaas.failure import Failure
from pocketpaas.machine.events import clean

OK, NOTE, WARNING, PROBLEM = "ok", "note", "warning", "problem"


@dataclass(frozen=True)
class Finding:
    """`area`: host, docker, service, nginx, app, certificate, dns. `app`: the app that it is about, empty for the host.
    `domain`: the name that it is about, of the area dns. `fix`: what the verb `mend` takes to put it right, empty where
    that is for people."""

    area: str
    state: str
    text: str
    cure: str = ""
    fix: str = ""
    app: str = ""
    domain: str = ""


class Findings:
    """Collects them in their order."""

    def __init__(self) -> None:
        self.all: list[Finding] = []

    def add(
        self, area: str, state: str, text: str, cure: str = "", fix: str = "", app: str = "", domain: str = ""
    ) -> None:
        """One more."""
        self.all.append(Finding(area, state, clean(text), clean(cure), fix, app, domain))

    def look(self, area: str, app: str, check: Callable[[], None]) -> None:
        """A check of which a failure is a finding, too, and stops none of the others."""
        try:
            check()
        except Failure as failure:
            self.add(area, PROBLEM, failure.text, failure.cure, app=app)
        except (EngineError, OSError) as error:
            self.add(area, PROBLEM, f"could not be examined: {error}", app=app)

    def tree(self) -> dict[str, str]:
        """finding/N/… of docs/protocol.md."""
        found = {}
        for number, one in enumerate(self.all, 1):
            for name in ("area", "state", "text", "cure", "fix", "app", "domain"):
                if getattr(one, name):
                    found[f"finding/{number:04}/{name}"] = getattr(one, name)
        return found
