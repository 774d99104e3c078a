"""Buildpacks on the host: which commit each is pinned to, and the copy of it.

git runs as the user pocketpaas, never as root, and a buildpack's content is never unpacked on the host.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.build.buildpack_name import Buildpack, shown
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.request import BuildRequest
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import ENVIRONMENT, GIT_USER, Ended, as_git_user, run
from pocketpaas.state import host_settings, names, values
from pocketpaas.state.paths import HostPaths

_LOGIN = re.compile(r"([a-z]+://)[^/@ ]*@")
_SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_SECONDS = 300.0
_LINES_SHOWN = 5


@dataclass(frozen=True)
class Pinned:
    """The same at a commit (of one that comes with the programs: the digest of its content)."""

    buildpack: Buildpack
    commit: str

    @property
    def text(self) -> str:
        """What the outcome of a build depends on."""
        return f"{self.buildpack.url or 'builtin'} {self.commit}"


class BuildpackStore:
    """The copies that this host has, one an address: buildpacks/<sha256 of URL>/."""

    def __init__(self, paths: HostPaths, reporter: Reporter) -> None:
        self._paths = paths
        self._reporter = reporter
        self._root = paths.root / "buildpacks"

    @staticmethod
    def of(request: BuildRequest) -> BuildpackStore:
        """For a build."""
        return BuildpackStore(request.paths, request.reporter)

    def pin(self, buildpack: Buildpack) -> Pinned:
        """The commit, decided once for each address and ref, and its objects on the host. Raises `BuildFailed`."""
        if buildpack.url is None:
            return Pinned(buildpack, _content_digest(self._paths.programs / "buildpacks" / buildpack.label))
        directory = self._directory(buildpack.url)
        pin = _pin(directory, buildpack)
        commit = values.read_or(pin, "")
        if names.is_commit(commit) and self._has(directory, commit):
            return Pinned(buildpack, commit)
        self._prepare(directory, buildpack.url)
        with _locked(directory / "lock"):
            commit = values.read_or(pin, "")
            if not names.is_commit(commit):
                commit = self._choose(buildpack, directory)
            if not self._has(directory, commit):
                self._fetch(buildpack, directory, commit)
            values.write(pin, commit)
        return Pinned(buildpack, commit)

    def pinned_at(self, buildpack: Buildpack) -> tuple[str, float]:
        """The commit that builds use, and since when (seconds UTC); an empty commit for one that none has used."""
        pin = _pin(self._directory(buildpack.url or ""), buildpack)
        commit = values.read_or(pin, "")
        return (commit, pin.stat().st_mtime) if names.is_commit(commit) else ("", 0.0)

    def newest(self, buildpack: Buildpack, *, move: bool) -> str:
        """Where its branch or tag is now; with `move` builds use that from now on. Raises `BuildFailed`."""
        directory = self._directory(buildpack.url or "")
        self._prepare(directory, buildpack.url or "")
        with _locked(directory / "lock"):
            commit = self._choose(buildpack, directory)
            if move:
                if not self._has(directory, commit):
                    self._fetch(buildpack, directory, commit)
                values.write(_pin(directory, buildpack), commit)
        return commit

    def used(self) -> Iterator[Buildpack]:
        """Every one that a build has used, by address and what follows the #."""
        for name in values.names(self._root):
            url = values.read_or(self._root / name / "url", "")
            for pin in values.names(self._root / name) if url else ():
                if pin.startswith("pin-"):
                    ref = "" if pin == "pin-HEAD" else pin.removeprefix("pin-").replace(",", "/")
                    yield Buildpack(shown(url) + (f"#{ref}" if ref else ""), url, ref)

    def write_tar(self, pinned: Pinned, file: Path) -> None:
        """The buildpack as a tar. Raises `BuildFailed`, `OSError`."""
        buildpack = pinned.buildpack
        if buildpack.url is None:
            with tarfile.open(file, "w") as tar:
                tar.add(self._paths.programs / "buildpacks" / buildpack.label, ".")
        else:
            told = self._git(
                self._directory(buildpack.url),
                ["-c", "core.attributesFile=/dev/null", "archive", "--format=tar", pinned.commit],
            )
            if not told.ok:
                raise self._unreachable(buildpack, told)
            values.write_file(file, told.out, durable=False)
        file.chmod(0o644)

    def _directory(self, url: str) -> Path:
        return self._root / hashlib.sha256(values.encode(url)).hexdigest()

    def _prepare(self, directory: Path, url: str) -> None:
        # The git user has to get through to its own directory.
        values.make_directory(self._root, 0o711)
        values.make_directory(directory, 0o711)
        repository = directory / "repo.git"
        if not repository.is_dir():
            values.make_directory(repository)
            if os.geteuid() == 0:
                shutil.chown(repository, GIT_USER, GIT_USER)
        values.write(directory / "url", url)

    def _has(self, directory: Path, commit: str) -> bool:
        return (directory / "repo.git").is_dir() and self._git(directory, ["cat-file", "-e", f"{commit}^{{tree}}"]).ok

    def _choose(self, buildpack: Buildpack, directory: Path) -> str:
        """By asking where the ref is now."""
        if names.is_commit(buildpack.ref):
            return buildpack.ref
        told = self._git(directory, ["ls-remote", "--", buildpack.url or ""])
        if not told.ok:
            raise self._unreachable(buildpack, told)
        refs = {ref: commit for commit, _, ref in (line.partition("\t") for line in told.text.split("\n"))}
        ref = buildpack.ref or "HEAD"
        # Of an annotated tag the commit that it stands for.
        for name in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}^{{}}", f"refs/tags/{ref}"):
            if names.is_commit(refs.get(name, "")):
                return refs[name]
        raise BuildFailed("bad-buildpack", f"the buildpack {buildpack.label} has no branch or tag named {ref}")

    def _fetch(self, buildpack: Buildpack, directory: Path, commit: str) -> None:
        """Just that commit; where a server does not give single commits, everything."""
        self._reporter.output(f"Fetching the buildpack {buildpack.label}".encode())
        url = buildpack.url or ""
        made = self._git(directory, ["init", "-q", "--bare", "."])
        if not made.ok:
            raise self._unreachable(buildpack, made)
        if self._git(directory, ["fetch", "-q", "--depth", "1", "--", url, commit]).ok:
            return
        told = self._git(directory, ["fetch", "-q", "--tags", "--", url, "+refs/heads/*:refs/heads/*"])
        if not told.ok:
            raise self._unreachable(buildpack, told)
        if not self._has(directory, commit):
            raise BuildFailed("bad-buildpack", f"the buildpack {buildpack.label} has no commit {commit}")

    def _unreachable(self, buildpack: Buildpack, told: Ended) -> BuildFailed:
        for line in told.err.splitlines()[-_LINES_SHOWN:]:
            self._reporter.output(_LOGIN.sub(r"\1", line.decode("utf-8", "replace")).encode())
        return BuildFailed(
            "buildpack-unreachable",
            f"the buildpack {buildpack.label} cannot be fetched",
            f"check its address, and that the host reaches it: {shown(buildpack.url or '')}",
        )

    def _git(self, directory: Path, arguments: list[str]) -> Ended:
        """git in the buildpack's repository, as its owner, with an environment of nothing but what it needs."""
        environment = {**ENVIRONMENT, **self._git_settings()}
        proxy = host_settings.text(self._paths, "proxy").strip()
        if proxy:
            environment |= {"http_proxy": proxy, "https_proxy": proxy}
        if arguments[0] in ("ls-remote", "fetch"):
            environment |= self._authorities()
        command = as_git_user(["/usr/bin/git", *arguments])
        return run(command, seconds=_SECONDS, environment=environment, directory=directory / "repo.git")

    def _git_settings(self) -> dict[str, str]:
        settings = self._root / "gitconfig"
        if not settings.is_file():
            # Repositories of the host's own list may belong to somebody else.
            values.write(settings, "[safe]\n\tdirectory = *\n", 0o644)
        return {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(settings),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        }

    def _authorities(self) -> dict[str, str]:
        text = host_settings.text(self._paths, "ca-certificates.pem")
        if not text:
            return {}
        file = self._root / "certificates.pem"
        system = values.read_or(_SYSTEM_AUTHORITIES, "")
        if values.read(file) != system + text:
            values.write(file, system + text, 0o644)
        return {"GIT_SSL_CAINFO": str(file)}


def _pin(directory: Path, buildpack: Buildpack) -> Path:
    return directory / f"pin-{(buildpack.ref or 'HEAD').replace('/', ',')}"


def _content_digest(directory: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
