"""Values: one a file, byte for byte, written atomically.

Text is `str` decoded as UTF-8 with `surrogateescape`, so that any bytes come back as they were. Every write is checked:
one that fails raises `CannotWrite` and leaves the file as it was. A directory is private (0700) and a file 0600 unless
said otherwise. """

from __future__ import annotations

import filecmp
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pocketpaas.failure import CannotWrite, Damaged


def encode(text: str) -> bytes:
    """The bytes of a value."""
    return text.encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """The value of bytes."""
    return data.decode("utf-8", "surrogateescape")


# ---------------------------------------------------------------- reading


def read(path: Path) -> str | None:
    """The content; None where there is no such regular file, it cannot be read, or it holds a NUL."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    return None if b"\0" in data else decode(data)


def read_or(path: Path, otherwise: str) -> str:
    """The content, or `otherwise` where there is none. For what may be absent."""
    found = read(path)
    return otherwise if found is None else found


def need(path: Path, valid: Callable[[str], bool] | None = None) -> str:
    """The content of a file that must be there and be valid; raises `Damaged`: a damaged state is never guessed."""
    found = read(path)
    if found is None:
        raise Damaged(path, "is missing or cannot be read")
    if valid is not None and not valid(found):
        raise Damaged(path, "does not hold what belongs there")
    return found


def number(path: Path, otherwise: int, least: int = 0, most: int = 999_999_999_999_999) -> int:
    """A number that may be absent; raises `Damaged` for a file that holds none, or one out of bounds."""
    found = read_or(path, str(otherwise))
    if not (found.isascii() and found.isdigit() and least <= int(found) <= most):
        raise Damaged(path, f"does not hold a number from {least} to {most}")
    return int(found)


def setting(path: Path, otherwise: int, least: int = 0, most: int = 999_999_999_999_999) -> int:
    """The same of a setting of the host, which may be empty, too."""
    return otherwise if read_or(path, "") == "" else number(path, otherwise, least, most)


def lines(path: Path) -> tuple[str, ...]:
    """The lines that are not empty; none where there is no file."""
    return tuple(line for line in read_or(path, "").split("\n") if line)


def names(directory: Path) -> list[str]:
    """The names in a directory, in order, hidden ones left out; none where there is no directory."""
    try:
        return sorted(name for name in os.listdir(directory) if not name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []


def same(one: Path, other: Path) -> bool:
    """Whether both files are there and hold the same."""
    found = read(one)
    return found is not None and found == read(other)


def same_tree(one: Path, other: Path) -> bool:
    """Whether both directories are there and hold the same values. One with a link in it is not the same."""
    if not (one.is_dir() and other.is_dir()) or names(one) != names(other):
        return False
    for name in names(one):
        first, second = one / name, other / name
        if first.is_symlink() or second.is_symlink():
            return False
        if first.is_dir() or second.is_dir():
            if not same_tree(first, second):
                return False
        elif not filecmp.cmp(first, second, shallow=False):
            return False
    return True


# ---------------------------------------------------------------- writing


@contextmanager
def _checked(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(path, error) from error


def _beside(path: Path) -> Path:
    """A name of our own beside `path`; reconcile removes those that a killed program left."""
    return path.parent / f".new.{os.getpid()}.{os.urandom(4).hex()}"


def write(path: Path, text: str, mode: int = 0o600, durable: bool = True) -> None:
    """Replaces the file atomically; the directory must exist. `durable`: on the disk before this returns."""
    with _checked(path):
        write_file(path, encode(text), mode, durable)


def write_file(path: Path, data: bytes, mode: int = 0o600, durable: bool = True) -> None:
    """The same for bytes; raises OSError."""
    new = _beside(path)
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            if durable:
                os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        remove(new)
        raise
    if durable:
        sync(path.parent)


def put(path: Path, text: str, mode: int = 0o600) -> None:
    """Writes a file in a directory that nobody looks into yet: checked, but neither atomic nor on the disk (`sync_tree`
    does that)."""
    with _checked(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            # Whatever the umask is, and whatever was there before.
            os.fchmod(descriptor, mode)
            file.write(encode(text))


def write_lines(path: Path, items: Iterable[str], mode: int = 0o600) -> None:
    """The list as lines, atomically; a list without items is an empty file."""
    write(path, "\n".join(items), mode)


def touch(path: Path, mode: int = 0o644) -> None:
    """Makes sure that the (flag) file is there."""
    with _checked(path):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, mode))


def remove(path: Path) -> None:
    """Removes a file or link; nothing where there is none. Raises OSError."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def remove_tree(path: Path) -> None:
    """Removes a directory, file or link with all that is in it; nothing where there is none. Raises OSError."""
    if path.is_symlink() or not path.is_dir():
        remove(path)
    else:
        # Loaded where there is a directory: starting is to stay cheap.
        from pocketpaas.state.deep import remove_directory

        remove_directory(path)


def make_directory(path: Path, mode: int = 0o700) -> None:
    """Makes a directory (and its parents) with that mode; one that is there is left as it is."""
    with _checked(path):
        if not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.mkdir(path)
            os.chmod(path, mode)


def make_inside(path: Path, mode: int = 0o700) -> bool:
    """The same in a directory that may be gone, and is never made for it; whether it is there."""
    try:
        with _checked(path):
            os.mkdir(path)
            os.chmod(path, mode)
    except CannotWrite as error:
        if isinstance(error.__cause__, FileExistsError):
            return True
        if isinstance(error.__cause__, (FileNotFoundError, NotADirectoryError)):
            return False
        raise
    return True


def fresh_directory(path: Path, mode: int = 0o700) -> None:
    """An empty directory, whatever was there before."""
    with _checked(path):
        remove_tree(path)
        os.mkdir(path)
        os.chmod(path, mode)


def copy_values(source: Path, target: Path) -> None:
    """The values of one directory into another that exists."""
    for name in names(source):
        if (source / name).is_file():
            put(target / name, need(source / name))


def copy_tree(source: Path, target: Path) -> None:
    """A copy of a directory, modes and links as they are; into `target`, which may exist."""
    from shutil import copytree

    with _checked(target):
        copytree(source, target, symlinks=True, dirs_exist_ok=True)


def replace_tree(source: Path, target: Path) -> None:
    """`target` becomes a copy of the directory. Not atomic, but never half a copy in its place; nothing where there is
    no source."""
    if not source.is_dir() or same_tree(source, target):
        return
    from shutil import copytree

    new = target.parent / f"{target.name}.new"
    with _checked(target):
        remove_tree(new)
        copytree(source, new, symlinks=True)
        sync_tree(new)
        remove_tree(target)
        os.rename(new, target)
        sync(target.parent)


def replace_values(source: Path, target: Path) -> None:
    """The same for a directory of values, most of which are equal: only those that differ are written."""
    if not source.is_dir():
        return
    make_directory(target)
    kept = names(source)
    for name in kept:
        if (source / name).is_file() and not same(source / name, target / name):
            write(target / name, need(source / name))
    with _checked(target):
        for name in names(target):
            if name not in kept:
                remove(target / name)


def link(goal: str, path: Path) -> None:
    """Makes or replaces a symbolic link by rename, and has it on the disk."""
    new = _beside(path)
    with _checked(path):
        try:
            os.symlink(goal, new)
            os.replace(new, path)
        except BaseException:
            remove(new)
            raise
        sync(path.parent)


def sync(path: Path) -> None:
    """A file or a directory onto the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(directory: Path) -> None:
    """Every file and directory below, and `directory` itself, onto the disk. Raises OSError."""
    from pocketpaas.state.deep import walk

    for parent, _, files in walk(directory):
        for name in files:
            path = parent / name
            if not path.is_symlink():
                sync(path)
        sync(parent)
