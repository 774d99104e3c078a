"""Is it up? Every instance of every process type is asked at the same time, by polling; the first good answer counts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from pocketpaas import rules
from pocketpaas.engine import cgroup
from pocketpaas.engine.parallel import Task
from pocketpaas.release import asking
from pocketpaas.release.scale import Instance
from pocketpaas.state import values

#: A web process that answers is up.
_WEB_STAYS_UP = 0


@dataclass(frozen=True)
class Candidate:
    """A new container: what we have given to it, and what the kernel knows of it. No `address` for what nobody asks;
    `pid` 0 for what has ended."""

    id: str
    instance: Instance
    address: str
    pid: int
    cgroup: str

    @property
    def name(self) -> str:
        """`web.1`."""
        return self.instance.name


@dataclass(frozen=True)
class Verdict:
    """`kind`: ok, exited, status, or an answer of `asking.ask`. `seconds` until it was up; `kills`: how many of its
    processes the kernel has killed for memory; `status`: what it answered, three digits."""

    kind: str
    seconds: float = 0
    kills: int = 0
    status: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is up."""
        return self.kind == "ok"


@dataclass(frozen=True)
class CheckSettings:
    """How an app is checked: times in seconds; without a `path` its port need only take a connection."""

    port: int
    path: str
    statuses: str
    timeout: float
    interval: float
    deadline: float

    @staticmethod
    def of_bundle(bundle: Path) -> CheckSettings:
        """The settings have seen to it that they are what they should be. Raises `Damaged`."""
        directory = bundle / "settings" / "check"

        def seconds(name: str) -> float:
            try:
                return float(values.read_or(directory / name, ""))
            except ValueError:
                return float(rules.default(f"check-{name}"))

        return CheckSettings(
            values.number(bundle / "port", int(rules.default("port")), 1, 65535),
            values.read_or(directory / "path", ""),
            values.read_or(directory / "status", "200-399"),
            seconds("timeout"),
            seconds("interval"),
            seconds("deadline"),
        )


def stays_up(bundle: Path, process_type: str) -> int:
    """How many seconds a process of the type must have run before it counts as up. Raises `Damaged`."""
    otherwise = _WEB_STAYS_UP if process_type == "web" else int(rules.default("stays-up"))
    return values.number(bundle / "processes" / process_type / "stays-up", otherwise)


def check_all(bundle: Path, host: str, candidates: Sequence[Candidate]) -> dict[str, Verdict]:
    """The verdicts by the candidates' ids; as soon as one has failed for good the others are asked no more, and have
    none. `host` is what web containers are asked for. Raises `Damaged`."""
    if not candidates:
        return {}
    settings = CheckSettings.of_bundle(bundle)
    over = threading.Event()

    def watch(one: Candidate) -> Verdict | None:
        return _watch(settings, stays_up(bundle, one.instance.type), host, one, over)

    if len(candidates) == 1:
        # Mostly so: no thread is needed.
        verdict = watch(candidates[0])
        return {} if verdict is None else {candidates[0].id: verdict}
    ended: SimpleQueue[Task[Verdict | None]] = SimpleQueue()
    tasks: dict[Task[Verdict | None], str] = {}
    try:
        for one in candidates:
            tasks[Task(watch, one, when_over=ended.put)] = one.id
        return _gathered(tasks, ended)
    finally:
        over.set()
        for task in tasks:
            task.wait()


def _gathered(
    tasks: Mapping[Task[Verdict | None], str], ended: SimpleQueue[Task[Verdict | None]]
) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    for _ in tasks:
        one = ended.get()
        verdict = one.result()
        if verdict is not None:
            verdicts[tasks[one]] = verdict
            if not verdict.ok:
                break
    return verdicts


def _watch(
    settings: CheckSettings, stays: int, host: str, candidate: Candidate, over: threading.Event
) -> Verdict | None:
    """Polls until the answer is good, the process is gone or the time is over; None where nobody wants to know any
    more."""
    question = asking.Question(
        host, candidate.address, settings.port, settings.path, settings.statuses, settings.timeout
    )
    begin = time.monotonic()
    deadline = begin + settings.deadline
    up, kills = candidate.instance.type != "web", 0
    while not over.is_set():
        kills = max(kills, cgroup.oom_kills(candidate.cgroup))
        if not cgroup.is_there(candidate.pid):
            return Verdict("exited", kills=kills)
        if not up:
            answer = asking.ask(question, deadline - time.monotonic())
            if not answer:
                up = True
                continue
            if time.monotonic() >= deadline:
                return Verdict("status" if answer.isdigit() else answer, kills=kills, status=answer)
        elif time.monotonic() - begin >= stays:
            return Verdict("ok", time.monotonic() - begin, kills)
        over.wait(settings.interval)
    return None
