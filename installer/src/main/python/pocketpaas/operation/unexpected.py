"""What nobody foresaw: an error of ours, told where people and developers each look."""

from __future__ import annotations

import os

from pocketpaas.failure import is_no_room
from pocketpaas.machine.events import Reporter
from pocketpaas.state.paths import HostPaths


def tell_unexpected(paths: HostPaths, reporter: Reporter, error: BaseException) -> None:
    """An error of ours: people get one sentence, the host's log all of it. Where the disk takes no more (there may be
    room, and no inodes) that is said."""
    where = keep(paths, error)
    if is_no_room(error):
        reporter.fail("disk-full", f"the host's disk is full: {error}; what was live is live")
        reporter.hint("make room on the host (df -h, df -i, docker system df), and run the command again")
        return
    reporter.fail("unexpected", f"unexpected error ({where}); what was live is live")
    reporter.hint(f"the whole of it is on the host, in {paths.log}/errors.log; please report it")


def keep(paths: HostPaths, error: BaseException) -> str:
    """All of it goes into the host's log; what it was, and where, for a sentence."""
    # Loaded by nobody else: starting is to stay cheap.
    import traceback

    try:
        with open(paths.log / "errors.log", "a", encoding="utf-8", errors="backslashreplace") as log:
            traceback.print_exception(error, file=log)
    except OSError:
        # Then the sentence is all there is.
        pass
    places = traceback.extract_tb(error.__traceback__)
    where = f" in {os.path.basename(places[-1].filename)}:{places[-1].lineno}" if places else ""
    return f"{type(error).__name__}{where}"
