"""What nothing of an app needs any more: images, slug layers, the logs of old builds."""

from __future__ import annotations

from pocketpaas.engine import images
from pocketpaas.engine.client import Engine
from pocketpaas.engine.images import Image
from pocketpaas.release import bundle as bundles
from pocketpaas.release import slots
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

_LOGS_KEPT = 30


def prune(paths: HostPaths, engine: Engine, app: str) -> None:
    """The app's images go that neither a kept release nor a kept build needs, then slug layers that no image needs any
    more, and the logs of old builds. The app's build lock is held, or nothing of the app is being built: what a build
    has just made is in no list yet. Raises `EngineError`, `Damaged`."""
    live = slots.live_release(paths, app)
    # Only where we have filled it.
    if live is not None and values.read(paths.release(app, live) / "builder") == "dockerfile":
        images.bound_build_cache(engine)
    newest = bundles.newest(paths, app)
    # Until then each of them may still be needed, and to ask the engine for its images costs more than they do.
    if newest <= images.kept_number(paths):
        return
    for image in unneeded(paths, engine, app):
        images.remove(engine, image.reference)
    images.layers_collect(paths, engine)
    for number in range(newest - _LOGS_KEPT, 0, -1):
        values.remove(paths.release(app, number) / "build.log")


def unneeded(paths: HostPaths, engine: Engine, app: str) -> list[Image]:
    """The app's images that nothing needs. Raises `EngineError`, `Damaged`."""
    kept = kept_images(paths, app)
    # What a laptop has just sent is the deploy's that waits for it.
    found = (image for image in images.app_images(engine, app) if not images.is_upload(image.reference))
    return [image for image in found if image.id not in kept]


def kept_images(paths: HostPaths, app: str) -> list[str]:
    """The ids of the images that are kept: of the live and the newest good releases, of what is being tried, and of the
    builds that a deploy may take over. Raises `Damaged`."""
    most = images.kept_number(paths) + 1
    live = slots.live_release(paths, app)
    releases = ([] if live is None else [live]) + bundles.good(paths, app, most)
    files = [paths.release(app, number) / "image" for number in releases[:most]]
    newest = bundles.newest(paths, app)
    if values.read(paths.release(app, newest) / "status") == "pending":
        files.append(paths.release(app, newest) / "image")
    builds = paths.app(app) / "cache" / "builds"
    files += [builds / name / "image" for name in values.names(builds)]
    return [image for image in (values.read(file) for file in files) if image is not None]
