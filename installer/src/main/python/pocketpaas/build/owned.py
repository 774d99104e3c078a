"""Whose an image is: an id, or a name on this host, may be that of another app's image. Its source is nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pocketpaas.build.failure import BuildFailed
from pocketpaas.engine import images
from pocketpaas.engine.client import Engine
from pocketpaas.engine.containers import APP

_OURS = re.compile(r"(?:(?:index\.)?docker\.io/)?(?:library/)?pocketpaas-(app|layer)\b[-a-z0-9]*")
_STAGE_NUMBER = re.compile("[0-9]{1,2}")


def has_name_of_ours(reference: str, app: str) -> bool:
    """Whether the name is one that we give to images, and not of this app."""
    name = re.split(r"[:@]", reference.lower(), maxsplit=1)[0]
    return _OURS.fullmatch(name) is not None and not name.endswith(f"pocketpaas-app-{app}")


def is_of_another_app(engine: Engine, reference: str, app: str) -> bool:
    """Whether the name or the id stands for an image of another app, or for a part of one. Raises `EngineError`."""
    if has_name_of_ours(reference, app):
        return True
    found = images.inspect(engine, reference) or {}
    labels = (found.get("Config") or {}).get("Labels") or {}
    return bool(labels.get(images.LAYER)) or labels.get(APP, "") not in ("", app) or _is_named_for_others(found, app)


def _is_named_for_others(document: Mapping[str, Any], app: str) -> bool:
    """An image of a registry has no label of ours; an app that runs it has given it a name. One that has another name,
    too, is for whoever may use that name."""
    given = [*(document.get("RepoTags") or ()), *(document.get("RepoDigests") or ())]
    names = {re.split("[:@]", name, maxsplit=1)[0] for name in given if not name.startswith("<none>")}
    apps = {name for name in names if _OURS.fullmatch(name)}
    return bool(apps) and apps == names and images.repository(app) not in apps


def refuse(engine: Engine, reference: str, app: str) -> None:
    """Raises `BuildFailed` for an image of another app."""
    if is_of_another_app(engine, reference, app):
        raise of_another_app(reference)


def of_another_app(reference: str) -> BuildFailed:
    """For who names such an image."""
    return BuildFailed(
        "bad-image", f"the image {reference} is part of another app", "name one that comes from a registry"
    )


def refuse_in_dockerfile(engine: Engine, references: Iterable[str], app: str) -> None:
    """The same for the images that a Dockerfile names; `scratch` and the numbers of stages are none."""
    for reference in references:
        if not reference or reference == "scratch" or _STAGE_NUMBER.fullmatch(reference):
            continue
        if is_of_another_app(engine, reference, app):
            shown = "".join(char if char.isprintable() else "?" for char in reference[:100])
            raise BuildFailed(
                "bad-image",
                f"the Dockerfile is based on, or copies from, {shown}, which is part of another app",
                "name an image that comes from a registry, or a stage of this Dockerfile",
            )
