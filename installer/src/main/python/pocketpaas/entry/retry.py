"""Deploys the source of an earlier release again, with the settings that it was made with: for one that failed for a
reason that is gone, with no laptop that has the source.

Arguments: APP N|-; - stands for the newest release, which must have failed. On standard input a tree, options (lines:
force, clear-cache, stop-first, now)."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.build import local_image
from pocketpaas.entry.deploy import receive_source
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request
from pocketpaas.operation import deploys, work
from pocketpaas.operation.follow import follow
from pocketpaas.release import bundle as bundles
from pocketpaas.state import names, tree, values

_OPTIONS = ("force", "clear-cache", "stop-first", "now")


def serve(request: Request) -> int:
    """See the module."""
    paths, app = request.paths, request.app
    deploys.refuse_locked(paths, app)
    release = _release(request)
    commit = values.read_or(release / "commit", "")
    if not names.is_commit(commit):
        raise Refused("no-source", f"v{release.name} has no source of its own", "retry a release that a deploy made")
    client = Client.of_this_process()
    spool = work.create(paths, "deploy", app, request.key)
    with work.spooling(spool):
        tree.receive(request.stdin, spool.directory / "values", tree.MAX_LARGE_BYTES)
        options = values.lines(spool.directory / "values" / "options")
        if values.names(spool.directory / "values") not in ([], ["options"]) or not set(options) <= set(_OPTIONS):
            raise BadRequest("retry: options alone")
        deploys.refuse_busy(paths, app)
        values.copy_tree(release / "settings", spool.directory / "values" / "settings")
        # An image of a laptop is asked for by its digest.
        digest = values.read(release / "digest")
        if digest is not None and local_image.is_local(release / "settings"):
            values.write(spool.directory / "digest", digest)
        request.reporter.note(f"deploying the source of v{release.name} again")
        receive_source(request, spool, paths.app(app) / "repo.git", commit)
    request.reporter.result("work", spool.id)
    work.start(paths, spool, "deploy")
    return follow(spool, client)


def _release(request: Request) -> Path:
    paths, app = request.paths, request.app
    word = request.arguments[1].removeprefix("v")
    number = str(bundles.newest(paths, app)) if word == "-" else word
    if number == "0" or not (names.is_release(number) and paths.release(app, int(number)).is_dir()):
        raise Refused("no-release", f"{app} has no release v{number}", 'see "pocketpaas releases"')
    found = paths.release(app, int(number))
    if word == "-" and values.read(found / "status") not in ("failed", "cancelled"):
        raise Refused(
            "no-release",
            f"the last deploy of {app}, v{number}, did not fail",
            'name a release: see "pocketpaas releases"',
        )
    return found
