"""What the tool says of a backup whose data are not what was stored."""

from __future__ import annotations

import re

from pocketpaas.failure import Failed

_OLDER = "try an older one (pocketpaas backups), and make a new one: pocketpaas backups create"
#: Of what is known to be lost, as after `Repository.mend`.
_UNKNOWN = re.compile(
    r"^(Unknown blob|(?!ignoring error for ).*not found in (the )?(index|repository)"
    # The last words, not the name of a file before them.
    r"|ignoring error for .*: [^:/]*not found in (the )?(index|repository)[^:]*$)",
    re.MULTILINE,
)
_DAMAGED = re.compile(r"^ignoring error for (\S.*?): (.*)$", re.MULTILINE)


def failure(backup: str, said: bytes) -> Failed | None:
    """What is damaged, by what was said when it was read; None where it does not say that anything is."""
    text = said.decode("utf-8", "replace")
    if _UNKNOWN.search(text):
        return _failed(f"the backup {backup} is damaged where it is stored: data are lost")
    found = _DAMAGED.findall(text)
    if not found:
        return None
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    file, why = found[0]
    return _failed(f"the backup {backup} is damaged where it is stored: {file} cannot be read ({why}){more}")


def _failed(text: str) -> Failed:
    return Failed("backup-damaged", text, _OLDER)
