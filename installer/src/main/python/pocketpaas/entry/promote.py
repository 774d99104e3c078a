"""Puts what is live of one app live as another one, by the very same image: a deploy without a source and without a
build.

Arguments: APP SOURCE [create]; with `create`, an admin's, the app is made where there is none. On standard input a
tree, options (lines: stop-first, now, wait)."""

from __future__ import annotations

from contextlib import ExitStack

from pocketpaas.change import promotion
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request
from pocketpaas.operation import apps, deploys, work
from pocketpaas.operation.follow import follow
from pocketpaas.release import slots
from pocketpaas.state import keys, names, previews, tree, values

_OPTIONS = ("stop-first", "now", "wait")


def serve(request: Request) -> int:
    """See the module."""
    app, source = request.app, request.arguments[1]
    makes = list(request.arguments[2:]) == ["create"]
    if request.arguments[2:] and not makes:
        raise BadRequest("promote APP SOURCE, or with create")
    live = live_of(request, source)
    _refuse_target(request, app, source, makes)
    return put_live(request, app, source, live)


def put_live(request: Request, app: str, source: str, live: int) -> int:
    """Puts that release of the source live as the other app, which is there; the operation's exit code."""
    paths = request.paths
    deploys.refuse_locked(paths, app)
    client = Client.of_this_process()
    spool = work.create(paths, "deploy", app, request.key)
    with ExitStack() as until_the_end:
        with work.spooling(spool):
            tree.receive(request.stdin, spool.directory / "values", tree.MAX_LARGE_BYTES)
            options = values.lines(spool.directory / "values" / "options")
            if values.names(spool.directory / "values") not in ([], ["options"]) or not set(options) <= set(_OPTIONS):
                raise BadRequest("promote: options alone")
            if "wait" in options:
                until_the_end.enter_context(deploys.place_in_line(paths, app, spool))
                deploys.wait_in_line(paths, app, spool, client, request.reporter)
            else:
                deploys.refuse_busy(paths, app)
            promotion.take_along(paths, source, live, spool)
        request.reporter.result("work", spool.id)
        work.start(paths, spool, "deploy")
        code = follow(spool, client)
    return code


def live_of(request: Request, source: str) -> int:
    """The live release of an app that the key may use. Raises `Refused`."""
    if not names.is_app(source):
        raise BadRequest(f'"{source}" is not the name of an app')
    if not keys.sees(request.paths, request.key, source):
        raise Refused(
            "not-allowed", f"the key {request.key} may not use the app {source}", "ask an admin of the host for it"
        )
    if not request.paths.app(source).is_dir():
        raise Refused("no-app", f"there is no app {source} on this host", 'see "pocketpaas apps"')
    live = slots.live_release(request.paths, source)
    if live is None:
        raise Refused("not-live", f"nothing of {source} is live", f"deploy it first: pocketpaas deploy --app {source}")
    return live


def _refuse_target(request: Request, app: str, source: str, makes: bool) -> None:
    paths = request.paths
    if app == source:
        raise Refused("same-app", f"{app} cannot be promoted to itself", "name another app with --to")
    if previews.is_preview(paths, app):
        raise Refused("is-preview", f"{app} is a preview, and nothing is promoted to one", "name another app with --to")
    if paths.app(app).is_dir():
        return
    if not makes:
        raise Refused(
            "no-app",
            f"there is no app {app} on this host",
            "add --create to make it; an app on another host is deployed there: pocketpaas deploy --host HOST",
        )
    if keys.role(paths, request.key) != keys.ADMIN:
        raise Refused("not-allowed", f"the key {request.key} may not make an app", "ask an admin of the host")
    apps.create(paths, app, request.key)
