"""Whether the system asks for a restart, as after an update of its kernel, and for what (Debian's and Ubuntu's
/var/run/reboot-required)."""

from __future__ import annotations

import re
from pathlib import Path

from pocketpaas.notice.store import NoticeStore
from pocketpaas.state import values

REQUIRED = Path("/var/run/reboot-required")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,79}")
_SHOWN = 5


def look(store: NoticeStore, required: Path = REQUIRED) -> None:
    """Leaves the notice as it is now."""
    if required.exists():
        listed = values.lines(required.with_name(required.name + ".pkgs"))
        packages = list(dict.fromkeys(line for line in listed if _PACKAGE.fullmatch(line)))
        text = "the host asks to be restarted"
        if packages:
            text += f", for {', '.join(packages[:_SHOWN])}"
            if len(packages) > _SHOWN:
                text += f" and {len(packages) - _SHOWN} more"
        store.put("reboot", "", "", text, "when it suits: apps come back by themselves", (required,))
    store.sweep("reboot")
