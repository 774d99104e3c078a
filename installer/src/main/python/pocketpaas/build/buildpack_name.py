"""What a buildpack's name stands for: one of the host's own list, one that comes with the programs, or an address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pocketpaas.build.failure import BuildFailed
from pocketpaas.state import host_settings
from pocketpaas.state.paths import HostPaths

STATIC = "static"
_URL = re.compile(r"(https|http|file|ssh|git)://[A-Za-z0-9._~:/@%+-]{1,500}", re.ASCII)
_REF = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,199}", re.ASCII)
_LOGIN = re.compile(r"([a-z]+://)[^/@ ]*@")
_ARCHIVES = (".tgz", ".tar.gz", ".tar", ".tar.bz2", ".tar.xz", ".zip")
_OWNED = re.compile(r"([a-z0-9-]{1,39})/([a-z0-9._-]{1,80})", re.ASCII)


@dataclass(frozen=True)
class Buildpack:
    """One as it is listed: `url` is None for one that comes with the programs; `ref` a branch, tag or commit, maybe
    empty; `label` for people."""

    label: str
    url: str | None
    ref: str = ""


def known(paths: HostPaths) -> dict[str, str]:
    """The host's own list: addresses (with #REF) by name, in the order of detection."""
    pairs = (line.partition("\t") for line in host_settings.text(paths, "buildpacks").split("\n"))
    return {name: address for name, _, address in pairs if name}


def resolve(item: str, listed: dict[str, str]) -> Buildpack:
    """What a name or an address stands for; raises `BuildFailed` for one that is not allowed."""
    base, _, ref = item.partition("#")
    base = plain_name(base)
    for name, address in listed.items():
        # The host's own list is trusted with any kind of address; what an app names has to be https.
        plain, _, own_ref = address.partition("#")
        if base in (name, plain):
            return _checked(Buildpack(name + (f"#{ref}" if ref else ""), plain, ref or own_ref))
    if item == STATIC:
        return Buildpack(STATIC, None)
    if not item.startswith("https://"):
        raise _unknown(item, listed)
    if base.lower().endswith(_ARCHIVES):
        raise BuildFailed(
            "bad-buildpack",
            f"a buildpack has to be a git repository, and this is an archive: {shown(item)}",
            "give the https:// address of its git repository",
        )
    if "@" in base.removeprefix("https://"):
        # It would stand on git's command line, and in the log.
        raise BuildFailed("bad-buildpack", f"a buildpack's address must not hold a name or password: {shown(item)}")
    return _checked(Buildpack(shown(item), base, ref))


def plain_name(name: str) -> str:
    """Of Heroku's ways to write a name the one that hosts list: `urn:buildpack:heroku/nodejs` and
    `heroku-community/nginx` are `heroku/nodejs` and `heroku/nginx`."""
    name = name.removeprefix("urn:buildpack:")
    return "heroku/" + name.removeprefix("heroku-community/") if name.startswith("heroku-community/") else name


def _checked(buildpack: Buildpack) -> Buildpack:
    if not _URL.fullmatch(buildpack.url or ""):
        raise BuildFailed("bad-buildpack", f"the address of a buildpack is not a plain URL: {buildpack.label}")
    if buildpack.ref and not _REF.fullmatch(buildpack.ref):
        raise BuildFailed(
            "bad-buildpack", f"the part after # in {buildpack.label} is not the name of a branch, tag or commit"
        )
    return buildpack


def _unknown(item: str, listed: dict[str, str]) -> BuildFailed:
    if "://" in item or item.startswith("git@"):
        return BuildFailed(
            "bad-buildpack",
            f"a buildpack's address has to begin with https://: {shown(item)}",
            "write https://HOST/OWNER/REPOSITORY",
        )
    owned = _OWNED.fullmatch(plain_name(item.partition("#")[0]))
    address = f", such as https://github.com/{owned[1]}/heroku-buildpack-{owned[2]}" if owned else ""
    names_known = ", ".join([*listed, *([] if STATIC in listed else [STATIC])])
    return BuildFailed(
        "bad-buildpack",
        f"this host knows no buildpack named {item[:100]}",
        f"it knows: {names_known}; or give the https:// address of one{address}",
    )


def shown(text: str) -> str:
    """An address for people: it may carry a password."""
    return _LOGIN.sub(r"\1", text[:200])
