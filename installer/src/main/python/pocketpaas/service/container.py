"""The container of a service: made, found, kept as its state says, connected to the networks of the linked apps."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pocketpaas.engine import attach, containers, networks, swarm
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder
from pocketpaas.service import images, links, own_settings, scripts, settling, spec, store
from pocketpaas.service.store import Service
from pocketpaas.state import moves
from pocketpaas.state.paths import HostPaths

_POLL, _READY_SECONDS = 0.1, 120.0
_LAST_LINES = 20
#: What the engine answers where a container is in a network already (409: in one over a cluster), where there is no
#: such network, and where it is not in it.
_IS_SO, _NO_NETWORK, _IS_GONE = (403, 409), 404, (403, 404, 500)


@dataclass(frozen=True)
class Found:
    """A service's container. `made_from` as in `spec.MADE_FROM`."""

    id: str
    state: str
    generation: str
    made_from: str

    @property
    def runs(self) -> bool:
        """Whether it should be running, in the engine's eyes."""
        return self.state in ("running", "restarting")


def all_of(engine: Engine, service: str) -> list[Found]:
    """The containers of the service, of every generation."""
    found = []
    for one in engine.list("/containers/json", {"label": [f"{spec.SERVICE}={service}"]}, all="1"):
        labels = one.get("Labels") or {}
        if labels.get(containers.APP):
            # An app's image may say of itself what it likes.
            continue
        generation, made_from = str(labels.get(spec.GENERATION, "")), str(labels.get(spec.MADE_FROM, ""))
        found.append(Found(str(one["Id"]), str(one.get("State", "")), generation, made_from))
    return found


def find(engine: Engine, service: Service) -> Found | None:
    """The one in use."""
    return next((one for one in all_of(engine, service.name) if one.generation == service.generation), None)


def running(engine: Engine, service: Service) -> str:
    """The id of the container, which runs; raises `Refused` where it does not."""
    store.refuse_going(service)
    found = find(engine, service)
    if found is None or not found.runs:
        raise Refused(
            "service-stopped",
            f"the service {service.name} does not run",
            f"pocketpaas services start {service.name}; {_see_logs(service)}{service.way_back}",
        )
    return found.id


def ensure(
    paths: HostPaths,
    engine: Engine,
    service: Service,
    reporter: Reporter,
    holder: Holder,
    renew: bool = True,
    connected: bool = True,
) -> str:
    """The service runs, in the networks where it belongs, and takes queries; the id of its container. With `renew` one
    that is made from something else than its state says now is made again; its data stays. So is one that the engine
    would not start. Without `connected` no app reaches it yet. Raises `Failed`, `Refused`, `EngineError`."""
    store.refuse_going(service)
    found = find(engine, service)
    if found is not None and (renew and _is_other(service, found) or not found.runs and _lacks_network(engine, found)):
        stop(engine, service, (found.id,))
        containers.remove(engine, (found.id,))
        found = None
    if found is None:
        images.ensure(paths, engine, service.image, service.digest)
        _ensure_network(paths, engine, service, holder)
        container = containers.create(engine, spec.container(service))
    else:
        container = found.id
    for link in links.of_service(service) if connected else ():
        connect(engine, service, container, link.app)
    if found is None or not found.runs or not is_kept_up(engine, container):
        reporter.step("service-start", "start", service.name)
        containers.set_restart(engine, "no", (container,))
        try:
            containers.start(engine, container)
        except EngineError as error:
            reporter.step("service-start", "fail")
            raise Failed("not-started", f"{service.name} does not start: {error.text}") from error
        await_ready(engine, service, container, reporter)
        settling.has_begun(engine, service, container, reporter)
        containers.set_restart(engine, "unless-stopped", (container,))
    return container


def is_kept_up(engine: Engine, container: str) -> bool:
    """Whether the engine starts it again when it ends. It does not where what started it was killed before the server
    took queries. Raises `EngineError`."""
    host = engine.get(f"/containers/{container}/json").get("HostConfig") or {}
    return str((host.get("RestartPolicy") or {}).get("Name", "")) != "no"


def _is_other(service: Service, found: Found) -> bool:
    return found.made_from != spec.container(service).labels[spec.MADE_FROM]


def await_ready(engine: Engine, service: Service, container: str, reporter: Reporter) -> None:
    """Returns when it takes queries; raises `Failed` with its last lines told where it ends, or never does."""
    begin = time.monotonic()
    end, far = begin + _READY_SECONDS, b""
    while time.monotonic() < end:
        state = containers.state(engine, container)
        if state is None or not state.runs:
            break
        try:
            ready = scripts.inside(engine, service, container, "ready")
            if ready.ok:
                tenths = int(10 * (time.monotonic() - begin))
                reporter.step("service-start", "done", f"up after {tenths // 10}.{tenths % 10} s")
                return
            if ready.out != far:
                # It reads much data, and gets on with that.
                end, far = time.monotonic() + _READY_SECONDS, ready.out
        except EngineError as error:
            # It has just ended.
            if error.status not in (404, 409):
                raise
        time.sleep(_POLL)
    reporter.step("service-start", "fail")
    raise explained(engine, service, container, reporter)


def explained(engine: Engine, service: Service, container: str, reporter: Reporter) -> Failed:
    """Why it does not run, by its state; its last lines are told."""
    for line in attach.tail(engine, container, _LAST_LINES):
        reporter.output(line)
    facts = containers.inspect(engine, container)
    cure, own = f"{_see_logs(service)}{service.way_back}", own_settings.file(service.name)
    if own.exists():
        cure = f"look at your settings in {own}; {cure}"
    if facts is not None and facts.oom_killed:
        return Failed(
            "out-of-memory",
            f"{service.name} used up its memory ({service.memory >> 20} MB) and was ended by the kernel",
            "give it more: pocketpaas services create … --memory",
        )
    if facts is not None and facts.state == "exited":
        return Failed("exited", f"{service.name} ended with {facts.code}; these were its last lines", cure)
    return Failed("too-slow", f"{service.name} took no query within {int(_READY_SECONDS)} s", cure)


def _see_logs(service: Service) -> str:
    return f"pocketpaas services logs {service.name}"


@contextmanager
def goes_when_it_fails(service: Service) -> Iterator[None]:
    """What fails within is removed, with its logs: nobody is sent to them. Its last lines were told."""
    try:
        yield
    except Failed as failed:
        failed.cure = failed.cure.removesuffix(_see_logs(service)).removesuffix("; ")
        raise


def stop(engine: Engine, service: Service, ids: Iterable[str]) -> None:
    """They end as the server wants to: what it holds in memory is written before."""
    wanted = tuple(ids)
    containers.set_restart(engine, "no", wanted)
    containers.stop(engine, int(service.kind.data["stop-seconds"]), wanted)


# ---------------------------------------------------------------- networks


def _ensure_network(paths: HostPaths, engine: Engine, service: Service, holder: Holder) -> None:
    networks.ensure_for(
        paths,
        engine,
        networks.Owner(
            spec.network(service.name),
            {spec.SERVICE: service.name},
            service.directory / "network",
            f"the service {service.name}",
        ),
        holder,
    )


def connect(engine: Engine, service: Service, container: str, app: str) -> None:
    """The app's processes find the service by its name, in each network of the app. Nothing where they do already, or
    where there is no such network yet; nor where the data that it leads to is on its way to another host, or there:
    whatever brings the service up meanwhile, nobody writes to them here. Raises `EngineError`."""
    if _is_away(service, app):
        return
    document = {"Container": container, "EndpointConfig": {"Aliases": [service.name]}}
    for network in _networks_of(app):
        # The app's next release makes the network, and connects. A container that is stopped would be put into one that
        # does not exist, and not start any more.
        if _exists(engine, network):
            _call(engine, f"/networks/{network}/connect", document, (*_IS_SO, _NO_NETWORK))


def _is_away(service: Service, app: str) -> bool:
    apps = service.directory.parents[1] / "apps"
    return moves.is_silent_in(apps / (links.Link(service, app).shares or app))


def disconnect(engine: Engine, container: str, app: str) -> None:
    """The app's processes do not reach the service any more. Raises `EngineError`."""
    for network in _networks_of(app):
        _call(engine, f"/networks/{network}/disconnect", {"Container": container, "Force": True}, _IS_GONE)


def _networks_of(app: str) -> tuple[str, str]:
    return networks.name(app), networks.over_cluster(app)


def _exists(engine: Engine, network: str) -> bool:
    try:
        engine.get(f"/networks/{network}")
        return True
    except EngineError as error:
        if error.status == _NO_NETWORK:
            return False
        raise


def _call(engine: Engine, path: str, document: object, fine: tuple[int, ...]) -> None:
    try:
        engine.call("POST", path, document=document)
    except EngineError as error:
        if error.status not in fine:
            raise


def _lacks_network(engine: Engine, found: Found) -> bool:
    """Whether a container that does not run is to be in a network that is gone: the engine does not start it then, even
    where there is a new network of that name. Raises `EngineError`."""
    wanted = _networks(engine, found.id).items()
    gone = [name for name, one in wanted if not _exists(engine, str(one.get("NetworkID") or name))]
    # One over a cluster may come back, and the service would be made again without it.
    return bool(gone) and (
        swarm.knows_all(engine) or not any(name.startswith(networks.over_cluster("")) for name in gone)
    )


def address_for(engine: Engine, container: str, app: str) -> str:
    """The address that the app reaches it by; empty where there is none."""
    return _address(engine, container, networks.name(app))


def own_address(engine: Engine, service: Service, container: str) -> str:
    """The address in its own network."""
    return _address(engine, container, spec.network(service.name))


def _address(engine: Engine, container: str, network: str) -> str:
    return str((_networks(engine, container).get(network) or {}).get("IPAddress") or "")


def _networks(engine: Engine, container: str) -> dict[str, dict[str, object]]:
    """What the engine knows of it in each of its networks, by their names."""
    document = engine.get(f"/containers/{container}/json")
    return (document.get("NetworkSettings") or {}).get("Networks") or {}


def connect_all(paths: HostPaths, engine: Engine, app: str) -> None:
    """What the app is linked to is in its networks, which may be new ones. Raises `EngineError`."""
    for link in links.of_app(paths, app):
        found = find(engine, link.service)
        if found is not None:
            connect(engine, link.service, found.id, app)


def connect_sharing(engine: Engine, services: Iterable[Service], app: str) -> None:
    """Who uses the app's data in these reaches them again (`links.sharing`). Raises `EngineError`."""
    for service in services:
        if (found := find(engine, service)) is not None:
            for link in links.sharing(service, app):
                connect(engine, service, found.id, link.app)
