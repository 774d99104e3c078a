"""What git knows of what is live: the deploy branch and the history of an app."""

from __future__ import annotations

from pocketpaas.failure import CannotWrite
from pocketpaas.machine.process import GIT_ENVIRONMENT, as_git_user, run
from pocketpaas.operation.unit import Operation
from pocketpaas.state import names, values

_SNAPSHOT = b"PocketPaaS-Snapshot: yes"


def remember_source(operation: Operation) -> None:
    """After a good deploy: which branch a plain push deploys (the operation names none: as before, at the first deploy
    the one that was shipped), and the history's roots, by which a laptop sees whether it is the same one. Never a
    reason to fail."""
    work, app = operation.work.directory, operation.paths.app(operation.app)
    branch = values.read(work / "branch")
    if branch is None and values.read(app / "branch") is None:
        branch = values.read(work / "first-branch")
    for name, text in (("branch", branch), ("roots", values.read(work / "roots"))):
        if text is None or text == values.read(app / name):
            continue
        try:
            values.write(app / name, text)
        except CannotWrite as failure:
            operation.reporter.warn(failure.text)


def align(operation: Operation, release: int) -> None:
    """What is live went live without a push, so git knows nothing of it: the deploy branch in the repository becomes
    the live commit, or goes. Else the next push of another commit would be "Everything up-to-date", and one that lacks
    what is live would not be told so. A commit that the laptop made (of a working tree, or without its history) is
    nobody's branch. Never a reason to fail."""
    branch = values.read_or(operation.paths.app(operation.app) / "branch", "")
    if not names.is_branch(branch):
        return
    commit = values.read_or(operation.paths.release(operation.app, release) / "commit", "")
    ref = f"refs/heads/{branch}"
    if _is_somebodys(operation, commit):
        _git(operation, "update-ref", ref, commit)
    else:
        _git(operation, "update-ref", "-d", ref)


def _is_somebodys(operation: Operation, commit: str) -> bool:
    if not names.is_commit(commit):
        return False
    told = _git(operation, "log", "-1", "--no-show-signature", "--format=%B", commit)
    return told is not None and _SNAPSHOT not in told.split(b"\n")


def _git(operation: Operation, *arguments: str) -> bytes | None:
    """What git prints; None where it fails."""
    repository = operation.paths.app(operation.app) / "repo.git"
    ended = run(as_git_user(["/usr/bin/git", *arguments]), environment=GIT_ENVIRONMENT, directory=repository)
    return ended.out if ended.ok else None
