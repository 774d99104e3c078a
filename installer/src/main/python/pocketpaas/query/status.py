"""The host and its apps in one answer: what the machine has, what runs, which certificates there are and what was
deployed last (docs/protocol.md, "Answers of the queries").

Arguments: [APP]. An engine that does not answer is part of the answer: then nobody knows what runs. A key sees its own
apps. """

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import ContainerFacts
from pocketpaas.failure import Damaged, NoEngine
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation import deploys
from pocketpaas.query import apps, machine, running, service_states
from pocketpaas.query.running import Live, Process
from pocketpaas.release import bundle as bundles
from pocketpaas.routing import automatic, certificates, flags, nginx
from pocketpaas.routing import names as routing_names
from pocketpaas.state import host_settings, keys, listing, moves, values
from pocketpaas.state.paths import HostPaths

_HOST = ("name", "domain", "address", "public-port", "public-https-port")
#: How many releases are told of: of a host, of one app.
_OF_HOST, _OF_APP = 5, 10
_OF_A_RELEASE = ("kind", "change", "who", "when", "status", "commit", "subject", "failure")


def serve(request: Request) -> int:
    """See the module."""
    paths = request.paths
    seen = apps_of(request)
    found = {
        **machine.facts(paths),
        "host/programs": paths.programs.name,
        "host/version": values.read_or(paths.programs / "version", ""),
        "key": request.key,
        "role": keys.role(paths, request.key),
        "nginx/state": "up" if nginx.master_process() is not None else "down",
    }
    for name in _HOST:
        found[f"host/{name}"] = host_settings.text(paths, name)
    facts: tuple[ContainerFacts, ...] | None = None
    engine = Engine(paths)
    try:
        facts = running.all_facts(engine)
        found |= {"engine/state": "up", "engine/api": engine.version()}
    except NoEngine as away:
        found |= {"engine/state": "down", "engine/why": away.text}
    if facts is not None:
        found |= _services(request, engine, seen)
    for app in seen:
        found |= {f"app/{app}/{name}": value for name, value in _app(paths, app, facts).items()}
    for number, (_, app, release) in enumerate(_last(paths, seen, bool(request.arguments)), 1):
        bundle = paths.release(app, release)
        fields = {name: values.read(bundle / name) for name in _OF_A_RELEASE}
        place = f"deploy/{number:02}"
        found |= {f"{place}/{name}": value for name, value in fields.items() if value is not None}
        found |= {f"{place}/app": app, f"{place}/release": str(release)}
    return answer({path: value for path, value in found.items() if value})


def _services(request: Request, engine: Engine, seen: Sequence[str]) -> dict[str, str]:
    """service/NAME/{type,major,state,apps,problem}: to an admin who asks for the host all of them, else those of the
    apps."""
    everything = keys.role(request.paths, request.key) == keys.ADMIN and not request.arguments
    try:
        services = service_states.look(request.paths, engine, None if everything else seen)
    except EngineError:
        # It has just gone, or answers with an error: then nobody knows.
        return {}
    found: dict[str, str] = {}
    for one in services:
        fields = {"type": one.type, "major": one.major, "state": one.state, "problem": one.problem}
        found |= {f"service/{one.name}/{name}": value for name, value in fields.items()}
        found[f"service/{one.name}/apps"] = "\n".join(one.apps)
    return found


def apps_of(request: Request) -> list[str]:
    """The app that was asked for, else all that the key may see."""
    if request.arguments:
        return [request.app]
    paths = request.paths
    return [app for app in listing.apps(paths) if keys.sees(paths, request.key, app)]


def _app(paths: HostPaths, app: str, facts: tuple[ContainerFacts, ...] | None) -> dict[str, str]:
    """One whose state is damaged stops none of the others."""
    try:
        return _known(paths, app, facts)
    except Damaged as damaged:
        return {"state": "damaged", "problem": damaged.text}


def _known(paths: HostPaths, app: str, facts: tuple[ContainerFacts, ...] | None) -> dict[str, str]:
    found = {"created": values.read_or(paths.app(app) / "created", ""), **apps.preview(paths, app)}
    busy = deploys.at_work(paths, app)
    if busy is not None:
        found["busy"] = deploys.text(busy)
    live = running.live_of(paths, app)
    if live is None:
        return {**found, "state": moves.text(paths, app) or "new"}
    found |= {"live": str(live.number), **_release(live), **_addresses(paths, live), **_certificates(paths, live)}
    if flags.in_maintenance(paths, app):
        found["maintenance"] = "on"
    if moves.text(paths, app):
        return {**found, "state": moves.text(paths, app)}
    if facts is None:
        stopped = flags.is_stopped(paths, app)
        return {**found, "state": "stopped" if stopped else "unknown"}
    there = running.processes(paths, live, facts, thorough=False)
    return {**found, **_processes(live, there), "state": state(paths, live, there)}


def state(paths: HostPaths, live: Live, there: Sequence[Process]) -> str:
    """running; stopped (on purpose); idle (scaled to nothing); crash-loop; down (nothing runs of what should);
    degraded (some of it does not, or does not answer)."""
    if flags.is_stopped(paths, live.app):
        return "stopped"
    if not there:
        return "idle"
    if any(one.state == "crash-loop" for one in there):
        return "crash-loop"
    if all(one.well for one in there):
        return "running"
    return "degraded" if any(one.well for one in there) else "down"


def _release(live: Live) -> dict[str, str]:
    return {name: values.read_or(live.bundle / name, "") for name in ("commit", "subject", "who", "when", "kind")}


def _addresses(paths: HostPaths, live: Live) -> dict[str, str]:
    if "web" not in live.wanted:
        return {}
    return {"url": "\n".join(routing_names.addresses(paths, live.app, live.bundle / "settings"))}


def _certificates(paths: HostPaths, live: Live) -> dict[str, str]:
    """certificate/DOMAIN/{domain,not-after,source,problem} of each name that has one, or shall have one."""
    wanted = automatic.wanted(paths, live.app, live.bundle) if automatic.ready(paths) else ()
    found = {}
    for domain in routing_names.names_of(paths, live.app, live.bundle / "settings"):
        place = f"certificate/{certificates.file_name(domain)}"
        directory = certificates.current(paths, live.app, domain)
        if directory is None and domain not in wanted:
            continue
        found[f"{place}/domain"] = domain
        if directory is not None:
            for name in ("not-before", "not-after", "source"):
                found[f"{place}/{name}"] = values.read_or(directory / "info" / name, "")
        if domain in wanted:
            found[f"{place}/problem"] = values.read_or(automatic.remembered(paths, live.app, domain) / "error", "")
    return found


def _processes(live: Live, there: Sequence[Process]) -> dict[str, str]:
    found = {}
    for kind, most in live.wanted.items():
        found[f"type/{kind}"] = f"{sum(one.well for one in there if one.type == kind)}/{most}"
    troubles = [f"{one.name}: {one.silent or one.state}" for one in there if not one.well]
    found["trouble"] = "\n".join(troubles)
    found["memory"] = str(sum(one.memory for one in there))
    found["restarts"] = str(sum(one.restarts for one in there))
    return found


def _last(paths: HostPaths, apps: Iterable[str], one: bool) -> list[tuple[str, str, int]]:
    """The newest releases, newest first: when, app, number."""
    most = _OF_APP if one else _OF_HOST

    def of(app: str) -> Iterator[tuple[str, str, int]]:
        newest = bundles.newest(paths, app)
        for number in range(newest, max(0, newest - most), -1):
            when = values.read(paths.release(app, number) / "when")
            if when is not None:
                yield when, app, number

    return sorted((found for app in apps for found in of(app)), reverse=True)[:most]
