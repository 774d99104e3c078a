"""Which builder an app gets: the first that applies, of what the manifest says, a list of buildpacks, project.toml,
Dockerfile, detection, Procfile alone, static files. The laptop's plan says the same (core.plan.BuilderChoice)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.build.buildpack_name import STATIC
from pocketpaas.build.failure import BuildFailed
from pocketpaas.state import values

ALL, FIRST = "all", "first"
_CLOUD_NATIVE = re.compile(r"^\s*(builder\s*=|\[\[io\.buildpacks\.group\]\])", re.MULTILINE)
_SHOWN = 400
_NODE = ("node", "nodejs")
_BUILDS = ("build", "heroku-postbuild")
NAME_ONE = "add a Dockerfile, or name a buildpack by its https:// address under build: in pocketpaas.yml"

#: By what at the top of the source it is worth fetching a buildpack and asking its bin/detect.
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "node": ("package.json",),
    "nodejs": ("package.json",),
    "ruby": ("Gemfile",),
    "clojure": ("project.clj",),
    "python": ("requirements.txt", "setup.py", "Pipfile", "pyproject.toml", "poetry.lock", "uv.lock"),
    "java": ("pom.xml", "pom.atom", "pom.clj", "pom.groovy", "pom.rb", "pom.scala", "pom.yaml", "pom.yml"),
    "gradle": ("gradlew", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"),
    "scala": ("build.sbt", "project", ".sbtopts"),
    "php": ("composer.json", "index.php"),
    "go": ("go.mod", "Gopkg.lock", "Godeps", "vendor", "glide.yaml"),
    "static": ("index.html", "static.json"),
}
#: The languages by their signs, for who has an app that the host has no buildpack for.
_LANGUAGES: Mapping[str, str] = {
    "node": "Node.js",
    "ruby": "Ruby",
    "python": "Python",
    "java": "Java",
    "gradle": "Java (Gradle)",
    "scala": "Scala",
    "php": "PHP",
    "go": "Go",
    "clojure": "Clojure",
}


@dataclass(frozen=True)
class Selection:
    """`builder`: buildpacks, static, dockerfile or image; `why` in words; `packs`: buildpacks as named, all of which
    must fit, or the first one that does (`mode`); `warning`: what is likely to go wrong."""

    builder: str
    why: str
    packs: tuple[str, ...] = ()
    mode: str = ALL
    warning: str = ""


@dataclass(frozen=True)
class Asked:
    """What the choice depends on: the settings, the names at the top of the source, a way to read one of its files, the
    app's variable BUILDPACK_URL (maybe empty), and the names of the host's buildpacks."""

    settings: Path
    top: frozenset[str]
    text: Callable[[str], str]
    buildpack_url: str
    known: Sequence[str]


def select(asked: Asked) -> Selection:
    """The builder; raises `BuildFailed` where nothing applies."""
    stated = values.read_or(asked.settings / "builder", "")
    origin = values.read(asked.settings / "image-from")
    if origin is not None:
        return Selection("image", f"deploy --{'local' if origin == 'local' else 'image'} names one")
    if stated in ("image", "dockerfile"):
        return Selection(stated, "pocketpaas.yml says so")
    if stated == "static":
        return Selection("static", "pocketpaas.yml says so", ("static",))
    if stated == "buildpacks":
        return _listed(asked) or _detected(asked)
    if stated:
        raise BuildFailed(
            "unknown-builder", f"there is no builder named {stated}", "use buildpacks, dockerfile, image or static"
        )
    return _by_files(asked)


def _by_files(asked: Asked) -> Selection:
    if values.read(asked.settings / "image"):
        return Selection("image", "pocketpaas.yml names an image")
    listed = _listed(asked)
    if listed is not None:
        return listed
    if "project.toml" in asked.top and _CLOUD_NATIVE.search(asked.text("project.toml")):
        raise BuildFailed(
            "unknown-builder",
            "project.toml asks for Cloud Native Buildpacks, which this version does not build with",
            "say builder: buildpacks or builder: dockerfile under build: in pocketpaas.yml",
        )
    if values.read(asked.settings / "dockerfile"):
        return Selection("dockerfile", "pocketpaas.yml names one")
    if "Dockerfile" in asked.top:
        return Selection("dockerfile", "there is a Dockerfile")
    return _detected(asked)


def _listed(asked: Asked) -> Selection | None:
    """Buildpacks that the manifest, the source or BUILDPACK_URL names; None where none does."""
    listed = values.lines(asked.settings / "buildpacks")
    if listed:
        file = values.read_or(asked.settings / "buildpacks-from", "pocketpaas.yml")
        return Selection("buildpacks", f"listed in {file}", listed)
    if ".buildpacks" in asked.top:
        lines = [line.rstrip("\r") for line in asked.text(".buildpacks").split("\n")]
        listed = tuple(line for line in lines if line and not line.startswith("#"))
        # One with nothing but comments says that there is nothing to list.
        return Selection("buildpacks", "listed in .buildpacks", listed) if listed else None
    if asked.buildpack_url:
        return Selection("buildpacks", "BUILDPACK_URL is set", (asked.buildpack_url.split("\n")[0],))
    return None


def _detected(asked: Asked) -> Selection:
    """The host's buildpacks that may fit by the names at the top of the source. The one that takes the app is found by
    its own bin/detect, in the build container."""
    packs = tuple(name for name in asked.known if may_fit(name, asked.top))
    site = next((name for name in packs if name.rpartition("/")[2] in _NODE), "")
    if site and _is_site_with_a_build(asked):
        return Selection("buildpacks", f"detected: a static site that {site} builds", (site, STATIC), ALL)
    if packs:
        return Selection("buildpacks", f"detected: {' '.join(packs)}", packs, FIRST)
    language = language_of(asked.top)
    known = ", ".join([*asked.known, *(["static"] if "static" not in asked.known else [])])
    unknown = f"this looks like {language}, but this host has buildpacks for {known} only" if language else ""
    if language and "Procfile" not in asked.top:
        raise BuildFailed("not-detected", unknown, NAME_ONE)
    if "Procfile" in asked.top:
        # A program may be there that needs none of it; who expects the language to be installed is told.
        why = "there is just a Procfile, so the source runs as it is"
        return Selection("buildpacks", why, (), FIRST, f"{unknown}: nothing is installed" if unknown else "")
    for name in ("static.json", "index.html"):
        if name in asked.top:
            return Selection("static", f"there is {'a' if name[0] == 's' else 'an'} {name}", ("static",))
    shown = " ".join(sorted(asked.top))[:_SHOWN]
    raise BuildFailed(
        "not-detected",
        f"no builder fits this app; at its top are: {shown}",
        "add a Dockerfile or a Procfile, or name buildpacks under build: in pocketpaas.yml",
    )


def _is_site_with_a_build(asked: Asked) -> bool:
    """Whether files are made by a script of package.json, and nothing of it is started afterwards."""
    if not {"static.json", "package.json"} <= asked.top or "Procfile" in asked.top:
        return False
    try:
        package = json.loads(asked.text("package.json"))
    except ValueError:
        return False
    scripts = package.get("scripts") if isinstance(package, dict) else None
    return isinstance(scripts, dict) and "start" not in scripts and any(name in scripts for name in _BUILDS)


def may_fit(name: str, top: frozenset[str]) -> bool:
    """Whether it is worth asking the buildpack. True for buildpacks of which nothing is known."""
    signs = _SIGNS.get(name.rpartition("/")[2])
    return signs is None or any(sign in top for sign in signs)


def language_of(top: frozenset[str]) -> str:
    """What the source looks like; empty for nothing known."""
    return next((label for name, label in _LANGUAGES.items() if any(sign in top for sign in _SIGNS[name])), "")
