"""Names of images, as `docker pull` takes them, in their parts."""

from __future__ import annotations

from dataclasses import dataclass

#: The registry of names without one, and what else it is called.
HUB = "docker.io"
_HUB_TOO = ("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")


@dataclass(frozen=True)
class ImageName:
    """`host` is the registry in lower case, with its port; `digest` is empty where the name has none."""

    host: str
    repository: str
    tag: str
    digest: str

    @staticmethod
    def parse(reference: str) -> ImageName:
        """Of a text that is an image reference (`names.is_image_reference`)."""
        rest, _, digest = reference.partition("@")
        first, slash, behind = rest.partition("/")
        # What a registry's name looks like decides, as it does for the engine.
        if slash and (any(char in first for char in ".:") or first == "localhost" or first != first.lower()):
            host, rest = registry(first), behind
        else:
            host = HUB
        repository, _, tag = rest.partition(":")
        if host == HUB and "/" not in repository:
            repository = f"library/{repository}"
        return ImageName(host, repository, tag, digest)

    @property
    def named(self) -> str:
        """Its tag, or its digest where it has one."""
        return f"{self.host}/{self.repository}" + (f"@{self.digest}" if self.digest else f":{self.tag or 'latest'}")

    def at(self, digest: str) -> str:
        """The whole name of that very image."""
        return f"{self.host}/{self.repository}@{digest}"

    @property
    def shown(self) -> str:
        """The repository, as people name it."""
        return self.repository.removeprefix("library/") if self.host == HUB else f"{self.host}/{self.repository}"


def registry(host: str) -> str:
    """The one name that a registry has with us."""
    found = host.lower()
    return HUB if found in _HUB_TOO else found


def short(digest: str) -> str:
    """Of a digest, or a name with one, as much as people compare."""
    return digest.rpartition("@")[2].removeprefix("sha256:")[:12]
