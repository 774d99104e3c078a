"""What became of the lines that were to be sent (`drains`): what waits, what was lost, why a target takes none."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from pocketpaas.schedule import drain_place
from pocketpaas.schedule.drain_place import place
from pocketpaas.schedule.drains import everywhere
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

_MOST_STATS = 1_000_000


@dataclass(frozen=True)
class State:
    """What rsyslogd told last: lines that wait, and that were thrown away since it was started."""

    waiting: int
    discarded: int


@dataclass(frozen=True)
class Told:
    """What is told of a drain of one machine: `waiting` None while nobody knows; the problem and since when (UTC) are
    empty where lines are taken, or syslog tells no reason."""

    waiting: int | None = None
    lost: int = 0
    problem: str = ""
    since: str = ""

    def tree(self, name: str) -> dict[str, str]:
        """NAME/{waiting,lost,problem,since}, as it goes to another machine."""
        waiting = "" if self.waiting is None else str(self.waiting)
        parts = {"waiting": waiting, "lost": str(self.lost), "problem": self.problem, "since": self.since}
        return {f"{name}/{part}": value for part, value in parts.items()}


def of_tree(found: Mapping[str, str]) -> dict[str, Told]:
    """By name, what another machine has told. What is no number is none."""
    return {
        name: Told(
            _number(found.get(f"{name}/waiting", "")),
            _number(found.get(f"{name}/lost", "")) or 0,
            found.get(f"{name}/problem", ""),
            found.get(f"{name}/since", ""),
        )
        for name in sorted({path.partition("/")[0] for path in found})
    }


def _number(text: str) -> int | None:
    return int(text) if names.is_number(text) else None


def told(paths: HostPaths) -> dict[str, Told]:
    """Of each drain of this machine, by the name of its queue."""
    found, states = {}, _states(paths)
    for one in everywhere(paths):
        state, problem = states.get(one.name), drain_place.problem(paths, one.name)
        waiting = state.waiting + drain_place.held(paths, one.name) if state else None
        found[one.name] = Told(waiting, one.lost, *((problem.text, problem.since) if problem else ()))
    return found


def _states(paths: HostPaths) -> dict[str, State]:
    """By the drains' names, as they were within the last minute; of one that is new there is none yet."""
    found: dict[str, State] = {}
    for line in values.read_or(place(paths) / "stats", "").splitlines():
        _, brace, rest = line.partition("{")
        try:
            counted = json.loads(brace + rest)
            name, _, what = str(counted["name"]).partition(" ")
            if what == "queue":
                found[name] = State(int(counted["size"]), int(counted["discarded.full"]))
        except (ValueError, KeyError, TypeError):
            # Half a line, or of something else.
            continue
    return found


def count_losses(paths: HostPaths) -> None:
    """For the host's timer: adds what was thrown away to what the state knows. The counters begin again with the
    program; what it tells is kept short."""
    found = _states(paths)
    for one in everywhere(paths):
        state = found.get(one.name)
        if state is None:
            continue
        seen = values.number(one.directory / "seen", 0)
        more = state.discarded - seen if state.discarded >= seen else state.discarded
        if more:
            values.write(one.directory / "lost", str(one.lost + more))
        if state.discarded != seen:
            values.write(one.directory / "seen", str(state.discarded))
    stats = place(paths) / "stats"
    try:
        if stats.stat().st_size > _MOST_STATS:
            os.truncate(stats, 0)
    except FileNotFoundError:
        pass
