"""Answers what the laptop's tests ask: whether the host's own checks take a value. Started by HostSide.java with the
directory of the programs; questions are lines on standard input, `KIND TAB base64 TAB …`, the answers lines: `yes`,
`no TAB why`, or `is TAB base64`."""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from pocketpaas import rules  # noqa: E402
from pocketpaas.build import select  # noqa: E402
from pocketpaas.build.procfile import Procfile  # noqa: E402
from pocketpaas.change import settings  # noqa: E402
from pocketpaas.failure import Failure  # noqa: E402
from pocketpaas.state import names, tree, values  # noqa: E402

#: As `init host` lists them: one for each language that is known.
BUILDPACKS = ("node", "ruby", "python", "java", "gradle", "scala", "php", "go", "clojure")


def store(data: bytes, directory: Path) -> Path:
    """A value tree as files."""
    values.remove_tree(directory)
    tree.store(tree.parse(data), directory)
    return directory


def judge_settings(scratch: Path, data: bytes) -> str:
    """Whether compiled settings are taken."""
    settings.check(store(data, scratch / "settings"))
    return "yes"


def judge_name(scratch: Path, kind: bytes, text: bytes) -> str:
    """Whether `names.is_KIND` takes the text."""
    return "yes" if getattr(names, f"is_{kind.decode()}")(values.decode(text)) else "no\t"


def judge_pattern(scratch: Path, kind: bytes, text: bytes) -> str:
    """Whether the pattern of that name takes the text."""
    return "yes" if rules.pattern(kind.decode()).fullmatch(values.decode(text)) else "no\t"


def read_title(scratch: Path, step: bytes) -> str:
    """What people read for a step."""
    return told(rules.title(step.decode()))


def read_procfile(scratch: Path, data: bytes) -> str:
    """The commands of a Procfile, and how many lines are none."""
    found = Procfile.parse(values.decode(data))
    pairs = "\0".join(f"{kind}\0{command}" for kind, command in found.commands.items())
    return told(f"{len(found.odd)}\0{pairs}")


def read_builder(scratch: Path, data: bytes, url: bytes, *files: bytes) -> str:
    """The builder that is chosen, and its buildpacks where they are listed."""
    source = dict(zip((values.decode(name) for name in files[::2]), map(values.decode, files[1::2])))
    directory = store(data, scratch / "settings")
    asked = select.Asked(directory, frozenset(source), source.__getitem__, values.decode(url), BUILDPACKS)
    found = select.select(asked)
    listed = found.packs if found.builder == "buildpacks" and not found.why.startswith("detected") else ()
    return told("\0".join((found.builder, *listed)))


def told(text: str) -> str:
    """An answer that holds text."""
    return "is\t" + base64.b64encode(values.encode(text)).decode()


ANSWERS = {
    "settings": judge_settings,
    "name": judge_name,
    "pattern": judge_pattern,
    "title": read_title,
    "procfile": read_procfile,
    "builder": read_builder,
}


def main() -> None:
    """Answers every line."""
    with tempfile.TemporaryDirectory() as scratch:
        for line in sys.stdin.buffer:
            kind, *fields = line.decode().rstrip("\n").split("\t")
            try:
                answer = ANSWERS[kind](Path(scratch), *(base64.b64decode(field) for field in fields))
            except Failure as failure:
                answer = f"no\t{failure.text!r}"
            print(answer)


main()
