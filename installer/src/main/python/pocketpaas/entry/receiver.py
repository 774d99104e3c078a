"""The default receiver: takes a pushed source and deploys it. Runs as the git user, in the repository, inside git's
quarantine.

Arguments: REPO (the app) REVISION USERNAME (the key) FINGERPRINT; the source as a tar on standard input. In the
environment: PP_BRANCH, the branch pushed. An owner's own receiver is /etc/pocketpaas/receiver and gets the same. Exit
codes: those of the deploy; anything but 0 rejects the push. """

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO

from pocketpaas.entry import source
from pocketpaas.entry.place import Place
from pocketpaas.failure import Refused
from pocketpaas.machine.events import HumanText, Reporter
from pocketpaas.machine.process import ENVIRONMENT
from pocketpaas.machine.relay import relay
from pocketpaas.state import tree, values
from pocketpaas.state.paths import HostPaths

_SUDO = "/usr/bin/sudo"


def main(paths: HostPaths, _reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    app, commit, key = arguments[:3]
    described = source.describe(commit, Path.cwd(), place=Place.of_environment())
    if described is None:
        raise Refused("no-commit", f"{commit} is not a commit")
    words = [described["tree"], *(described.get(f"blobs/{name}", "-") for name in ("pocketpaas.yml", "app.json"))]
    enter = str(paths.programs.parent / "current" / "enter")
    command = [_SUDO, "-n", "--", enter, key, "push", app, commit, *words, os.environ.get("PP_BRANCH", "")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(ENVIRONMENT)) as deploy:
        assert deploy.stdin is not None and deploy.stdout is not None
        feeder = threading.Thread(target=_feed, args=(tree.text(described), deploy.stdin), daemon=True)
        feeder.start()
        human = HumanText()
        relay(deploy.stdout.fileno(), sys.stdout.fileno(), _transform(human), lambda: _encoded(human.ending()))
        # Nobody reads any more; the deploy itself is a unit of its own, and goes on.
        deploy.stdout.close()
        return deploy.wait()


def _feed(description: bytes, target: IO[bytes]) -> None:
    """The description, then our standard input."""
    try:
        with target as pipe:
            pipe.write(description)
            shutil.copyfileobj(sys.stdin.buffer, pipe, 1 << 20)
    except BrokenPipeError:
        # Refused before all of it was read.
        pass


def _transform(human: HumanText) -> Callable[[bytes], list[bytes]]:
    return lambda line: _encoded(human.lines_of(values.decode(line)))


def _encoded(lines: Iterable[str]) -> list[bytes]:
    return [values.encode(line) for line in lines]
