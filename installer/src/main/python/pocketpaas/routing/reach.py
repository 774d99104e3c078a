"""Whether visitors who type a name come to this host: a token is left where nginx serves it for every app, and fetched
by HTTP through the name, so that a CDN in front is no obstacle."""

from __future__ import annotations

import enum
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.failure import CannotWrite
from pocketpaas.machine.events import Reporter
from pocketpaas.routing import fetch, wellknown
from pocketpaas.routing import names as app_names
from pocketpaas.routing.fetch import Answer
from pocketpaas.routing.wellknown import Leave, WellKnown
from pocketpaas.state import host_settings, values
from pocketpaas.state.clock import new_id
from pocketpaas.state.paths import HostPaths

_WORKERS = 64
#: How long one name may take: two ports, eight seconds each, and resolving; where a server for names is silent that has
#: no bound of its own.
_PATIENCE = 30.0


class Missed(enum.Enum):
    """Why a name was seen not to lead here. (Where nothing answers it may be this network that does not lead back to
    itself: then nothing is concluded.)"""

    UNRESOLVED = "unresolved"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Seen:
    """What was found of one name: `asked` is the name that was fetched from (of a wildcard one below it), `port` the
    last one that was tried, `untold` the machines of the cluster that could not be told to answer."""

    domain: str
    asked: str
    answer: Answer
    addresses: tuple[str, ...] = ()
    port: int = 80
    untold: tuple[str, ...] = ()

    @property
    def missed(self) -> Missed | None:
        """What follows for who asks for certificates."""
        if self.answer is Answer.HERE:
            return None
        if self.answer is Answer.UNRESOLVED or not self.addresses:
            return Missed.UNRESOLVED
        return None if self.answer is Answer.SILENT else Missed.ELSEWHERE


def look(
    paths: HostPaths, reporter: Reporter, domains: Sequence[str], leave: Leave, told: Sequence[str] = ()
) -> Mapping[str, Missed]:
    """Warns about each domain that does not lead here, and says why; all are asked at the same time. Of those that were
    told before nothing is said twice. What was concluded, by domain. `leave` has an answer on each machine that is
    "here"."""
    if not domains:
        return {}
    try:
        found = look_at(paths, domains, leave)
    except (OSError, CannotWrite):
        reporter.warn(f"could not check whether {', '.join(domains)} leads here (disk full?)")
        return {}
    missed, news = {}, 0
    address = host_settings.text(paths, "address")
    for domain, seen in found.items():
        if seen.answer is not Answer.HERE:
            if domain not in told:
                news += 1
                if news <= app_names.MOST_SHOWN:
                    explain(reporter, seen, address)
            reporter.result("unreachable", domain)
        if seen.missed is not None:
            missed[domain] = seen.missed
    if news > app_names.MOST_SHOWN:
        more = news - app_names.MOST_SHOWN
        reporter.warn(f"{more} more {'name does' if more == 1 else 'names do'} not lead here")
    return missed


def look_at(paths: HostPaths, domains: Sequence[str], leave: Leave) -> Mapping[str, Seen]:
    """What is found of each, by domain. Raises OSError and `CannotWrite` where the token cannot be left: one that is
    not there would look like another machine's."""
    token = new_id()
    port = app_names.http_port(paths)
    with leave(paths, WellKnown(wellknown.REACH, token, token)) as told:
        found = in_parallel(lambda domain: replace(see(domain, port, token), untold=told.untold), domains)
    # One of which nothing came in time: its server for names does not answer.
    return {domain: found.get(domain) or Seen(domain, _asked(domain), Answer.UNRESOLVED) for domain in domains}


def look_for(
    paths: HostPaths, reporter: Reporter, app: str, domains: Sequence[str], leave: Leave, told: Sequence[str] = ()
) -> Mapping[str, Missed]:
    """`look`, which is remembered of the app: what does not lead here is not shown as its address."""
    missed = look(paths, reporter, domains, leave, told)
    before = app_names.unreached(paths, app)
    now = tuple(sorted({*(name for name in before if name not in domains), *missed}))
    if now != tuple(sorted(before)):
        try:
            values.write_lines(paths.app(app) / "unreached", now)
        except CannotWrite:
            # Then an address is shown that does not lead here, as the warning says.
            pass
    return missed


def see(domain: str, port: int, token: str) -> Seen:
    """What comes back through the name: on port 80, else on the one that people type, which may be forwarded here, or
    be that of a machine in front."""
    name, tried = _asked(domain), 80
    answer = fetch.fetch(name, 80, f"pocketpaas/{token}", token)
    if answer not in (Answer.HERE, Answer.UNRESOLVED) and port != 80:
        answer, tried = fetch.fetch(name, port, f"pocketpaas/{token}", token), port
    known = answer in (Answer.HERE, Answer.UNRESOLVED)
    return Seen(domain, name, answer, () if known else fetch.addresses(name), tried)


def explain(reporter: Reporter, seen: Seen, address: str) -> None:
    """The warning and what to do; `address` is this host's, or empty."""
    what, cure = words(seen, address)
    reporter.warn(what)
    reporter.hint(cure)


def words(seen: Seen, address: str) -> tuple[str, str]:
    """How a name does not lead here, and what to do; `address` is this host's, or empty."""
    here = f" ({address})" if address else ""
    resolves = ", ".join(seen.addresses)
    if seen.answer is Answer.UNRESOLVED or not seen.addresses:
        return (
            f"{seen.domain} does not lead here yet: {seen.asked} does not resolve",
            f"make a DNS record for {seen.domain} that points at this host{here}; "
            "new records take minutes to hours to be seen",
        )
    if seen.answer is Answer.SILENT:
        silent = f"nothing answers on port {seen.port} there"
        return (
            f"{seen.domain} does not lead here: it resolves to {resolves}, and {silent}",
            f"if that is this host{here}, open port {seen.port} in the provider's firewall; "
            "else correct the DNS record",
        )
    perhaps = f" (or {', '.join(seen.untold)}, which could not be told)" if seen.untold else ""
    return (
        f"{seen.domain} does not lead here: it resolves to {resolves}, where something else{perhaps} answers",
        f"point its DNS record at this host{here}, or let the CDN in front hand on /.well-known/",
    )


def new_names(settings: Path, before: Path | None, operator: Sequence[str]) -> tuple[str, ...]:
    """The names that a manifest brings: those that neither the settings before (None: there were none) nor the
    operator's names have."""
    known = {*operator, *(app_names.manifest_names(before) if before is not None else ())}
    return tuple(dict.fromkeys(name for name in app_names.manifest_names(settings) if name not in known))


def in_parallel(look_at: Callable[[str], Seen], domains: Sequence[str]) -> Mapping[str, Seen]:
    """What was found of each, in threads that nobody waits for longer than they may take: resolving a name cannot be
    stopped."""
    todo: queue.SimpleQueue[str] = queue.SimpleQueue()
    done: queue.SimpleQueue[Seen] = queue.SimpleQueue()
    for domain in domains:
        todo.put(domain)

    def work() -> None:
        while True:
            try:
                domain = todo.get_nowait()
            except queue.Empty:
                return
            done.put(look_at(domain))

    threads = min(len(domains), _WORKERS)
    for _ in range(threads):
        threading.Thread(target=work, daemon=True).start()
    end = time.monotonic() + _PATIENCE * -(-len(domains) // threads)
    found: dict[str, Seen] = {}
    while len(found) < len(domains):
        try:
            seen = done.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        found[seen.domain] = seen
    return found


def _asked(domain: str) -> str:
    """Of a wildcard any name below it is tried."""
    return f"pocketpaas-check.{domain[2:]}" if domain.startswith("*.") else domain
