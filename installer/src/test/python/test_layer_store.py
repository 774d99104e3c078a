"""Tests of `pocketpaas.engine.layer_store`: an archive comes back byte by byte, or not at all."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from host_fixture import HostCase
from pocketpaas.cluster import distribution
from pocketpaas.engine.image_load import chains
from pocketpaas.engine.layer_store import LayerStore

CACHE = "c" * 64


class LayerStoreTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.root = self.paths.root / "docker"
        self.store = LayerStore(self.root)
        self.files = self.root / "overlay2" / CACHE / "diff"
        self.files.mkdir(parents=True)

    def digest(self, data: bytes) -> str:
        return f"sha256:{hashlib.sha256(data).hexdigest()}"

    def keep(self, files: dict[bytes, bytes]) -> tuple[bytes, list[str]]:
        """The engine's files of a layer that came as an archive of these; that archive, and the layers of an image."""
        whole = io.BytesIO()
        entries: list[dict[str, object]] = []

        def segment(data: bytes) -> None:
            whole.write(data)
            entries.append({"type": 2, "payload": base64.b64encode(data).decode(), "position": len(entries)})

        for name, data in files.items():
            entry = tarfile.TarInfo(os.fsdecode(name))
            entry.size = len(data)
            segment(entry.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape"))
            told: dict[str, object] = {"type": 1, "payload": "", "position": len(entries)}
            try:
                told["name"] = name.decode()
            except UnicodeDecodeError:
                told["name_raw"] = base64.b64encode(name).decode()
            if data:
                told["size"] = len(data)
                file = Path(os.fsdecode(os.path.join(os.fsencode(self.files), name)))
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            whole.write(data)
            entries.append(told)
            segment(bytes(-len(data) % 512))
        segment(bytes(1024))
        layers = ["sha256:" + "1" * 64, self.digest(whole.getvalue())]
        kept = self.root / "image/overlay2/layerdb/sha256" / list(chains(layers))[1].removeprefix("sha256:")
        kept.mkdir(parents=True)
        (kept / "cache-id").write_text(CACHE)
        (kept / "tar-split.json.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, entries)).encode()))
        self.kept = kept
        return whole.getvalue(), layers

    def copied(self, layers: list[str]) -> bytes | None:
        target = io.BytesIO()
        size = self.store.copy(layers, 1, target)
        self.assertIn(size, (None, len(target.getvalue())))
        return None if size is None else target.getvalue()

    def test_an_archive_comes_back_byte_by_byte(self) -> None:
        files = {
            b"app/": b"",
            b"app/server.js": b"x" * 3000,
            "app/gr\u00fc\u00df".encode(): b"1",
            b"app/.wh.old": b"",
            b"\xff": b"2",
        }
        whole, layers = self.keep(files)

        self.assertEqual(self.copied(layers), whole)

    def test_what_is_not_as_it_was_does_not_count(self) -> None:
        _, layers = self.keep({b"app/server.js": b"one"})
        file = self.files / "app/server.js"
        outside = self.paths.root / "outside"
        outside.write_bytes(b"two")

        def replace(make: Callable[[Path], object]) -> None:
            if file.is_dir():
                file.rmdir()
            else:
                file.unlink()
            make(file)

        changes: tuple[Callable[[], object], ...] = (
            lambda: file.write_bytes(b"two"),
            lambda: file.write_bytes(b"on"),
            lambda: replace(lambda one: one.symlink_to(outside)),
            lambda: replace(os.mkfifo),
            lambda: replace(os.mkdir),
            lambda: (self.kept / "tar-split.json.gz").write_bytes(b"no gzip"),
            lambda: (self.kept / "tar-split.json.gz").write_bytes(gzip.compress(b'{"type": 2}\n')),
            lambda: (self.kept / "cache-id").write_text("../../outside"),
            lambda: (self.kept / "cache-id").unlink(),
        )
        for change in changes:
            change()
            self.assertIsNone(self.copied(layers))

    def test_a_configuration_counts_by_its_digest(self) -> None:
        config = b'{"os": "linux"}'
        image = self.digest(config)
        place = self.root / "image/overlay2/imagedb/content/sha256"
        place.mkdir(parents=True)
        self.assertIsNone(self.store.config(image))
        (place / image.removeprefix("sha256:")).write_bytes(config)
        self.assertEqual(self.store.config(image), config)
        (place / image.removeprefix("sha256:")).write_bytes(b"{}")
        self.assertIsNone(self.store.config(image))

    def test_another_storage_is_none_of_ours(self) -> None:
        engine = mock.Mock()
        for told in ({"Driver": "vfs", "DockerRootDir": "/d"}, {"Driver": "overlay2"}, {}):
            engine.get.return_value = told
            self.assertIsNone(LayerStore.of(engine))
        engine.get.return_value = {"Driver": "overlay2", "DockerRootDir": "/d"}
        self.assertIsNotNone(LayerStore.of(engine))

    def test_only_the_layers_that_are_wanted_are_in_the_file(self) -> None:
        whole, layers = self.keep({b"app/server.js": b"one"})
        config = json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": layers}}).encode()
        place = self.root / "image/overlay2/imagedb/content/sha256"
        place.mkdir(parents=True)
        (place / self.digest(config).removeprefix("sha256:")).write_bytes(config)
        engine = mock.Mock()
        engine.get.return_value = {"Driver": "overlay2", "DockerRootDir": str(self.root)}

        with distribution._saved(self.paths, engine, self.digest(config), 1) as saved:
            begin, size = saved.places[1]
            self.assertEqual(saved.file.read_bytes()[begin : begin + size], whole)
            self.assertEqual(saved.image.layers, tuple(layers))
        engine.open.assert_not_called()
        # The lower one is not there in this way: the engine is asked for all.
        engine.open.side_effect = OSError("asked")
        with self.assertRaisesRegex(OSError, "asked"), distribution._saved(self.paths, engine, self.digest(config), 0):
            self.fail("there is no such layer")
