"""Deploys a source that was pushed; called by the receiver.

Arguments: APP COMMIT TREE MANIFEST_BLOB APPJSON_BLOB BRANCH (a blob may be - for none); on standard input a tree
(subject, author, …, see `entry.source`), and after its end the source as a tar. """

from __future__ import annotations

from typing import BinaryIO

from pocketpaas.entry import source
from pocketpaas.machine.request import Request
from pocketpaas.failure import BadRequest, CannotWrite, Failure, Refused
from pocketpaas.operation import deploys, work
from pocketpaas.machine.client import Client
from pocketpaas.operation.follow import follow
from pocketpaas.state import names, tree, values

_MAX_DESCRIPTION = 65536
_MAX_VALUES = 16
_END = b".\0end\0"


def serve(request: Request) -> int:
    """See the module."""
    app, commit, tree_id, manifest, appjson, branch = request.arguments
    if not (names.is_commit(commit) and names.is_commit(tree_id)):
        raise BadRequest("a commit is named by its whole id")
    if not all(blob == "-" or names.is_commit(blob) for blob in (manifest, appjson)):
        raise BadRequest("a file is named by its whole id")
    if not names.is_branch(branch):
        raise BadRequest("this cannot be a deploy branch")
    deploys.refuse_locked(request.paths, app)
    deploys.refuse_busy(request.paths, app)
    client = Client.of_this_process()
    request.reporter.step("source", "start")
    spool = work.create(request.paths, "deploy", app, request.key)
    with work.spooling(spool):
        _refuse_after_option(request)
        described = _description(request.stdin)
        source.refuse_unshippable(described)
        for file, blob in (("pocketpaas.yml", manifest), ("app.json", appjson)):
            _refuse_other_settings(request, file, blob)
        values.make_directory(spool.directory / "values")
        files = {**described, "args": f"{app}\n{commit}", "commit": commit, "tree": tree_id, "branch": branch}
        store_description(spool, files)
        source.store(request.stdin.fileno(), spool.directory / "source.tar")
        if not source.is_whole(spool.directory / "source.tar"):
            raise Failure("source", "the source arrived incomplete", "push again")
    request.reporter.step("source", "done", f"{commit[:7]} {described.get('subject', '')}")
    request.reporter.result("work", spool.id)
    work.start(request.paths, spool, "deploy")
    return follow(spool, client)


def store_description(spool: work.Work, files: dict[str, str]) -> None:
    """What is known of the source, into the operation's directory; raises `Refused`."""
    try:
        for path, value in files.items():
            values.make_directory((spool.directory / path).parent)
            values.put(spool.directory / path, value)
    except CannotWrite as error:
        raise source.no_room() from error


def _description(stdin: BinaryIO) -> dict[str, str]:
    """The tree at the beginning of the stream, read so that what follows it is still there."""
    data = bytearray()
    while not (data == _END or data.endswith(b"\0" + _END)):
        # Byte by byte past the kernel: nothing of the tar may be read ahead.
        byte = stdin.raw.read(1) if hasattr(stdin, "raw") else stdin.read(1)
        if not byte:
            raise BadRequest("the request was cut off")
        data += byte
        if len(data) > _MAX_DESCRIPTION:
            raise BadRequest(f"the request is larger than {_MAX_DESCRIPTION} bytes")
    return tree.parse(bytes(data), _MAX_VALUES)


def _refuse_after_option(request: Request) -> None:
    """An image that `deploy --image` has named is not what is pushed."""
    settings = request.paths.app(request.app) / "settings"
    origin = values.read(settings / "image-from")
    if origin is not None:
        option = "--local" if origin == "local" else "--image"
        raise Refused(
            "settings-changed",
            f"{request.app} runs the image {values.read_or(settings / 'image', '')}, which \"deploy {option}\" named",
            'to run what you push instead: pocketpaas deploy; to push an image\'s name: "image:" under build: in '
            "pocketpaas.yml",
        )


def _refuse_other_settings(request: Request, file: str, blob: str) -> None:
    """A plain push carries no settings, so it may not come with others than those the host has."""
    recorded = values.read_or(request.paths.app(request.app) / "settings" / "blobs" / file, "-")
    if blob in ("-", recorded):
        return
    if recorded == "-":
        raise Refused(
            "settings-changed",
            f"{file} has never been deployed: run `pocketpaas deploy` once",
            "a plain push carries code, not settings; afterwards git push works",
        )
    raise Refused(
        "settings-changed",
        "settings changed: run `pocketpaas deploy`",
        f"{file} is not the one that the app was deployed with, and a plain push carries code, not settings",
    )
