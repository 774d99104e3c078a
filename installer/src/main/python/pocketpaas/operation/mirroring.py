"""After a change of the home of a cluster the other managers are told of it, in the background (`backup.mirror`)."""

from __future__ import annotations

from pocketpaas.machine.process import run
from pocketpaas.state import nodes, values
from pocketpaas.state.paths import HostPaths

UNIT = "pocketpaas-mirror.service"


def start(paths: HostPaths) -> None:
    """It begins, or what is at work does it once more. What goes wrong here the host's timer does."""
    values.touch(nodes.directory(paths) / "changed")
    command = [
        "systemd-run",
        "--quiet",
        "--collect",
        "--unit",
        UNIT,
        "--description",
        "PocketPaaS: telling the managers",
    ]
    command += ["--property", "UMask=0077", "--property", "StandardInput=null", "--property", "IgnoreSIGPIPE=no"]
    run([*command, str(paths.programs / "work" / "mirror")])
