"""restic, a package of the distribution. Location, passphrase and the key of a bucket reach it as files, never as
arguments or values of its environment."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pocketpaas.backup import left_locks, rclone, waiting
from pocketpaas.backup.sftp import ALIAS
from pocketpaas.backup.store import Destination
from pocketpaas.machine import apart
from pocketpaas.machine.process import UTC_ENVIRONMENT, Ended, run, stream
from pocketpaas.state import values

#: The tool has neither read nor written anything for so long: the connection is dead.
_STALL_SECONDS = 300.0
_LONG = 86_400.0
_UNLOCK_SECONDS, _HELP_SECONDS = 600.0, 30.0
_LAST = 1 << 18
_TIME_OVER, _STALLED, _MISSING = 124, 125, 127
_WORTH_TELLING = re.compile(r"^(Fatal: |error: |ignoring error for )", re.IGNORECASE)
_STACK = re.compile(r"(github\.com|golang\.org)/\S+$|(main|runtime)\.\S+$")


class Tool:
    """restic for one destination. While another host has it locked, everything waits: `tell` is told so."""

    def __init__(self, destination: Destination, tell: Callable[[str], None]) -> None:
        self._destination = destination
        self._patience = waiting.Patience(tell)
        self._left = left_locks.LeftLocks(self._ask)

    def run(self, *words: str, seconds: float) -> Ended:
        """What it says, for what does not take long."""
        while True:
            ended = self._ask(words, seconds)
            if not self._again(ended.code, ended.err):
                return ended

    def has(self, command: str, option: str) -> bool:
        """Whether this version knows an option: of the distributions each has its own."""
        return option.encode() in self.run(command, "--help", seconds=_HELP_SECONDS).out

    def work(self, *words: str) -> Ended:
        """The same for what takes long, as long as something moves; all that was said last is in `err`."""
        said: list[bytes] = []
        length = 0

        def hear(line: bytes) -> None:
            nonlocal length
            said.append(line)
            length += len(line)
            while length > _LAST and len(said) > 1:
                length -= len(said.pop(0))

        code = self.stream(*words, each_line=hear)
        return Ended(code, b"", b"\n".join(said))

    def stream(
        self,
        *words: str,
        each_line: Callable[[bytes], None],
        directory: Path | str = "/",
        more: Mapping[str, str] | None = None,
        others: Sequence[Path] = (),
    ) -> int:
        """Every line that it says, as soon as it is there; its exit code. No link leads it out of `others`, directories
        that others write to."""
        environment = {**self._environment(), **(more or {})}
        while True:
            of_lock: list[bytes] = []
            begun: list[bool] = []

            def hear(line: bytes, of_lock: list[bytes] = of_lock, begun: list[bool] = begun) -> None:
                if of_lock or (not begun and waiting.is_begin(line)):
                    of_lock.append(line)
                    return
                if not begun and line.startswith(b"{"):
                    # It has the lock: what it tells of now are files of apps.
                    begun.append(True)
                each_line(line)

            code = stream(
                self._restic(*words, others=others),
                hear,
                seconds=_LONG,
                stall=_STALL_SECONDS,
                environment=environment,
                directory=directory,
            )
            if not self._again(code, b"\n".join(of_lock)):
                for line in of_lock:
                    each_line(line)
                return code

    def _again(self, code: int, said: bytes) -> bool:
        """Whether it has not begun, as another host has the lock, and is to be tried once more."""
        if not waiting.is_locked(code, said):
            return False
        if self._left.can_go(self._name):
            self._ask(["unlock"], _UNLOCK_SECONDS)
            return True
        return self._patience.wait()

    def _ask(self, words: Sequence[str], seconds: float) -> Ended:
        """The same as `run`, and nobody is waited for."""
        environment = self._environment()
        return run(self._restic(*words), seconds=seconds, environment=environment)

    @property
    def _name(self) -> str:
        return left_locks.machine_name(values.read_or(self._destination.directory / "host", "host"))

    def _restic(self, *words: str, others: Sequence[Path] = ()) -> list[str]:
        limit = self._destination.limit
        options = ["--limit-upload", str(limit)] if limit else []
        if self._destination.is_sftp:
            # restic makes words of it; the path is ours.
            options += ["-o", f"sftp.command=ssh -F {self._destination.ssh_config} {ALIAS} -s sftp"]
        if self._destination.is_rclone:
            options += ["-o", rclone.SERVING]
        return apart.apart(["restic", "--no-cache", *options, *words], self._name, others)

    def _environment(self) -> dict[str, str]:
        found = {
            **UTC_ENVIRONMENT,
            "RESTIC_REPOSITORY_FILE": str(self._destination.location_file),
            "RESTIC_PASSWORD_FILE": str(self._destination.passphrase_file),
        }
        if self._destination.is_sftp:
            found["RESTIC_REPOSITORY_FILE"] = str(self._destination.repository_file)
        if self._destination.is_bucket:
            found["AWS_SHARED_CREDENTIALS_FILE"] = str(self._destination.credentials_file)
        if self._destination.is_rclone:
            found["RCLONE_CONFIG"] = str(self._destination.rclone_file)
        return found

    def why(self, ended: Ended) -> str:
        """The line that says most of what it said, without anything that is secret."""
        if ended.code == _TIME_OVER:
            return "it took too long to answer"
        if ended.code == _STALLED:
            return f"nothing went there or came back for {_STALL_SECONDS:.0f} s: the connection was cut"
        if ended.code == _MISSING:
            return "restic is not installed on the host"
        lines = _lines(ended)
        if waiting.is_locked(ended.code, ended.err) and waiting.holder(lines):
            return waiting.holder(lines)
        by_rclone = rclone.why(lines)
        worth = [by_rclone] if by_rclone else [line for line in lines if _WORTH_TELLING.match(line)] or lines[-1:]
        text = " ".join(_WORTH_TELLING.sub("", line) for line in worth[:3]) or f"restic ended with {ended.code}"
        # Of a place that it reads from a file it does not say which.
        text = text.replace("repository at  failed", f"repository at {self._destination.location} failed")
        for secret in self._secrets():
            text = text.replace(secret, "***") if len(secret) > 3 else text
        return text

    def _secrets(self) -> list[str]:
        files = (self._destination.passphrase_file, self._destination.credentials_file)
        found = [line.rpartition(" = ")[2].strip() for file in files for line in values.lines(file)]
        return found + rclone.secrets(values.read_or(self._destination.rclone_file, ""))


def _lines(ended: Ended) -> list[str]:
    """What it said. Newer versions say why they end as a document."""
    found: list[str] = []
    for line in ended.err.decode("utf-8", "replace").splitlines():
        told = _document(line)
        found += str(told.get("message", "")).splitlines() if told.get("message_type") == "exit_error" else [line]
    # Where in its source it happened says nothing to people.
    before = list(itertools.takewhile(lambda line: not _STACK.match(line), found)) or found
    return [line.strip() for line in before if line.strip()]


def _document(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line) if line.startswith("{") else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
