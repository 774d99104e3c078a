"""What a preview takes of the settings that come with its deploy, and what its parent's live settings say instead: no
domain of the parent, one process of each type, values of its own. So a branch cannot give its preview more than the
parent allows."""

from __future__ import annotations

import time
from pathlib import Path

from pocketpaas.failure import CannotWrite
from pocketpaas.operation.unit import Operation
from pocketpaas.service import links
from pocketpaas.state import names, previews, values
from pocketpaas.state.clock import text_of
from pocketpaas.state.previews import Policy, Preview

#: What is the parent's alone: its names, the branch whose push deploys it, what it says of previews.
_NOT_ITS_OWN = ("domains", "http/redirects", "branch", "previews")
_PARTS = ("env", "env.json")


def adapt(operation: Operation, sent: Path) -> Preview | None:
    """The settings that were sent become those of a preview, which lasts its whole time again; None, and nothing is
    changed, for an app that is none. A plain push sends none: those of its last deploy were adapted then. Raises
    `CannotWrite`, `Damaged`."""
    found = previews.find(operation.paths, operation.app)
    if found is None:
        return None
    found = previews.renew(operation.paths, found, time.time())
    operation.reporter.result("preview-of", found.parent)
    operation.reporter.result("preview", found.label)
    operation.reporter.result("ends", text_of(found.ends))
    if sent.is_dir():
        policy = Policy.of(operation.paths, found.parent)
        _tell_unknown_services(operation, sent, found)
        try:
            for path in (*_NOT_ITS_OWN, "services"):
                values.remove_tree(sent / path)
        except OSError as error:
            raise CannotWrite(sent, error) from error
        _limit_scale(sent / "processes")
        _set_variables(sent, policy)
    return found


def _tell_unknown_services(operation: Operation, sent: Path, found: Preview) -> None:
    known = [link.service.name for link in links.of_app(operation.paths, found.parent)]
    unknown = [name for name in values.names(sent / "services") if names.is_service(name) and name not in known]
    if unknown:
        operation.reporter.warn(
            f"{found.parent} is not linked to {', '.join(unknown)}, so the preview is not either: a preview gets the "
            "services of its app"
        )


def _limit_scale(processes: Path) -> None:
    for name in values.names(processes):
        scale = processes / name / "scale"
        found = values.read(scale)
        if found is not None and names.is_number(found, 2):
            values.put(scale, "1")


def _set_variables(sent: Path, policy: Policy) -> None:
    for name in policy.variables:
        for part in _PARTS:
            values.make_directory(sent / part)
            values.put(sent / part / name, values.need(policy.directory / part / name))
