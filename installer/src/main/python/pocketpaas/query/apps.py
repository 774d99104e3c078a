"""The apps that a key may see: a tree, NAME/live url state created; of a preview also
NAME/preview-of label ends.

STATE: running, `moved to HOST` and the like (`state.moves`: nothing of it runs here), stopped (on purpose), crash-loop
(a process that should run keeps ending), down (ought to run and does not), idle (scaled to nothing), new (nothing live
yet). """

from __future__ import annotations

from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineAway
from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import NoEngine
from pocketpaas.release import bundle as bundles
from pocketpaas.release import scale, slots
from pocketpaas.routing import names as routing_names
from pocketpaas.state import clock, keys, listing, moves, previews, values
from pocketpaas.state.paths import HostPaths


def serve(request: Request) -> int:
    """See the module."""
    paths = request.paths
    seen = [app for app in listing.apps(paths) if keys.sees(paths, request.key, app)]
    states = running(Engine(paths)) if any(slots.live_release(paths, app) is not None for app in seen) else {}
    found: dict[str, str] = {}
    for app in seen:
        live = slots.live_release(paths, app)
        found[f"{app}/state"] = state(paths, app, live, states)
        found |= {f"{app}/{name}": text for name, text in preview(paths, app).items()}
        created = values.read(paths.app(app) / "created")
        if created is not None:
            found[f"{app}/created"] = created
        if live is None:
            continue
        found[f"{app}/live"] = str(live)
        if (paths.release(app, live) / "processes" / "web").is_dir():
            shown = routing_names.addresses(paths, app, paths.app(app) / "settings")
            found[f"{app}/url"] = shown[0] if shown else ""
    return answer(found)


def preview(paths: HostPaths, app: str) -> dict[str, str]:
    """preview-of, label and ends of an app that is a preview."""
    one = previews.find(paths, app)
    return {} if one is None else {"preview-of": one.parent, "label": one.label, "ends": clock.text_of(one.ends)}


def running(engine: Engine) -> dict[str, str]:
    """running or crash-loop of each app that has a process, by one question for all; only what was started again is
    looked at closer."""
    engine.look()
    try:
        listed = containers.listed(engine, (containers.SLOT,), ("running", "restarting"))
    except EngineAway as away:
        raise NoEngine(away.why) from away
    serving = [one for one in listed if one.slot in slots.SLOTS]
    known = containers.inspect_all(engine, (one.id for one in serving))
    found: dict[str, str] = {}
    for one in serving:
        facts = known.get(one.id)
        if facts is not None and facts.is_crash_loop:
            found[one.app] = "crash-loop"
        else:
            found.setdefault(one.app, "running")
    return found


def state(paths: HostPaths, app: str, live: int | None, states: dict[str, str]) -> str:
    """One of the words above; `states` as `running` tells."""
    if moves.text(paths, app):
        return moves.text(paths, app)
    if live is None:
        return "new"
    if (paths.app(app) / "operator" / "stopped").exists():
        return "stopped"
    if app in states:
        return states[app]
    bundle = paths.release(app, live)
    wanted = any(scale.wanted(paths, app, bundle, kind) for kind in bundles.types(bundle))
    return "down" if wanted else "idle"
