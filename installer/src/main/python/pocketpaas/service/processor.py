"""What a kind's server needs of the processor. Without it the server ends at its first instruction of that sort, with
nothing in its log: so it is looked at before anything is made."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.failure import Refused
from pocketpaas.service.kinds import Kind

_CPUINFO = Path("/proc/cpuinfo")
#: What the kernel calls the list on x86 and on ARM.
_LISTS = ("flags", "Features")


def refuse_without(kind: Kind) -> None:
    """Raises `Refused` where the processor has none of the features of which the kind needs one. Nothing where the
    kernel does not tell."""
    needed = kind.processor
    if not needed:
        return
    try:
        known = features(_CPUINFO.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return
    if known is not None and not known & set(needed):
        raise Refused(
            "service-processor",
            f"{kind.name} does not run on this machine: its processor lacks {needed[0].upper()}",
            "choose a machine, or a virtual machine's processor type, that has it; "
            "grep -o -w -m 1 avx /proc/cpuinfo tells whether it does",
        )


def features(cpuinfo: str) -> frozenset[str] | None:
    """What all processors of the machine have. None where the text does not say."""
    found: frozenset[str] | None = None
    for line in cpuinfo.splitlines():
        name, colon, words = line.partition(":")
        if colon and name.strip() in _LISTS:
            own = frozenset(words.split())
            found = own if found is None else found & own
    return found
