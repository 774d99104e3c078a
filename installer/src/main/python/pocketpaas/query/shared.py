"""The variables that all apps of the host get; an app's own go before them.

Arguments: list | change. `list` answers with a tree, value/KEY. `change` reads a tree (set/, set.json/, unset) and
tells as an operation does: it stores; each app takes them up with its next release. """

from __future__ import annotations

from pathlib import Path

from pocketpaas.change import settings
from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import BadRequest
from pocketpaas.operation.audit import audit
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.release import slots
from pocketpaas.state import listing, names, tree, values

_PARTS = ("env", "env.json")


def serve(request: Request) -> int:
    """See the module."""
    shared = request.paths.root / "shared"
    if request.arguments[0] == "list":
        return answer(tree.of_files("value", shared / "env"))
    if request.arguments[0] != "change":
        raise BadRequest("shared: list or change")
    sent = tree.read(request.stdin, tree.MAX_LARGE_BYTES)
    settings.check_variables(_below(sent, "set"), _below(sent, "set.json"))
    with host_lock(request.paths, Holder(request.key, "changing the shared variables")):
        changed = _change(request, shared, sent)
    if not changed:
        request.reporter.note("Nothing to do: already set.")
        request.reporter.result("unchanged", "yes")
    for name in changed:
        request.reporter.result("changed", name)
    if changed:
        _tell_who_waits(request)
    audit(request.paths, request.key, "-", "shared", 0)
    return 0


def _below(sent: dict[str, str], directory: str) -> dict[str, str]:
    prefix = f"{directory}/"
    return {path.removeprefix(prefix): value for path, value in sent.items() if path.startswith(prefix)}


def _change(request: Request, shared: Path, sent: dict[str, str]) -> list[str]:
    """The names whose values have changed."""
    wanted = {part: _below(tree.of_files("", shared), part) for part in _PARTS}
    before = dict(wanted["env"])
    wanted["env"] |= _below(sent, "set")
    wanted["env.json"] |= _below(sent, "set.json")
    for name in sent.get("unset", "").split("\n"):
        if not name:
            continue
        if not names.is_variable(name):
            raise BadRequest(f'"{name}" is not the name of a variable')
        if name not in wanted["env"]:
            request.reporter.note(f"{name} is not set")
        for part in _PARTS:
            wanted[part].pop(name, None)
    changed = sorted(
        name for name in before.keys() | wanted["env"].keys() if before.get(name) != wanted["env"].get(name)
    )
    if changed:
        new = shared.with_name(".shared.new")
        values.fresh_directory(new)
        for part in _PARTS:
            values.make_directory(new / part)
            for name, value in wanted[part].items():
                values.put(new / part / name, value)
        values.replace_tree(new, shared)
        values.remove_tree(new)
    return changed


def _tell_who_waits(request: Request) -> None:
    """An app has its environment from its release, so nothing is restarted here."""
    paths = request.paths
    apps = [app for app in listing.apps(paths) if slots.live_release(paths, app) is not None]
    if apps:
        request.reporter.hint(f"{', '.join(apps)}: with the next release; at once with: pocketpaas restart --app NAME")
