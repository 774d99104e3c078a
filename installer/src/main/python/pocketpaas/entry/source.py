"""What is in a commit: read by the git user, in a repository, also inside git's quarantine. And what of it cannot be
shipped."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.entry import including
from pocketpaas.entry.place import TOP, Place
from pocketpaas.failure import Refused
from pocketpaas.machine.process import GIT_ENVIRONMENT, Ended, run
from pocketpaas.state import values

#: How large an app's source may be, unpacked: what git sends can be a thousand times smaller than what it stands for.
SOURCE_BYTES = rules.limits("source-bytes")[1]
_SHOWN = 1000
_ROOTS_SECONDS = 5.0
#: Sizes between which a pointer of Git LFS is, and how it begins
#: (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
_POINTER_BYTES = range(100, 1025)
_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
#: A commit that the laptop made without its history (a shallow clone, a directory without git) is no beginning.
_SNAPSHOT = "^PocketPaaS-Snapshot: yes$"


#: A command as somebody else's.
RunAs = Callable[[list[str]], list[str]]


@dataclass(frozen=True)
class _Entry:
    mode: str
    kind: str
    id: str
    size: int
    path: str


def git_environment() -> dict[str, str]:
    """git's environment, with its own variables of the quarantine that a hook is run in."""
    inherited = {name: os.environ[name] for name in os.environ if name.startswith("GIT_") and name in _QUARANTINE}
    return {**GIT_ENVIRONMENT, **inherited}


_QUARANTINE = (
    *("GIT_DIR", "GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
    # Where a push comes from a shallow clone: only by this does git see it before the push is accepted.
    "GIT_SHALLOW_FILE",
)


@dataclass(frozen=True)
class Git:
    """git in a repository, as whom `run_as` says."""

    directory: Path
    run_as: RunAs

    def __call__(
        self, arguments: list[str], seconds: float = 60, stdin: bytes | None = None, index: Path | None = None
    ) -> Ended:
        command = self.run_as(["/usr/bin/git", *arguments])
        environment = {**git_environment(), **({} if index is None else {"GIT_INDEX_FILE": str(index)})}
        return run(command, environment=environment, directory=self.directory, seconds=seconds, stdin=stdin)


def describe(commit: str, repository: Path, run_as: RunAs = list, place: Place = TOP) -> dict[str, str] | None:
    """A value tree: tree (of the app's directory), subject, author, roots (the first commits of its history, lines),
    blobs/pocketpaas.yml, blobs/app.json, and where there are any, submodules, lfs and dotgit (lines of paths). None
    where the repository has no such commit. `run_as`: what makes a command one of the git user, where we are somebody
    else. Raises `Refused` where the commit has no such directory."""
    git = Git(repository, run_as)
    told = git(["log", "-1", "--no-show-signature", "--format=%T%x00%s%x00%an", commit, "--"])
    if not told.ok or not told.out:
        # Of what is no commit, as a file, it says nothing.
        return None
    tree, subject, author = (told.text.split("\0") + ["", ""])[:3]
    if place.included:
        tree = including.tree(commit, git, place)
    elif place.directory:
        tree = git(["rev-parse", "--verify", "--quiet", place.tree_of(commit)]).text
    found = {"tree": tree, "subject": _short(subject), "author": _short(author), "roots": _roots(commit, git)}
    entries = _entries(commit, git)
    # A symbolic link is no file, as the laptop sees it too.
    files = {entry.path: entry.id for entry in entries if entry.mode.startswith("100")}
    found.update((f"blobs/{name}", files[path]) for path, name in place.files.items() if path in files)
    inside = any(place.holds(entry.path) for entry in entries)
    entries = [entry for entry in entries if place.has(entry.path)]
    if place.directory and not inside:
        raise Refused(
            "no-directory",
            f"the commit {commit[:7]} has no directory {place.directory}",
            'commit its files, or correct "directory" in the manifest and run "pocketpaas deploy"',
        )
    _lines(found, "submodules", (entry.path for entry in entries if entry.kind == "commit"))
    _lines(found, "lfs", _lfs(entries, git))
    _lines(found, "dotgit", (entry.path for entry in entries if ".git" in entry.path.lower().split("/")))
    return found


def _short(text: str) -> str:
    return values.decode(values.encode(text)[:_SHOWN])


def _lines(found: dict[str, str], name: str, paths: Iterable[str]) -> None:
    listed = _short("\n".join(paths))
    if listed:
        found[name] = listed


def _roots(commit: str, git: Git) -> str:
    """A history so long that this takes seconds is not worth the wait; then the laptop cannot compare."""
    told = git(["rev-list", "--max-parents=0", "--invert-grep", f"--grep={_SNAPSHOT}", commit, "--"], _ROOTS_SECONDS)
    return _short(told.text) if told.ok else ""


def _entries(commit: str, git: Git) -> list[_Entry]:
    listed = git(["ls-tree", "-r", "-l", "-z", "--full-tree", commit])
    found = []
    for line in listed.out.split(b"\0"):
        facts, _, path = line.partition(b"\t")
        words = facts.decode("ascii").split()
        if len(words) == 4:
            size = int(words[3]) if words[3].isdigit() else 0
            found.append(_Entry(words[0], words[1], words[2], size, values.decode(path)))
    return found


def _lfs(entries: list[_Entry], git: Git) -> list[str]:
    """Paths of the files that are pointers of Git LFS. Only files of a pointer's size are looked into."""
    candidates = [entry for entry in entries if entry.kind == "blob" and entry.size in _POINTER_BYTES]
    if not candidates:
        return []
    asked = "".join(f"{entry.id}\n" for entry in candidates).encode()
    told = git(["cat-file", "--batch"], stdin=asked).out
    pointers = set()
    at = 0
    while at < len(told):
        end = told.find(b"\n", at)
        words = told[at:end].split()
        if len(words) != 3 or not words[2].isdigit():
            break
        size = int(words[2])
        if told.startswith(_POINTER, end + 1):
            pointers.add(words[0].decode())
        at = end + 1 + size + 1
    return [entry.path for entry in candidates if entry.id in pointers]


def refuse_unshippable(described: Mapping[str, str]) -> None:
    """Raises `Refused` for a source that would arrive without some of its files."""
    if "submodules" in described:
        raise Refused(
            "submodules",
            f"the commit has submodules, which would arrive as empty directories: {_list(described['submodules'])}",
            "put their files into the repository itself (git subtree), or fetch them in the build",
        )
    if "lfs" in described:
        raise Refused(
            "lfs",
            f"the commit holds Git LFS pointers instead of the files: {_list(described['lfs'])}",
            "there is no LFS server here: put the files into the repository itself (git lfs migrate export), "
            "or fetch them in the build",
        )

    if "dotgit" in described:
        raise Refused(
            "dotgit",
            f"the commit holds a path named .git, which git itself does not check out: {_list(described['dotgit'])}",
            "remove it from the commit: git rm --cached, then commit",
        )


def _list(lines: str) -> str:
    return lines.replace("\n", ", ")


def no_room() -> Refused:
    """For a source that could not be stored."""
    return Refused(
        "disk-full", "the source could not be stored (disk full?)", "make room on the host: df -h, docker system df"
    )


def store(read_from: int, file: Path) -> None:
    """Everything that comes on the descriptor into the file; raises `Refused` where it is too large or cannot be
    stored."""
    left = SOURCE_BYTES
    try:
        with open(file, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as target:
            while data := os.read(read_from, 1 << 20):
                left -= len(data)
                if left < 0:
                    break
                target.write(data)
    except OSError as error:
        raise no_room() from error
    if left < 0:
        raise Refused(
            "source-too-large",
            f"the source has more than {SOURCE_BYTES // 1024**2} MB",
            "keep what is so large out of the repository: a volume, or a download in the build",
        )


def is_whole(tar: Path) -> bool:
    """Whether it is a tar to its end (two blocks of zeros). One that was cut off must not be deployed."""
    try:
        with open(tar, "rb") as file:
            file.seek(-1024, os.SEEK_END)
            if file.read().strip(b"\0"):
                return False
    except OSError:
        return False
    listing = ["/usr/bin/tar", "--list", "--file", str(tar)]
    nowhere = subprocess.DEVNULL
    return subprocess.call(listing, env=dict(GIT_ENVIRONMENT), stdin=nowhere, stdout=nowhere, stderr=nowhere) == 0


def tree_of(commit: str, repository: Path, run_as: RunAs = list, place: Place = TOP) -> str:
    """git's name for all that belongs to the app in the commit. Raises `Refused`."""
    return including.tree(commit, Git(repository, run_as), place) if place.included else place.tree_of(commit)


def archive(commit: str, repository: Path, run_as: RunAs = list, place: Place = TOP) -> subprocess.Popen[bytes]:
    """`git archive` of the app's directory in the commit; its standard output is the tar. Raises `Refused`."""
    tree = tree_of(commit, repository, run_as, place)
    return subprocess.Popen(
        run_as(["/usr/bin/git", "-C", str(repository), "archive", "--format=tar", tree]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(GIT_ENVIRONMENT),
        cwd="/",
    )
