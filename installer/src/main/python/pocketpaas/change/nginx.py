"""An admin's own lines in the app's servers (`routing.snippets`). Routing only: no container is touched, no release is
made. Stored once nginx works by it; killed before that, reconcile puts nginx back."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas import rules
from pocketpaas.change import certificates, outcome
from pocketpaas.change.changing import Changing
from pocketpaas.failure import BadRequest, CannotWrite, Failure, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle, slots
from pocketpaas.routing import snippets
from pocketpaas.routing.tried import Tried
from pocketpaas.state import values


def change(changing: Changing, arguments: Sequence[str]) -> int:
    """set (values/snippet) or unset."""
    operation = changing.operation
    if list(arguments) == ["set"]:
        unchanged = _set(changing)
    elif list(arguments) == ["unset"]:
        unchanged = _unset(changing)
    else:
        raise BadRequest(f'"{" ".join(arguments)}" is not set or unset')
    if unchanged:
        return outcome.nothing_to_do(operation, unchanged)
    outcome.tell_urls(operation, slots.live_release(operation.paths, operation.app))
    return 0


def _set(changing: Changing) -> str:
    """Why there is nothing to do; empty where it was set."""
    operation = changing.operation
    paths, app = operation.paths, operation.app
    if not bundle.has_web(paths.release(app, outcome.need_live(operation))):
        raise Refused("no-process", f"{app} has no web process, so nginx does not serve it")
    text = values.read_or(changing.sent / "snippet", "")
    if not text:
        raise BadRequest("there is no snippet")
    most = rules.limits("snippet-bytes")[1]
    if len(values.encode(text)) > most:
        raise BadRequest(f"the snippet is larger than {most} bytes")
    stored = snippets.stored(paths, app)
    if values.read(stored) == text and not snippets.refused(paths, app).exists():
        return "this snippet is there already"
    _route(operation, text)
    values.make_directory(stored.parent)
    values.write(stored, text)
    return ""


def _unset(changing: Changing) -> str:
    operation = changing.operation
    paths, app = operation.paths, operation.app
    stored = snippets.stored(paths, app)
    if not stored.exists():
        return f"{app} has no snippet"
    _route(operation, "")
    try:
        values.remove(stored)
        values.remove(snippets.refused(paths, app))
    except OSError as error:
        raise CannotWrite(stored, error) from error
    return ""


def _route(operation: Operation, text: str) -> None:
    """nginx works by it, or all is as it was, and this raises."""
    if not certificates.is_served(operation):
        return
    operation.reporter.step("routing", "start")
    try:
        certificates.serve(operation, Tried(snippet=text))
    except Failure:
        operation.reporter.step("routing", "fail")
        raise
    operation.reporter.step("routing", "done")
