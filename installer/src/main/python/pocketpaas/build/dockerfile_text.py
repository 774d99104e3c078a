"""What a Dockerfile asks of the engine, read before the engine sees it: its frontend, and the images that it is based
on or copies from.

Read with the source's tar alone; nothing of the source is ever unpacked on the host. Where a text could be read in two
ways, both are looked at: a line of a here-document is taken for an instruction as well, so a name may be refused
without need but is never missed. """

from __future__ import annotations

import platform
import posixpath
import re
import tarfile
from collections.abc import Iterator, Mapping

from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.source import Source

# As BuildKit: a larger Dockerfile is no Dockerfile.
MOST_BYTES = 1024 * 1024
MOST_LINKS = 40
# Lines that are looked at, each as the beginning of an instruction with all that continue it: an instruction of 2,000
# lines takes two million. It bounds the time that a file of nothing but continuations takes.
MOST_LOOKS = 2_500_000

# Another frontend could mount any cache and any image of this host, whatever namespace we give; so could the first
# versions of Docker's own, and a digest may stand for one of them.
FRONTEND = re.compile(
    r"((index\.)?docker\.io/)?docker/dockerfile(-upstream)?"
    r"(:(latest|labs|1(-labs)?|1\.([2-9]|[1-9][0-9]+)(\.[0-9]+)?(-labs)?))?"
)
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}


def read_dockerfile(source: Source, name: str) -> str:
    """The text of the file `name` in the source; links are followed inside the source alone. Raises `BuildFailed` where
    there is none."""
    member = follow(source.members(), name)
    if member.size > MOST_BYTES:
        raise BuildFailed("bad-dockerfile", f"{name} is larger than 1 MB")
    with open(source.file, "rb") as tar:
        tar.seek(member.offset_data)
        return tar.read(member.size).decode("utf-8", "replace")


def follow(members: Mapping[str, tarfile.TarInfo], name: str) -> tarfile.TarInfo:
    """The regular file that `name` leads to. Raises `BuildFailed` where it leads to none, or out of the source."""
    left = posixpath.normpath(name).split("/")
    at = ""
    links = 0
    while left:
        part = left.pop(0)
        at = posixpath.normpath(posixpath.join(at, part))
        if at == ".." or at.startswith("../") or at.startswith("/"):
            raise BuildFailed("bad-dockerfile", f"{name} leads out of the source")
        member = members.get(at)
        if member is not None and member.issym():
            links += 1
            if links > MOST_LINKS or member.linkname.startswith("/"):
                raise BuildFailed("bad-dockerfile", f"{name} leads out of the source")
            left = member.linkname.split("/") + left
            at = posixpath.dirname(at)
    member = members.get(at)
    if member is None or not member.isreg():
        raise BuildFailed("bad-dockerfile", f"the source has no file {name}")
    return member


def check_frontend(text: str) -> None:
    """Raises `BuildFailed` where the Dockerfile wants to be read by a program that does not keep one app's caches and
    images from another's."""
    text = text.lstrip("\ufeff")
    lines = text.split("\n")
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    for line in lines:
        line = line.strip()
        if line.startswith("{"):
            raise BuildFailed("bad-frontend", "this Dockerfile is written for another program than the engine's own")
        if line and not line.startswith(("#", "//")):
            return
        found = re.match(r"(?:#|//)\s*syntax\s*=\s*(\S*)", line, re.IGNORECASE)
        if found and not FRONTEND.fullmatch(found[1]):
            raise BuildFailed(
                "bad-frontend",
                f"the Dockerfile asks to be read by {shown(found[1])}, which could reach what other apps have built",
                "write \"# syntax=docker/dockerfile:1\", or take the line out: the engine reads Dockerfiles itself")


def references(text: str, arguments: Mapping[str, str]) -> list[str]:
    """Every image that the Dockerfile names, in FROM, COPY --from, and RUN --mount=from. `arguments` are the build's.
    Raises `BuildFailed` for a name that cannot be worked out here."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    found: dict[str, None] = {}
    for escape in ("\\", "`"):
        lines = text.split("\n")
        values = global_arguments(lines, escape, arguments)
        for line in instructions(lines, escape):
            for name in named(line, values):
                found[name] = None
    return list(found)


def instructions(lines: list[str], escape: str) -> Iterator[str]:
    """The instruction that would begin at each line, with what continues it. Raises `BuildFailed` for too many."""
    looks = 0
    for start in range(len(lines)):
        line, end = joined(lines, start, escape)
        looks += end - start
        if looks > MOST_LOOKS:
            raise BuildFailed(
                "bad-dockerfile",
                "the Dockerfile has too many lines that go on in the next one",
                "put the long command in a file of its own, and run that",
            )
        yield line


def joined(lines: list[str], start: int, escape: str) -> tuple[str, int]:
    """The instruction that begins at a line, and the number of the line after it."""
    whole = ""
    at = start
    while at < len(lines):
        line = lines[at]
        at += 1
        bare = line.strip()
        # Comments and empty lines do not end what goes on.
        if whole and (not bare or bare.startswith("#")):
            continue
        if not bare.endswith(escape):
            return (whole + line).strip(), at
        whole += line.rstrip()[:-1]
        # Nobody writes an instruction of a hundred thousand characters.
        if len(whole) > 100_000:
            break
    return whole.strip(), at


def global_arguments(lines: list[str], escape: str, arguments: Mapping[str, str]) -> dict[str, str]:
    """What FROM can use: the ARGs before the first FROM, and what the engine itself sets."""
    machine = ARCHITECTURES.get(platform.machine(), platform.machine())
    variant = "v7" if machine == "arm" else ""
    values = {"TARGETSTAGE": "default"}
    for side in ("TARGET", "BUILD"):
        values.update({
            f"{side}PLATFORM": "/".join(filter(None, ["linux", machine, variant])), f"{side}OS": "linux",
            f"{side}ARCH": machine, f"{side}VARIANT": variant})
    values.update({name: value for name, value in arguments.items() if name in values})
    at = 0
    while at < len(lines):
        if not lines[at].strip() or lines[at].strip().startswith("#"):
            at += 1
            continue
        line, at = joined(lines, at, escape)
        word, _, rest = line.partition(" ")
        if re.split(r"\s", line, maxsplit=1)[0].upper() != "ARG":
            break
        rest = re.split(r"\s", line, maxsplit=1)[1] if re.search(r"\s", line) else ""
        for part in words(rest):
            name, given, value = part.partition("=")
            if name in arguments:
                values[name] = arguments[name]
            elif given:
                values[name] = expand(value, values)
            else:
                values.setdefault(name, "")
    return values


def words(text: str) -> list[str]:
    """Words apart from each other by spaces that are not inside quotes; the quotes stay."""
    return re.findall(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'])+", text)


def named(line: str, values: Mapping[str, str]) -> Iterator[str]:
    """The images that an instruction names."""
    while (found := re.match(r"ONBUILD\s+(.*)", line, re.IGNORECASE | re.DOTALL)):
        line = found[1]
    if (found := re.match(r"FROM\s+(.*)", line, re.IGNORECASE | re.DOTALL)):
        rest = [word for word in found[1].split() if not word.startswith("--")]
        if rest:
            yield expand(rest[0], values)
        return
    # What stands in quotes, or behind an escape, is the same to the engine.
    bare = re.sub(r"[\"'\\`]", "", line)
    if re.match(r"(COPY|ADD)\s", bare, re.IGNORECASE):
        pattern = r"--from[=\s]\s*(\S+)"
    elif re.match(r"RUN\s", bare, re.IGNORECASE) and re.search(r"--mount", bare, re.IGNORECASE):
        pattern = r"(?<![A-Za-z0-9_-])from\s*=\s*([^,\s]+)"
    else:
        return
    for name in re.findall(pattern, bare, re.IGNORECASE):
        # The engine does not expand variables there either.
        if "$" not in name:
            yield name
        elif bare.upper().startswith(("COPY", "ADD")):
            raise BuildFailed(
                "bad-dockerfile",
                f"--from={shown(name)} has a variable, which cannot stand there",
                "name a stage, and let its FROM have the variable",
            )


def expand(word: str, values: Mapping[str, str]) -> str:
    """A word as the engine makes it of variables and quotes. Raises `BuildFailed` for what is not done here."""
    out = ""
    at = 0
    quote = ""
    while at < len(word):
        char = word[at]
        if quote == "'":
            if char == "'":
                quote = ""
            else:
                out += char
            at += 1
        elif char in "\"'" and (not quote or char == quote):
            quote = "" if quote else char
            at += 1
        elif char in "\\`":
            out += word[at + 1:at + 2]
            at += 2
        elif char != "$":
            out += char
            at += 1
        elif (plain := re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)").match(word, at)):
            out += values.get(plain[1], "")
            at = plain.end()
        elif (braced := re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(:?[-+?]([^{}$]*))?\}").match(word, at)):
            value = values.get(braced[1])
            modifier = braced[2] or ""
            there = bool(value) if modifier.startswith(":") else value is not None
            if "+" in modifier[:2]:
                out += (braced[3] or "") if there else ""
            elif "-" in modifier[:2] and not there:
                out += braced[3] or ""
            else:
                out += value or ""
            at = braced.end()
        else:
            raise BuildFailed(
                "bad-dockerfile", f"what image FROM {shown(word)} means cannot be worked out before the build",
                "write its name plainly, or with ARG NAME before the first FROM and ${NAME} or ${NAME:-default} in it")
    return out


def shown(text: str) -> str:
    """A text from the source, for people."""
    return "".join(char if char.isprintable() else "?" for char in text[:100])
