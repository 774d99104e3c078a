"""The words of a command line, as the clients of Redis and Valkey split it: only as words does their client
take a command whose failure it tells by its exit code."""

from __future__ import annotations

import re

from pocketpaas.failure import BadRequest

_PIECE = re.compile(
    rb"""\s*(?:"((?:[^"\\]|\\.)*)"(?=\s|$)|'((?:[^'\\]|\\.)*)'(?=\s|$)|([^\s"'][^\s"']*(?=\s|$)))""", re.DOTALL
)
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}


def split(text: str) -> list[str]:
    """The words; within double quotes \\n, \\xHH and the like stand for characters. Raises `BadRequest` for
    quotes that do not end, and for what no argument of a program can hold."""
    try:
        return [one.decode() for one in _split(text.encode().strip())]
    except UnicodeError as error:
        raise _unfit() from error


def _split(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        piece = _PIECE.match(data, at)
        if piece is None:
            raise BadRequest("the command has quotes that do not end, or that end within a word")
        double, single, plain = piece.groups()
        word = plain
        if double is not None:
            word = _ESCAPE.sub(lambda one: _meant(one[1]), double)
        elif single is not None:
            word = single.replace(b"\\'", b"'")
        if b"\0" in word:
            raise _unfit()
        found.append(word)
        at = piece.end()
    return found


def _meant(escape: bytes) -> bytes:
    if len(escape) == 3:
        return bytes((int(escape[1:], 16),))
    return _NAMED.get(escape, escape)


def _unfit() -> BadRequest:
    return BadRequest(
        "the command holds bytes that are no text", cure="give it on standard input: … console NAME <FILE"
    )
