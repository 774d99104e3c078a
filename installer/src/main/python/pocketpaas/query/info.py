"""All that there is to say of an app at a glance."""

from __future__ import annotations

from pocketpaas.engine.client import Engine
from pocketpaas.machine.request import Request
from pocketpaas.operation import deploys
from pocketpaas.query import apps, environment, processes
from pocketpaas.release import bundle as bundles
from pocketpaas.release import slots
from pocketpaas.routing import flags
from pocketpaas.routing import names as routing_names
from pocketpaas.schedule import jobs
from pocketpaas.state import values

_OF_A_RELEASE = ("when", "who", "kind", "change", "commit", "subject", "builder")


def of_app(request: Request) -> dict[str, str]:
    """name created state branch; of a preview preview-of label ends; of what is live: live when who kind change commit
    subject builder url (lines) scale/TYPE volumes (names, lines) cron (names, lines) variables (how many); releases
    (how many) locked maintenance (yes)."""
    paths, app = request.paths, request.app
    directory = paths.app(app)
    live = slots.live_release(paths, app)
    states = apps.running(paths, Engine(paths)) if live is not None else {}
    found = {"name": app, "state": apps.state(paths, app, live, states), "releases": str(bundles.newest(paths, app))}
    found |= apps.preview(paths, app)
    for name in ("created", "branch"):
        found |= _some(name, values.read(directory / name))
    found |= _some("locked", deploys.locked(paths, app))
    if flags.in_maintenance(paths, app):
        found["maintenance"] = "yes"
    if live is None:
        return found
    release = paths.release(app, live)
    found["live"] = str(live)
    for name in _OF_A_RELEASE:
        found |= _some(name, values.read(release / name))
    if bundles.has_web(release):
        found["url"] = "\n".join(routing_names.addresses(paths, app, directory / "settings"))
    found |= {path: text for path, text in processes.scale_of(paths, app, release).items() if path.startswith("scale/")}
    found["volumes"] = "\n".join(line.partition("\t")[0] for line in values.lines(release / "settings" / "volumes"))
    found["cron"] = "\n".join(jobs.of(release / "settings"))
    found["variables"] = str(len(environment.of_app(paths, app, release)[0]))
    return found


def _some(name: str, value: str | None) -> dict[str, str]:
    return {} if not value else {name: value}
