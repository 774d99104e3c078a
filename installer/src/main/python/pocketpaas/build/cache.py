"""The cache that buildpacks keep from build to build."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.build.request import BuildRequest
from pocketpaas.state import deep, values

#: Whom builds, and apps from buildpacks, run as.
UID = 1000


@dataclass(frozen=True)
class BuildCache:
    """The build works on a copy by hard links, so that a failure leaves the cache as it was."""

    directory: Path

    @property
    def new(self) -> Path:
        """The copy."""
        return self.directory / "new"

    def keep(self) -> None:
        """The copy takes the place of what was there."""
        current, old = self.directory / "current", self.directory / "old"
        values.remove_tree(old)
        if current.is_dir():
            os.rename(current, old)
        os.rename(self.new, current)
        values.remove_tree(old)


@contextmanager
def build_cache(request: BuildRequest) -> Iterator[BuildCache]:
    """The app's cache for one build; what is not kept is gone at the end of the block. Raises OSError."""
    cache = BuildCache(request.cache)
    values.remove_tree(cache.new)
    if request.wants("clear-cache"):
        request.reporter.note("the build cache is cleared")
        values.remove_tree(request.cache / "current")
    try:
        if (request.cache / "current").is_dir():
            _copy(request, cache)
        else:
            values.make_directory(cache.new)
        if os.geteuid() == 0:
            os.chown(cache.new, UID, UID)
        cache.new.chmod(0o755)
        yield cache
    finally:
        # Kept, it is not there any more.
        values.remove_tree(cache.new)


def _copy(request: BuildRequest, cache: BuildCache) -> None:
    try:
        copy_by_links(request.cache / "current", cache.new)
    except RecursionError:
        # A build has made it, and the next one must not end by it.
        request.reporter.note("directories are nested too deep in the build cache: it is cleared")
        values.fresh_directory(cache.new, 0o755)


def copy_by_links(source: Path, target: Path) -> None:
    """A copy whose files are the same, and whose directories belong to whom they belonged to."""
    shutil.copytree(source, target, symlinks=True, copy_function=_hard_link)
    for parent, _, _ in deep.walk(source):
        status = os.stat(parent)
        os.chown(target / os.path.relpath(parent, source), status.st_uid, status.st_gid)


def _hard_link(source: str, target: str, *, follow_symlinks: bool = True) -> None:
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        shutil.copystat(source, target, follow_symlinks=False)
        status = os.lstat(source)
        os.lchown(target, status.st_uid, status.st_gid)
    else:
        os.link(source, target)
