"""Deploys a commit that is in the app's repository, with the settings sent.

Arguments: APP COMMIT [upload]; on standard input a tree: settings/…, options (lines: force, clear-cache, stop-first,
now, wait), branch (the one that was shipped; none for a tag or a detached HEAD). With `upload` also image/config (the
configuration of an image, JSON), image/sent (lines DIGEST SIZE) and image/packed (lines DIGEST BLOB: of a layer that
comes packed the digest of what comes), and after the end of the tree those layers. """

from __future__ import annotations

from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path
from typing import cast

from pocketpaas.build import local_image
from pocketpaas.entry import source, upload
from pocketpaas.entry.place import Place
from pocketpaas.entry.push import store_description
from pocketpaas.machine.request import Request
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.operation import deploys, work
from pocketpaas.machine.client import Client
from pocketpaas.operation.follow import follow
from pocketpaas.machine.process import GIT_ENVIRONMENT, as_git_user, run
from pocketpaas.state import names, previews, tree, values

#: Refs of the CLI that stay: they are where the next push starts from.
_REFS_KEPT = 20


def serve(request: Request) -> int:
    """See the module."""
    app, commit, *more = request.arguments
    if not names.is_commit(commit):
        raise BadRequest("a commit is named by its whole id")
    if more not in ([], ["upload"]):
        raise BadRequest("deploy APP COMMIT, or with upload")
    deploys.refuse_locked(request.paths, app)
    client = Client.of_this_process()
    repository = request.paths.app(app) / "repo.git"
    spool = work.create(request.paths, "deploy", app, request.key)
    with ExitStack() as until_the_end:
        with work.spooling(spool):
            sent = _receive(request, spool, bool(more))
            if "wait" in values.lines(spool.directory / "values" / "options"):
                until_the_end.enter_context(deploys.place_in_line(request.paths, app, spool))
                deploys.wait_in_line(request.paths, app, spool, client, request.reporter)
            else:
                deploys.refuse_busy(request.paths, app)
            receive_source(request, spool, repository, commit)
            if sent is not None:
                upload.take(request, spool, client, *sent)
        request.reporter.result("work", spool.id)
        work.start(request.paths, spool, "deploy")
        _clean_refs(repository)
        code = follow(spool, client)
    return code


def _receive(request: Request, spool: work.Work, uploads: bool) -> tuple[str, str, str] | None:
    """The tree, into the operation's directory; of an image that follows its configuration, and what comes of it."""
    if not uploads:
        tree.receive(request.stdin, spool.directory / "values", tree.MAX_LARGE_BYTES)
        return None
    found = tree.read_leading(cast(BufferedReader, request.stdin), tree.MAX_LARGE_BYTES)
    sent = found.pop("image/config", ""), found.pop("image/sent", ""), found.pop("image/packed", "")
    tree.store(found, spool.directory / "values")
    if not local_image.is_local(spool.directory / "values" / "settings"):
        raise BadRequest("an image is sent, and the settings name another one")
    return sent


def receive_source(request: Request, spool: work.Work, repository: Path, commit: str) -> None:
    """The source of a commit of the app's repository, into the operation's directory. Raises `Refused`."""
    request.reporter.step("source", "start")
    place = Place.of_settings(spool.directory / "values" / "settings")
    described = source.describe(commit, repository, as_git_user, place)
    if described is None:
        raise Refused(
            "no-commit",
            f"the commit {commit[:12]} is not on the host",
            "run the command again: it pushes the commit first",
        )
    source.refuse_unshippable(described)
    files = {**described, "args": f"{request.app}\n{commit}", "commit": commit}
    # The manifest's branch is the deploy branch from the first good deploy with it on; of a preview it is the parent's.
    branch = values.read(spool.directory / "values" / "settings" / "branch")
    if branch is not None and names.is_branch(branch) and not previews.is_preview(request.paths, request.app):
        files["branch"] = branch
    # That of an app without one is the branch that was shipped.
    shipped = values.read(spool.directory / "values" / "branch")
    if shipped is not None and names.is_branch(shipped):
        files["first-branch"] = shipped
    store_description(spool, files)
    with source.archive(commit, repository, as_git_user, place) as archive:
        assert archive.stdout is not None
        source.store(archive.stdout.fileno(), spool.directory / "source.tar")
    if archive.returncode != 0:
        raise source.no_room()
    request.reporter.step("source", "done", f"{commit[:7]} {described['subject']}")


def _clean_refs(repository: Path) -> None:
    """Keeps the newest refs of the CLI, while the work is being done. What goes wrong here is done again by the next
    deploy."""
    listing = ["/usr/bin/git", "for-each-ref", "--format=delete %(refname)", "--sort=-creatordate", "refs/pocketpaas"]
    listed = run(as_git_user(listing), environment=GIT_ENVIRONMENT, directory=repository)
    old = listed.out.splitlines(keepends=True)[_REFS_KEPT:]
    if listed.ok and old:
        update = as_git_user(["/usr/bin/git", "update-ref", "--stdin"])
        run(update, environment=GIT_ENVIRONMENT, directory=repository, stdin=b"".join(old))
