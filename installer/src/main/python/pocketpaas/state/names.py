"""What a valid name is, by the rules that the laptop has, too. Each function takes text from outside and says yes or
no."""

from __future__ import annotations

import re

from pocketpaas import rules


def _is(pattern: str, text: str) -> bool:
    return rules.pattern(pattern).fullmatch(text) is not None


def is_app(text: str) -> bool:
    """A DNS label of at most 40 characters that begins with a letter."""
    return _is("app", text)


def is_process_type(text: str) -> bool:
    """The name of a process type."""
    return _is("type", text)


def is_variable(text: str) -> bool:
    """The name of an environment variable that is not one of ours."""
    return (
        _is("variable", text) and text not in rules.words("reserved-variables") and not text.startswith("POCKETPAAS_")
    )


def is_key(text: str) -> bool:
    """The name of an SSH key."""
    return _is("key", text)


def is_release(text: str) -> bool:
    """A release number, without the v."""
    return _is("release", text)


def is_commit(text: str) -> bool:
    """An object id of git, whole."""
    return _is("commit", text)


def is_sha256(text: str) -> bool:
    """A SHA-256 in hexadecimal."""
    return _is("sha256", text)


def is_number(text: str, least: int = 0, most: int = 999_999_999_999_999) -> bool:
    """A decimal number without sign and leading zeros, within bounds."""
    return _is("number", text) and least <= int(text) <= most


def is_domain(text: str) -> bool:
    """A host name in lower case with at least two labels, optionally `*.name`; the last label is no number."""
    return len(text) <= 253 and _is("domain", text) and re.search(r"\.[0-9]+\Z", text) is None


def is_range(text: str) -> bool:
    """An address or a range, by its form; nginx's own test has the last word."""
    return len(text) <= 50 and _is("range", text)


def is_branch(text: str) -> bool:
    """A branch name that can be an argument of a verb (git itself allows more)."""
    return len(text) <= 200 and _is("branch", text)


def is_tree_path(text: str) -> bool:
    """A path in a value tree: no component begins with a dot, so none can leave its directory."""
    return len(text) <= 1024 and _is("path", text) and all(len(part) <= 255 for part in text.split("/"))


def is_argument(text: str) -> bool:
    """What may stand on a verb's command line at all."""
    return len(text) <= 8192 and _is("argument", text)


def is_image(text: str) -> bool:
    """The id of an image."""
    return _is("image", text)


def is_work(text: str) -> bool:
    """The id of an operation."""
    return _is("work", text)
