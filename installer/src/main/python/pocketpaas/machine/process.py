"""Other programs of the host: started from lists, in an environment of our own, never through a shell, never for longer
than they may take."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pocketpaas.machine.search import PATH

if TYPE_CHECKING:
    import subprocess

#: All that a program of the host gets. No name and no value that a user chose is ever in it.
ENVIRONMENT: Mapping[str, str] = {
    "PATH": PATH,
    "LC_ALL": "C.UTF-8",
    "HOME": "/nonexistent",
}

#: git reads neither the machine's nor the login's configuration, and never asks.
GIT_ENVIRONMENT: Mapping[str, str] = {
    **ENVIRONMENT,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
}

#: For programs that tell times in the zone that they are asked in.
UTC_ENVIRONMENT: Mapping[str, str] = {**ENVIRONMENT, "TZ": "UTC"}

GIT_USER = "pocketpaas"

_REST_SECONDS = 1.0


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code (negative: the signal; 124: its time was over), and what it printed."""

    code: int
    out: bytes
    err: bytes

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.code == 0

    @property
    def text(self) -> str:
        """What it printed on standard output, without a final newline."""
        return self.out.decode("utf-8", "surrogateescape").rstrip("\n")

    @property
    def complaint(self) -> str:
        """What it said on standard error (else on standard output), in one line."""
        said = self.err.strip() or self.out.strip()
        return " ".join(said.decode("utf-8", "replace").split("\n"))


def run(
    command: Sequence[str],
    *,
    seconds: float = 60,
    stdin: bytes | IO[bytes] | None = None,
    environment: Mapping[str, str] = ENVIRONMENT,
    directory: Path | str = "/",
) -> Ended:
    """Runs a program to its end, `seconds` at most (then it and its group are killed, code 124). Never raises for what
    the program does; one that is not there has code 127, one that cannot be started 126. Whoever has left its group and
    holds its output open is not waited for any longer than that."""
    # Loaded by programs that start others, so that the rest start quickly.
    import subprocess

    given: int | IO[bytes]
    given = subprocess.DEVNULL if stdin is None else subprocess.PIPE if isinstance(stdin, bytes) else stdin
    try:
        process = subprocess.Popen(
            list(command),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd=directory,
            start_new_session=True,
        )
    except OSError as error:
        return Ended(127 if isinstance(error, FileNotFoundError) else 126, b"", str(error).encode())
    try:
        out, err = process.communicate(stdin if isinstance(stdin, bytes) else None, timeout=seconds)
        return Ended(process.returncode, out, err)
    except subprocess.TimeoutExpired:
        _kill_group(process)
        return Ended(124, *_rest(process))
    except BaseException:
        _kill_group(process)
        process.wait()
        raise


def _rest(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """What one that was killed has printed."""
    import subprocess

    try:
        return process.communicate(timeout=_REST_SECONDS)
    except subprocess.TimeoutExpired as late:
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        return late.output or b"", late.stderr or b""


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def stream(
    command: Sequence[str],
    each_line: Callable[[bytes], None],
    *,
    seconds: float,
    silence: float | None = None,
    stall: float | None = None,
    stdin: IO[bytes] | None = None,
    environment: Mapping[str, str] = ENVIRONMENT,
    directory: Path | str = "/",
    talk_counts: bool = False,
) -> int:
    """Runs a program and hands on every line that it prints (standard error, too) as soon as it is there. Its exit
    code; 124 where `seconds` are over, 125 where it printed nothing for `silence` seconds: then it and its group got
    SIGTERM, five seconds later SIGKILL. 125 also where it read and wrote next to nothing for `stall` seconds, whatever
    it printed, unless `talk_counts`."""
    from pocketpaas.machine.streaming import stream_lines

    return stream_lines(command, each_line, seconds, silence, stdin, environment, directory, stall, talk_counts)


def as_git_user(command: Sequence[str]) -> list[str]:
    """The command as the git user. Root itself never runs git in a repository. (Where we are not root, as in tests, as
    ourselves.)"""
    if os.geteuid() != 0:
        return list(command)
    # Not runuser: that stays as a process of its own, and opens a session of PAM each time.
    return ["/usr/bin/setpriv", "--reuid", GIT_USER, "--regid", GIT_USER, "--init-groups", "--", *command]
