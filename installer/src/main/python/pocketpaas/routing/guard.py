"""Before nginx starts: what of ours it does not take is left out, so that it starts for all others; the app's own
reconcile tries again. And what it sends to an app must not leave the machine (`engine.networks.guard`)."""

from __future__ import annotations

import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pocketpaas.engine import networks
from pocketpaas.routing import metadata
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import run
from pocketpaas.routing import nginx, places, snippets
from pocketpaas.routing.certificates import complaint
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `guard`: 0; 1 where a route could not be made, or nginx will not start and it is not for us to
    mend."""
    routed = networks.guard(paths)
    # Of no importance for nginx: the timer tries again.
    metadata.guard(paths)
    return 0 if mend(paths) and routed else 1


def shut() -> None:
    """Nobody but root reads nginx's files of the apps: those of earlier programs were for all to read, with the secret
    of a move in them. Raises OSError."""
    for file in places.SITES.glob("*.conf"):
        with suppress(FileNotFoundError):
            found = file.lstat().st_mode
            if stat.S_ISREG(found) and found & 0o077:
                file.chmod(0o600)


def mend(paths: HostPaths) -> bool:
    """Whether nginx takes what is there, perhaps without files of ours, which are removed. Where it cannot be tried
    nothing is left out: then nginx itself has the word."""
    import tempfile

    if run(["nginx", "-t", "-q"]).ok:
        return True
    try:
        with tempfile.TemporaryDirectory(prefix="pocketpaas-guard.", dir=places.RUN) as aside:
            return _mend(paths, Path(aside))
    except OSError as error:
        print(f"nginx's files could not be tried: {error}", file=sys.stderr)
        return False


def _mend(paths: HostPaths, aside: Path) -> bool:
    import shutil

    (aside / "snippets").mkdir()
    # What fails without us is not ours to mend.
    if not nginx.try_with(aside).ok:
        return False
    sites = [file for file in sorted(places.SITES.glob("*.conf")) if file.is_file()]
    for file in sites:
        shutil.copy2(file, aside)
    if not nginx.try_with(aside).ok:
        for file in sites:
            values.remove(aside / file.name)
        for file in sites:
            _try_one(file, aside)
    for file in sorted((places.SITES / "snippets").glob("*.conf")):
        objection = _try_one(file, aside / "snippets") if file.is_file() else None
        if objection is not None:
            app = file.name.removesuffix(".conf")
            snippets.remember(paths, app, snippets.objection(app, objection))
    return True


def _try_one(file: Path, place: Path) -> str | None:
    """Puts a file beside those that nginx takes; removes it, in both places, where nginx does not take it: what it has
    against it. Raises OSError."""
    import shutil

    shutil.copy2(file, place)
    aside = place.parent if place.name == "snippets" else place
    ended = nginx.try_with(aside)
    if ended.ok:
        return None
    objection = complaint(values.decode(ended.err + ended.out))
    print(f"nginx does not take {file}, so it is left out: {objection}", file=sys.stderr)
    values.remove(place / file.name)
    values.remove(file)
    return objection
