"""A question to another machine whose standard streams are the caller's: a command in a process there, a connection to
it, its files. The bytes do not pass through this program: SSH has the caller's streams themselves."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence

from pocketpaas.cluster import peers
from pocketpaas.machine.process import ENVIRONMENT
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

_GRACE = 5.0


def hand_on(paths: HostPaths, node: Node, words: Sequence[str], term: str | None = None) -> int:
    """What `peer` does there with these streams; its exit code. `term` is the kind of the caller's terminal, None where
    the streams are none. Raises `Unreachable` where the machine does not answer, or its connection breaks."""
    with peers.kept_open(paths):
        peers.meet(paths, node)
        environment = dict(ENVIRONMENT) | ({"TERM": term} if term else {})
        with subprocess.Popen(peers.session(paths, node, words, term is not None), env=environment) as ssh:
            try:
                code = ssh.wait()
            finally:
                _end(ssh)
        # ssh says 255 for itself, and a command may have said it.
        if code == peers.LOST:
            peers.refuse_lost(paths, node)
    return code if code >= 0 else 128 - code


def _end(ssh: subprocess.Popen[bytes]) -> None:
    """It may still run where this program was told to end. The other machine ends what it began when the connection
    ends, which the block around this one does."""
    if ssh.poll() is None:
        ssh.send_signal(signal.SIGTERM)
        try:
            ssh.wait(_GRACE)
        except subprocess.TimeoutExpired:
            ssh.kill()
