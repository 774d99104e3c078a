"""As whom the program of a container works."""

from __future__ import annotations

from pathlib import Path

_INIT = ("docker-init", "tini")
_PROC = Path("/proc")


def owner_of(pid: int, proc: Path = _PROC) -> tuple[int, int]:
    """User and group, as they are numbered inside the container, of the program whose first process it is: an image
    that begins as root may have become somebody else by now. Raises OSError."""
    while _line(proc / str(pid) / "comm").startswith(_INIT):
        # The init of the engine waits for the one program that it has started.
        children = _line(proc / str(pid) / "task" / str(pid) / "children").split()
        if not children:
            break
        pid = int(children[0])
    status = (proc / str(pid) / "status").read_text(errors="replace")
    found = {}
    for line in status.splitlines():
        key, _, numbers = line.partition(":")
        if key in ("Uid", "Gid"):
            # The second one is what counts at this moment.
            found[key] = int(numbers.split()[1])
    return _inner(proc / str(pid) / "uid_map", found["Uid"]), _inner(proc / str(pid) / "gid_map", found["Gid"])


def _inner(ranges: Path, number: int) -> int:
    """What the number outside is inside (user_namespaces(7)); itself where nothing is said of it."""
    for line in _line(ranges, whole=True).splitlines():
        inside, outside, count = (int(field) for field in line.split())
        if outside <= number < outside + count:
            return number - outside + inside
    return number


def _line(path: Path, whole: bool = False) -> str:
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return ""
    return text if whole else text.strip()
