"""What Python makes of the programs (`__pycache__`), so that starting stays cheap; no part of the set that was sent."""

from __future__ import annotations

import sys
from pathlib import Path

from pocketpaas.state import names
from pocketpaas.state.paths import HostPaths

NAME = "__pycache__"


def compile_all(directory: Path, place: Path) -> None:
    """Compiles the programs in `directory`, so that their source is not looked at again, as it never changes. `place`
    is where they will be. What another version of Python made stays."""
    import compileall
    from py_compile import PycInvalidationMode

    compileall.compile_dir(
        directory,
        quiet=2,
        ddir=str(place),
        force=True,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    for path in directory.rglob(NAME):
        path.chmod(0o755)
        for file in path.iterdir():
            file.chmod(0o644)


def compile_missing(paths: HostPaths) -> None:
    """Compiles the installed programs where that was not done: programs of before put them in place, or the system has
    another version of Python by now. The door's is the sign, as root itself never runs it. Raises OSError."""
    programs = paths.programs
    sign = programs / "pocketpaas" / "entry" / NAME / f"door.{sys.implementation.cache_tag}.pyc"
    if names.is_sha256(programs.name) and not sign.is_file():
        compile_all(programs, programs)
