"""The previews of an app: a tree, preview/NAME/label state live commit url created renewed ends
who busy, and `most`, how many there may be.

Arguments: APP. A key that is for previews alone may ask, too."""

from __future__ import annotations

from pocketpaas.engine.client import Engine
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation import deploys
from pocketpaas.query import apps
from pocketpaas.release import slots
from pocketpaas.routing import names as routing_names
from pocketpaas.state import clock, previews, values
from pocketpaas.state.paths import HostPaths
from pocketpaas.state.previews import Policy, Preview

_OF_A_RELEASE = ("commit", "who", "subject")


def serve(request: Request) -> int:
    """See the module."""
    paths = request.paths
    there = previews.of_parent(paths, request.app)
    live = any(slots.live_release(paths, one.app) is not None for one in there)
    states = apps.running(paths, Engine(paths)) if live else {}
    found = {"most": str(Policy.of(paths, request.app).most)}
    for one in there:
        found |= {f"preview/{one.app}/{name}": text for name, text in _of(paths, one, states).items() if text}
    return answer(found)


def _of(paths: HostPaths, one: Preview, states: dict[str, str]) -> dict[str, str]:
    live = slots.live_release(paths, one.app)
    busy = deploys.at_work(paths, one.app)
    found = {
        "label": one.label,
        "ends": clock.text_of(one.ends),
        "renewed": clock.text_of(one.ends - one.ttl),
        "created": values.read_or(paths.app(one.app) / "created", ""),
        "state": apps.state(paths, one.app, live, states),
        "busy": "" if busy is None else deploys.text(busy),
    }
    if live is None:
        return found
    bundle = paths.release(one.app, live)
    found["live"] = str(live)
    found |= {name: values.read_or(bundle / name, "") for name in _OF_A_RELEASE}
    if (bundle / "processes" / "web").is_dir():
        shown = routing_names.addresses(paths, one.app, paths.app(one.app) / "settings")
        found["url"] = shown[0] if shown else ""
    return found
