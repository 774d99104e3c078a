"""How things fail on the host: one tree of exceptions, each with its exit code, cause, sentence and cure.

Raised anywhere, caught in one place (`pocketpaas.entry.program`), which turns it into the protocol's lines `+fail` and
`+hint`. Exit codes are those of the command line (docs/protocol.md): 1 unexpected, 2 bad request, 4 refused, 5 failed,
6 failed and the app is down. """

from __future__ import annotations

import errno


class Failure(Exception):
    """Why a program ends: `cause` is one word with dashes, `text` one sentence, `cure` what to do about it (may be
    empty)."""

    code = 1

    def __init__(self, cause: str, text: str, cure: str = "") -> None:
        super().__init__(text)
        self.cause = cause
        self.text = text
        self.cure = cure


class Damaged(Failure):
    """The host's state is not what was written: named, never guessed."""

    def __init__(self, path: object, what: str) -> None:
        super().__init__(
            "state-damaged",
            f"the host's state is damaged: {path} {what}",
            "look at the file on the host; if the disk is full or was, make room and run the command again",
        )


class CannotWrite(Failure):
    """A file of the host's state could not be written; what it held before is still there. `error` is why not."""

    def __init__(self, path: object, error: Exception | None = None) -> None:
        why = "disk full?"
        if isinstance(error, OSError) and error.strerror and not is_no_room(error):
            why = error.strerror
        super().__init__("state-write", f"cannot write {path} ({why})")


class BadRequest(Failure):
    """What was sent cannot be right; nothing was touched."""

    code = 2

    def __init__(self, text: str, cause: str = "bad-request", cure: str = "") -> None:
        super().__init__(cause, text, cure)


class Refused(Failure):
    """A lock, a missing right or a precondition stands against it; nothing was changed."""

    code = 4


class Busy(Refused):
    """Another operation is at work. `text` says which, by whom and since when."""

    def __init__(self, text: str, cure: str = "wait until it has ended and try again") -> None:
        super().__init__("locked", text, cure)


class NoEngine(Refused):
    """The Docker engine does not answer, so nothing is known of what runs."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "no-engine",
            f"the Docker engine on the host does not answer: {why}",
            "look at it on the host: systemctl status docker",
        )


class Failed(Failure):
    """The operation failed; `code` is 5 where the old release serves, 6 where nothing does."""

    def __init__(self, cause: str, text: str, cure: str = "", code: int = 5) -> None:
        super().__init__(cause, text, cure)
        self.code = code


def is_no_room(error: BaseException) -> bool:
    """Whether it comes of a disk that takes no more: no room, no inodes, a quota."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        found = found.__cause__
    return False


class Cancelled(BaseException):
    """SIGTERM came: the work is to be taken back. No `Exception`, so that nothing swallows it."""
