"""The door's shortest way: a verb goes on to `enter` before anything else of ours is loaded, which would take three
times as long as all of this. What is not plain here is left to `entry.door`, which says what is wrong with it."""

from __future__ import annotations

import os

from pocketpaas.machine.search import PATH

MAX_COMMAND = 16384
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_OF_A_WORD = frozenset(_LETTERS + "._:/@=+,-")
_OF_A_TERMINAL = frozenset(_LETTERS + "._+-")


def enter(programs: str, key: str, words: list[str]) -> list[str]:
    """The one command that sudoers allows; `programs` is the directory of these programs. `current` may be replaced
    meanwhile; that is what it is for."""
    current = os.path.join(os.path.dirname(programs), "current")
    return ["/usr/bin/sudo", "-n", "--", os.path.join(current, "enter"), key, *words]


def environment() -> dict[str, str]:
    """Of a verb."""
    return {"PATH": PATH, "LC_ALL": "C.UTF-8", "TERM": _terminal(os.environ.get("TERM", ""))}


def _terminal(term: str) -> str:
    """The kind of the caller's terminal, for `run`."""
    plain = term[:1] in _LETTERS and 0 < len(term) <= 40 and _OF_A_TERMINAL.issuperset(term)
    return term if plain else "dumb"


def hand_over(programs: str, arguments: list[str]) -> None:
    """Becomes `enter`, where the command is a verb that may come from outside. Returns where it is anything else."""
    words = os.environ.get("SSH_ORIGINAL_COMMAND", "").split(" ")
    if len(arguments) != 1 or len(words) < 2 or sum(map(len, words)) + len(words) > MAX_COMMAND:
        return
    if not (
        arguments[0]
        and arguments[0][0] in _LETTERS
        and all(word and _OF_A_WORD.issuperset(word) for word in (*arguments, *words))
    ):
        return
    try:
        with open(os.path.join(programs, "outside"), encoding="ascii") as file:
            protocol, *verbs = file.read().split()
    except (OSError, ValueError):
        # A test, or damage: the long way tells.
        return
    if words[0] == f"pocketpaas/{protocol}" and words[1] in verbs:
        command = enter(programs, arguments[0], words[1:])
        os.execve(command[0], command, environment())
