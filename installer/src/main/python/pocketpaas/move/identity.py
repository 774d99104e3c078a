"""Which machine a host is, whatever people call it and wherever its address leads: a move is between two machines, and
a name in somebody's list of hosts may lead to another one tomorrow."""

from __future__ import annotations

import os
import re
import secrets

from pocketpaas.backup import strangers
from pocketpaas.failure import CannotWrite
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

#: What it looks like.
PATTERN = re.compile("[0-9a-f]{32}", re.ASCII)


def of(paths: HostPaths) -> str:
    """That of this machine, made once; a copy of a machine gets its own. Raises `CannotWrite`."""
    file, signs = paths.root / "identity", strangers.signs()
    if not _is_of(values.lines(file), signs):
        # Two who ask for the first time are told the same.
        made = paths.root / f".identity.{secrets.token_hex(8)}"
        values.write_lines(made, (secrets.token_hex(16), *signs))
        try:
            if file.exists() and not _is_of(values.lines(file), signs):
                os.replace(made, file)
            else:
                os.link(made, file)
        except FileExistsError:
            pass
        except OSError as error:
            raise CannotWrite(file, error) from error
        finally:
            values.remove(made)
    return values.lines(file)[0]


def _is_of(known: tuple[str, ...], signs: tuple[str, ...]) -> bool:
    if not known or not PATTERN.fullmatch(known[0]):
        return False
    return not strangers.differ(known[1:], signs)
