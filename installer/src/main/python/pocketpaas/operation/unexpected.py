"""What nobody foresaw: an error of ours, told where people and developers each look."""

from __future__ import annotations

import os

from pocketpaas.machine.events import Reporter
from pocketpaas.state.paths import HostPaths


def tell_unexpected(paths: HostPaths, reporter: Reporter, error: BaseException) -> None:
    """An error of ours: people get one sentence, the host's log all of it."""
    # Loaded by nobody else: starting is to stay cheap.
    import traceback

    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"
    try:
        with open(paths.log / "errors.log", "a", encoding="utf-8", errors="backslashreplace") as log:
            traceback.print_exception(error, file=log)
    except OSError:
        # Then the sentence below is all there is.
        pass
    reporter.fail("unexpected", f"unexpected error ({type(error).__name__} in {where}); what was live is live")
    reporter.hint(f"the whole of it is on the host, in {paths.log}/errors.log; please report it")
