"""A destination that rclone reaches: storage of Azure, Google, Dropbox, WebDAV and others. restic starts rclone, which
finds the remote in a file of ours (https://rclone.org/docs/#config-file)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pocketpaas import rules
from pocketpaas.failure import BadRequest
from pocketpaas.state import names

_PREFIX = "rclone:"
#: An option of restic: how it starts rclone. As it does by itself, but that rclone tries once what restic tries ten
#: times. With both, a server that takes no connection was given up after 20 minutes. What stands still the host itself
#: ends (`tool`), before rclone does: with an error of rclone restic would try again, as if something moved.
SERVING = "rclone.args=serve restic --stdio --b2-hard-delete --low-level-retries 1 --contimeout 5s --timeout 15m"
#: What of a remote is no secret, and says most where something is wrong.
_OPEN = ("type", "url", "endpoint", "vendor", "region", "provider")
#: How restic passes on what rclone says: the time, and how grave it is.
_SAID = re.compile(r"^rclone: (?:[0-9/]+ [0-9:]+ )?(?:(ERROR|CRITICAL|NOTICE|INFO) *: )?(.*)$")


def configuration(location: str, sent: str) -> str:
    """rclone's file for the destination, of the options that were sent: lines `KEY = VALUE`. Raises `BadRequest`."""
    found = _options(sent)
    if found.get("type") not in rules.words("rclone-types"):
        raise BadRequest("backups cannot go to a remote of rclone of this type")
    if not names.is_number(str(len(found)), *rules.limits("rclone-options")):
        raise BadRequest("the remote of rclone has too many options")
    remote = location.removeprefix(_PREFIX).partition(":")[0]
    return "\n".join([f"[{remote}]", *(f"{key} = {value}" for key, value in found.items())])


def _options(text: str) -> dict[str, str]:
    least, most = rules.limits("rclone-value-length")
    found = {}
    for line in text.split("\n"):
        key, _, value = line.partition(" = ")
        if not (names.is_rclone_option(key) and least <= len(value) <= most and _is_plain(value)):
            raise BadRequest("this is no remote of rclone that a host can use")
        found[key] = value
    return found


def _is_plain(value: str) -> bool:
    return value == value.strip() and not any(character < " " or character == "\x7f" for character in value)


def secrets(text: str) -> list[str]:
    """What of such a file nobody may read."""
    options = (line.partition(" = ") for line in text.splitlines())
    return [value for key, _, value in options if value and key not in _OPEN]


def why(lines: Sequence[str]) -> str:
    """What rclone says that went wrong, of all that restic says; empty where it says nothing of that kind."""
    found = [match for match in map(_SAID.match, lines) if match and match[1] not in ("NOTICE", "INFO")]
    return found[-1][2] if found else ""
