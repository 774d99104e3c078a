"""Puts another version of the host programs in place; what runs keeps its own.

Arguments: HASH, the content hash of docs/protocol.md; on standard input the tree of programs. Answers with a tree:
programs. """

from __future__ import annotations

import os

from pocketpaas.entry import programs
from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import BadRequest
from pocketpaas.operation.audit import audit
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.state import names, tree, values

_MAX_VALUES = 1000


def serve(request: Request) -> int:
    """See the module."""
    version = request.arguments[0]
    if not names.is_sha256(version):
        raise BadRequest("the content hash is 64 hexadecimal digits")
    new = request.paths.programs.parent / f".new.{os.getpid()}"
    try:
        tree.receive(request.stdin, new, tree.MAX_LARGE_BYTES, _MAX_VALUES)
        with host_lock(request.paths, Holder(request.key, "installing programs")):
            if programs.content_hash(new) != version:
                raise BadRequest("the programs did not arrive as they were sent")
            programs.install(request.paths, new, version)
            programs.forget(request.paths)
    finally:
        values.remove_tree(new)
    audit(request.paths, request.key, "-", "refresh", 0)
    return answer({"programs": version})
