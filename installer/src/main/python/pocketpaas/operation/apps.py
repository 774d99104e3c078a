"""Apps: made, and their repositories."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

from pocketpaas.failure import Failure
from pocketpaas.operation.audit import audit
from pocketpaas.machine.process import GIT_ENVIRONMENT, GIT_USER, as_git_user, run
from pocketpaas.state import listing, marks, renames, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

#: The app's own attributes must not drop or change files of what is shipped; those in info/ have the last word.
_ATTRIBUTES = "* -export-ignore -export-subst\n"
#: Something is in its place.
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)


def create(paths: HostPaths, app: str, key: str, fill: Callable[[Path], None] = lambda _: None) -> None:
    """Makes the app, all or nothing, put in place by a rename; nothing where it is there. Two at once: the second finds
    it made. `fill` may put more of its state into the directory before. Raises `Refused` for a name that an app is just
    getting, or giving up."""
    renames.refuse(paths, app)
    new = paths.apps / f".new.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        values.make_directory(new, 0o711)
        for name, mode in (("settings", 0o700), ("operator", 0o700), ("releases", 0o711), ("repo.git", 0o700)):
            values.make_directory(new / name, mode)
        make_repository(new / "repo.git")
        values.put(new / "created", now())
        values.put(new / marks.FILE, marks.new())
        fill(new)
        values.sync_tree(new)
        clear_rest(paths, app)
        os.rename(new, paths.app(app))
        values.sync(paths.apps)
    except (OSError, Failure) as error:
        values.remove_tree(new)
        if listing.is_there(paths, app):
            return
        if isinstance(error, OSError) and error.errno in _TAKEN:
            text = f"cannot make the app's directory: what is in its place is no app: {paths.app(app)}"
            raise Failure("state-write", text, "look at it on the host, and move it away") from error
        raise Failure("state-write", "cannot make the app's directory (disk full?)") from error
    audit(paths, key, app, "create", 0)


def clear_rest(paths: HostPaths, app: str) -> None:
    """What an app that was destroyed has left in its place goes, and nothing else. Raises OSError."""
    if listing.is_rest(paths, app):
        gone = paths.apps / f".gone.{os.getpid()}.{os.urandom(4).hex()}"
        os.rename(paths.app(app), gone)
        if listing.is_app_directory(gone):
            # Somebody has made the app just then.
            os.rename(gone, paths.app(app))
        else:
            values.remove_tree(gone)


def make_repository(repository: Path) -> None:
    """An empty repository in the directory, which is the git user's. Raises `Failure`, OSError."""
    owner = _git_user()
    if owner:
        os.chown(repository, *owner)
    command = ["/usr/bin/git", "init", "--quiet", "--bare", "--template=", "--initial-branch=main", "."]
    made = run(as_git_user(command), environment=GIT_ENVIRONMENT, directory=repository)
    if not made.ok:
        raise Failure("state-write", f"cannot make the app's repository: {made.complaint}")
    info = repository / "info"
    values.make_directory(info)
    values.put(info / "attributes", _ATTRIBUTES)
    if owner:
        for path in (info, info / "attributes"):
            os.chown(path, *owner)


def _git_user() -> tuple[int, int] | None:
    """The git user's ids; None where we are not root, as in tests."""
    if os.geteuid() != 0:
        return None
    import pwd

    try:
        entry = pwd.getpwnam(GIT_USER)
    except KeyError:
        return None
    return entry.pw_uid, entry.pw_gid
