"""Whether a key may push to (or fetch from) an app; asked by the door before it hands over to git. An admin's push to a
new name makes the app.

Arguments: APP push|fetch. Answers with a tree: fingerprint, branch, directory, manifest and include (where the app is
not at the top), live, commit. Refused, too: a push for which there is too little room. """

from __future__ import annotations

from pocketpaas.operation import apps
from pocketpaas.entry.place import Place
from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import Refused
from pocketpaas.release import slots
from pocketpaas.state import disk, keys, listing, renames, values


def serve(request: Request) -> int:
    """See the module."""
    paths, app, push = request.paths, request.app, request.arguments[1] == "push"
    if push:
        # Before git stores anything.
        room = disk.room(paths)
        if room.is_short:
            raise Refused("disk-full", room.text, "make room first: pocketpaas prune")
    if not listing.is_there(paths, app):
        if not push or keys.role(paths, request.key) != keys.ADMIN:
            raise Refused(
                "no-app",
                f"there is no app {app} on this host",
                "the first push to a new name makes the app; it needs an admin's key",
            )
        _refuse_renamed(request)
        apps.create(paths, app, request.key)
    found = {
        "fingerprint": values.read(paths.keys / request.key / "fingerprint"),
        "branch": values.read(paths.app(app) / "branch"),
    }
    place = Place.of_settings(paths.app(app) / "settings")
    found |= {name: text or None for name, text in place._asdict().items()}
    live = slots.live_release(paths, app)
    if live is not None:
        found |= {"live": str(live), "commit": values.read(paths.release(app, live) / "commit")}
    return answer({name: value for name, value in found.items() if value is not None})


def _refuse_renamed(request: Request) -> None:
    """A push to the name that an app had before is meant for that app. Raises `Refused`."""
    now = renames.now(request.paths, request.app)
    if now != request.app:
        raise Refused(
            "renamed",
            f"{request.app} is called {now} now",
            f"app: {now} in pocketpaas.yml, and: git remote set-url pocketpaas …/{now}; to give the name to a new app: "
            f"pocketpaas apps clone {now} {request.app}",
        )
