"""Images of a laptop: what of them the host has, for whom; what is taken, and what a cut leaves."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
from collections.abc import Iterator
from typing import Any
from unittest import mock

from fake_engine import EngineCase
from pocketpaas.build import image as builds
from pocketpaas.build import local_image, ready_image
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.source import Source
from pocketpaas.build.request import BuildRequest
from pocketpaas.change import settings as app_settings
from pocketpaas.engine import image_load, images, known_layers
from pocketpaas.engine.image_load import Image, Sent
from pocketpaas.engine.known_layers import Blob
from pocketpaas.engine.layer_digest import LayerDigest
from pocketpaas.entry import deploy, upload
from pocketpaas.failure import BadRequest, Failure, NoEngine, Refused
from pocketpaas.machine.request import Request
from pocketpaas.notice import sweep
from pocketpaas.operation import work
from pocketpaas.release import prune
from pocketpaas.state import disk, tree, values

LAYERS = (b"base" * 200, b"middle", b"top")
INFO = {"Driver": "overlay2", "DriverStatus": [["Backing Filesystem", "extfs"]]}
CONTAINERD = {"Driver": "overlayfs", "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]}


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def config(*layers: bytes, machine: str = "amd64", **more: Any) -> bytes:
    """The configuration of an image."""
    found = {"os": "linux", "architecture": machine, "rootfs": {"diff_ids": [digest(one) for one in layers]}}
    return json.dumps({**found, **more}).encode()


class LocalImageCase(EngineCase):
    def setUp(self) -> None:
        super().setUp()
        self.fake.info, self.fake.version = INFO, {"Os": "linux", "Arch": "amd64"}
        self.state("keys/ann/role", "admin")
        self.state("keys/ci/role", "deploy")
        self.state("host/disk-needed", "0")
        for module in (upload,):
            self.patch(module, "Engine", lambda _paths: self.engine)

    def patch(self, module: Any, name: str, value: Any) -> None:
        patcher = mock.patch.object(module, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def has(self, name: str, *layers: bytes) -> str:
        """An image that the engine has."""
        found = config(*layers)
        self.fake.images.append(
            {"Id": digest(found), "RepoTags": [name], "RootFS": {"Layers": [digest(one) for one in layers]}}
        )
        return digest(found)

    def asked(self, key: str, *layers: bytes, **more: str) -> str:
        """The answer to the question what it has, or why it is refused."""
        sent = {
            "platform": "linux/amd64",
            "layers": "\n".join(digest(one) for one in layers),
            "sizes": "\n".join(str(len(one)) for one in layers),
            **more,
        }
        told: list[dict[str, str]] = []
        self.patch(upload, "answer", lambda pairs: told.append(pairs) or 0)
        request = Request(self.paths, self.reporter, key, "upload", ("shop",), io.BytesIO(tree.text(sent)))
        try:
            upload.serve(request)
        except Failure as failure:
            return f"{failure.cause}: {failure.text}"
        return told[0]["had"]


class WhatTheHostHasTest(LocalImageCase):
    def test_the_longest_beginning_of_any_image(self) -> None:
        self.assertEqual(self.asked("ann", *LAYERS), "0")
        self.has("foreign:1", LAYERS[0], b"other")
        self.assertEqual(self.asked("ann", *LAYERS), "1")
        self.has("foreign:2", LAYERS[0], LAYERS[1], b"more", b"and more")
        self.assertEqual(self.asked("ann", *LAYERS), "2")
        self.has("foreign:3", *LAYERS)
        self.assertEqual(self.asked("ann", *LAYERS), "3")

    def test_the_same_layer_above_another_one_is_another(self) -> None:
        self.has("foreign:1", b"other", LAYERS[1], LAYERS[2])
        self.assertEqual(self.asked("ann", *LAYERS), "0")

    def test_a_deploy_key_gets_nothing_of_others(self) -> None:
        self.has("pocketpaas-app-blog:x", *LAYERS)
        self.has("foreign:1", LAYERS[0], LAYERS[1])
        self.assertEqual(self.asked("ci", *LAYERS), "0")
        self.has("stack:24", LAYERS[0], b"its own")
        self.state("host/stack", "stack:24")
        self.assertEqual(self.asked("ci", *LAYERS), "1")
        self.has("pocketpaas-app-shop:x", LAYERS[0], LAYERS[1], b"first try")
        self.assertEqual(self.asked("ci", *LAYERS), "2")

    def test_of_a_store_of_containerd_only_what_was_sent_here_is_known(self) -> None:
        self.has("foreign:3", *LAYERS)
        self.fake.info = CONTAINERD
        self.assertEqual(self.asked("ann", *LAYERS), "0")
        known_layers.remember(self.paths, {digest(one): Blob(digest(one), len(one)) for one in LAYERS[:2]})
        self.assertEqual(self.asked("ann", *LAYERS), "2")
        self.assertEqual(self.asked("ci", *LAYERS), "0")
        known_layers.forget(self.paths, [digest(LAYERS[1])])
        self.assertEqual(self.asked("ann", *LAYERS), "1")

    def test_what_is_refused_before_a_byte_is_sent(self) -> None:
        refused = self.asked("ann", *LAYERS, platform="linux/arm64")
        self.assertEqual(refused, "other-platform: the image is for linux/arm64, and this host is linux/amd64")
        much = "\n".join([str(20 << 30), str(20 << 30), "1"])
        self.assertTrue(self.asked("ann", *LAYERS, sizes=much).startswith("image-too-large: the layers to be sent"))
        self.patch(disk, "free_kilobytes", lambda _place: 1024 * 1024)
        self.state("host/disk-needed", "500")
        self.assertEqual(self.asked("ann", *LAYERS, sizes=f"{200 << 20}\n1\n1"), "0")
        self.assertRegex(self.asked("ann", *LAYERS, sizes=f"{300 << 20}\n1\n1"), "disk-full: .* 1024 MB .* 1100 MB are")

    def test_what_cannot_be_a_request(self) -> None:
        for more in ({"layers": ""}, {"layers": "x"}, {"sizes": "1"}, {"sizes": "1\n1\n-1"}, {"sizes": "1\n1\nx"}):
            self.assertTrue(self.asked("ann", *LAYERS, **more).startswith("bad-request: "), more)
        self.assertTrue(self.asked("ann", *[b"x"] * 128).startswith("bad-request: an image has 1 to 127 layers"))

    def test_an_engine_that_is_away(self) -> None:
        self.fake.end()
        self.patch(image_load, "in_containerd", mock.Mock())
        with self.assertRaises(NoEngine):
            request = Request(self.paths, self.reporter, "ann", "upload", ("shop",), io.BytesIO(self._good()))
            upload.serve(request)

    def _good(self) -> bytes:
        return tree.text({"platform": "linux/amd64", "layers": digest(b"x"), "sizes": "1"})


class TakenTest(LocalImageCase):
    """Everything that may come behind a deploy's tree."""

    def setUp(self) -> None:
        super().setUp()
        self.started: list[work.Work] = []
        self.patch(deploy, "receive_source", lambda *_arguments: None)
        self.patch(deploy, "_clean_refs", lambda _repository: None)
        self.patch(deploy, "follow", lambda _spool, _client: 0)
        self.patch(deploy.work, "start", lambda _paths, spool, _program: self.started.append(spool))

    def send(self, configured: bytes, sent: dict[bytes, bytes], key: str = "ann", **more: str) -> str:
        """Announces the layers (by what they are) and sends what is given for each; `good`, or why it is refused."""
        announced = "\n".join(f"{digest(layer)} {len(layer)}" for layer in sent)
        files = {
            "settings/image": "shop:dev",
            "settings/image-from": "local",
            "image/config": configured.decode(),
            "image/sent": announced,
            **more,
        }
        given = tree.text(files) + b"".join(sent.values())
        stdin = io.BufferedReader(io.BytesIO(given))  # type: ignore[arg-type]
        request = Request(self.paths, self.reporter, key, "deploy", ("shop", "1" * 40, "upload"), stdin)
        try:
            deploy.serve(request)
        except Failure as failure:
            self.assertEqual(self.started, [])
            self.assertEqual(self.spools(), [])
            return f"{failure.cause}: {failure.text}"
        return "good"

    def spools(self) -> list[str]:
        """Those of the test's own operation aside."""
        return [name for name in values.names(self.paths.works) if name != self.operation.work.id]

    def test_a_whole_image(self) -> None:
        self.assertEqual(self.send(config(*LAYERS), {one: one for one in LAYERS}), "good")
        spool = self.started[0]
        self.assertEqual(self.fake.images[0]["RepoTags"], [f"pocketpaas-app-shop:upload-{spool.id}"])
        self.assertEqual(values.read(spool.directory / "digest"), digest(config(*LAYERS)))
        self.assertFalse((spool.directory / "values" / "image").exists())
        self.assertIn("+step\tupload\tdone\t3 of 3 layers, 809 bytes", self.reporter.lines)

    def test_only_what_is_missing(self) -> None:
        self.has("foreign:1", LAYERS[0], LAYERS[1])
        self.assertEqual(self.send(config(*LAYERS), {LAYERS[2]: LAYERS[2]}), "good")
        self.assertNotIn(LAYERS[0], self.fake.loaded[0])
        self.assertEqual(len(self.fake.loaded[0]), 3 * 1024 + 1024)
        # The foreign one is as it was.
        self.assertEqual(self.fake.images[0]["RepoTags"], ["foreign:1"])

    def test_a_store_of_containerd_gets_what_it_lacks_too(self) -> None:
        self.fake.info = CONTAINERD
        packed = gzip.compress(LAYERS[1])
        more = {"image/packed": f"{digest(LAYERS[1])} {digest(packed)}"}
        announced = {LAYERS[0]: LAYERS[0], LAYERS[1]: packed, LAYERS[2]: LAYERS[2]}
        lines = "\n".join(f"{digest(layer)} {len(data)}" for layer, data in announced.items())
        self.assertEqual(self.send(config(*LAYERS), announced, **{**more, "image/sent": lines}), "good")
        first = self.fake.images[-1]
        self.assertEqual(first["RootFS"]["Layers"], [digest(one) for one in LAYERS])
        self.assertNotEqual(first["Id"], digest(config(*LAYERS)))
        self.assertEqual(values.read(self.started[0].directory / "digest"), digest(config(*LAYERS)))
        self.assertEqual(self.asked("ann", *LAYERS, b"new"), "3")
        self.assertEqual(self.send(config(*LAYERS, b"new"), {b"new": b"new"}), "good")
        self.assertNotIn(packed, self.fake.loaded[-1])
        self.assertLess(len(self.fake.loaded[-1]), 10_000)

    def test_containerd_gets_nothing_before_all_has_come(self) -> None:
        layers = [Sent(digest(one), len(one)) for one in LAYERS]
        whole, arrived = b"".join(LAYERS), mock.Mock()

        def pieces(data: bytes, spool: io.BytesIO | None) -> Iterator[bytes]:
            return image_load._layers(layers, io.BytesIO(data), lambda layer: layer[7:], arrived, spool)

        for cut in (0, len(LAYERS[0]), len(whole) - 1):
            with self.assertRaisesRegex(BadRequest, "cut off"):
                next(pieces(whole[:cut], io.BytesIO()))
        with self.assertRaisesRegex(BadRequest, "more was sent"):
            next(pieces(whole + b"x", io.BytesIO()))
        arrived.assert_not_called()
        self.assertEqual(b"".join(pieces(whole, io.BytesIO())), b"".join(pieces(whole, None)))
        full = mock.Mock(write=mock.Mock(side_effect=OSError(28, "No space left on device")))
        with self.assertRaisesRegex(Refused, "No space left"):
            next(pieces(whole, full))

    def test_a_blob_that_containerd_has_no_more_costs_one_upload(self) -> None:
        self.fake.info = CONTAINERD
        whole = {one: one for one in LAYERS}
        self.assertEqual(self.send(config(*LAYERS), whole), "good")
        del self.fake.blobs[digest(LAYERS[0])[7:]]
        values.remove_tree(self.started.pop().directory)
        said = self.send(config(*LAYERS, b"new"), {b"new": b"new"})
        self.assertIn("image-load: the Docker engine on the host does not take the image", said)
        self.assertEqual(self.asked("ann", *LAYERS, b"new"), "0")
        self.assertEqual(self.send(config(*LAYERS, b"new"), {**whole, b"new": b"new"}), "good")

    def test_a_packed_layer_that_is_another_one(self) -> None:
        self.fake.info = CONTAINERD
        packed = gzip.compress(b"another")
        more = {
            "image/packed": f"{digest(LAYERS[0])} {digest(packed)}",
            "image/sent": f"{digest(LAYERS[0])} {len(packed)}",
        }
        said = self.send(config(LAYERS[0]), {LAYERS[0]: packed}, **more)
        self.assertIn("bad-request: what was sent as the layer", said)
        self.assertEqual(known_layers.read(self.paths), {})

    def test_an_image_that_is_here_needs_its_configuration_alone(self) -> None:
        self.has("pocketpaas-app-shop:x", *LAYERS)
        self.assertEqual(self.send(config(*LAYERS), {}), "good")

    def test_a_layer_that_is_there_twice_is_sent_once(self) -> None:
        self.assertEqual(self.send(config(b"a", b"", b"b", b""), {b"a": b"a", b"": b"", b"b": b"b"}), "good")

    def test_what_is_refused(self) -> None:
        whole = {one: one for one in LAYERS}
        self.has("pocketpaas-app-blog:x", *LAYERS)
        for said, arguments in (
            ("other-platform: the image is for linux/arm64", (config(*LAYERS, machine="arm64"), whole)),
            ("image-layers: the host does not have the rest", (config(*LAYERS, b"new"), {LAYERS[2]: LAYERS[2]})),
            ("bad-request: a layer is announced that the image", (config(b"x"), {b"x": b"x", b"y": b"y"})),
            ("bad-request: this is not the configuration", (b"{}", whole)),
            ("bad-request: this is not the configuration", (b"[]", whole)),
            ("bad-request: an image has 1 to 127 layers", (config(), {})),
            ("bad-request: the image was cut off", (config(*LAYERS), {**whole, LAYERS[2]: b"to"})),
            ("bad-request: the image was cut off", (config(*LAYERS), {**whole, LAYERS[2]: b"", LAYERS[1]: b""})),
            ("bad-request: more was sent", (config(*LAYERS), {**whole, LAYERS[2]: b"top and more"})),
            ("bad-request: what was sent as the layer sha256:", (config(*LAYERS), {**whole, LAYERS[2]: b"pot"})),
        ):
            with self.subTest(said):
                self.assertTrue(self.send(*arguments).startswith(said), self.send(*arguments))
                self.assertEqual([one["RepoTags"] for one in self.fake.images], [["pocketpaas-app-blog:x"]])

    def test_layers_of_another_app_are_not_taken_from_the_host(self) -> None:
        self.has("pocketpaas-app-blog:x", *LAYERS)
        said = self.send(config(*LAYERS, b"own"), {b"own": b"own"}, key="ci")
        self.assertTrue(said.startswith("image-layers: "), said)
        self.assertEqual(self.fake.loaded, [])

    def test_who_knows_the_digests_of_another_apps_layers_does_not_get_them_by_sending_something_else(self) -> None:
        # The engine would not read what is sent for layers that it has.
        self.has("pocketpaas-app-blog:x", *LAYERS)
        for key in ("ci", "ann"):
            said = self.send(config(*LAYERS), {one: bytes(len(one)) for one in LAYERS}, key=key)
            self.assertTrue(said.startswith("bad-request: what was sent as the layer sha256:"), said)
        self.assertEqual(self.fake.loaded, [])

    def test_layers_that_are_packed(self) -> None:
        layer = random.Random(1).randbytes(3 << 20)
        parts = gzip.compress(layer[: 1 << 20]) + gzip.compress(layer[1 << 20 :])
        for packed in (gzip.compress(layer), parts):
            for size in (1, 7, 1 << 16) if len(packed) < 4096 else (4096, 1 << 20):
                sums = LayerDigest(len(layer))
                for at in range(0, len(packed), size):
                    sums.add(packed[at : at + size])
                self.assertEqual(sums.text(), digest(layer))
        for data, why in (
            (gzip.compress(layer)[:-9], "its end is missing"),
            (gzip.compress(b"x")[:5] + b"nonsense", "damaged"),
            (b"\x28\xb5\x2f\xfd" + bytes(9), "zstd"),
            (gzip.compress(bytes(4 << 20)), "more than 3 MB, unpacked"),
            (bytes(4 << 20), "more than 3 MB, unpacked"),
        ):
            with self.subTest(why), self.assertRaisesRegex(BadRequest, why):
                sums = LayerDigest(len(layer))
                sums.add(data)
                sums.text()
        for short in (b"", b"a", b"\x1f\x8a", b"abc"):
            sums = LayerDigest(10)
            sums.add(short)
            self.assertEqual(sums.text(), digest(short))

    def test_settings_that_name_another_image(self) -> None:
        said = self.send(config(b"x"), {b"x": b"x"}, **{"settings/image-from": "option"})
        self.assertEqual(said, "bad-request: an image is sent, and the settings name another one")

    def test_an_engine_that_refuses_and_one_whose_disk_is_full(self) -> None:
        self.fake.refusals["POST /images/load"] = (500, {"message": "no space left"})
        self.assertIn("does not take the image: no space left", self.send(config(b"x"), {b"x": b"x"}))
        self.fake.refusals["GET /info"] = (500, {"message": "odd"})
        self.assertIn("does not take the image: odd", self.send(config(b"x"), {b"x": b"x"}))

    def test_another_image_than_was_sent(self) -> None:
        with mock.patch.object(images, "inspect", return_value={"Id": "sha256:x", "RootFS": {"Layers": []}}):
            self.assertIn("has loaded another image", self.send(config(b"x"), {b"x": b"x"}))
        self.assertEqual(self.fake.images, [])

    def test_announcements(self) -> None:
        one = digest(b"x")
        self.assertEqual(local_image.sent([f"{one} 5"])[0].size, 5)
        for bad in ([one], [f"{one} x"], [f"x {one}"], [f"{one} -1"], [f"{one} 5", f"{one} 5"], [f"{one} {1 << 60}"]):
            with self.subTest(bad), self.assertRaises(BadRequest):
                local_image.sent(bad)

    def test_a_third_word_that_is_none(self) -> None:
        request = Request(self.paths, self.reporter, "ann", "deploy", ("shop", "1" * 40, "x"), io.BytesIO(b""))
        with self.assertRaises(BadRequest):
            deploy.serve(request)


class ReadLeadingTest(LocalImageCase):
    def test_what_follows_is_still_there(self) -> None:
        for more in (b"", b"x", b"\0.\0end\0", b"y" * 100_000):
            given = tree.text({"a": "1", "b/c": "x" * 70_000, "d": ".", "end": "z"}) + more
            stream = io.BufferedReader(io.BytesIO(given), 8192)  # type: ignore[arg-type]
            self.assertEqual(tree.read_leading(stream)["end"], "z")
            self.assertEqual(stream.read(), more)

    def test_what_is_cut_off_or_too_large(self) -> None:
        for given, most in ((b"", 99), (b"a\0b", 99), (b"a\0b\0", 99), (b".\0", 99), (b"a\0" + b"x" * 200, 99)):
            with self.subTest(given), self.assertRaises(BadRequest):
                tree.read_leading(io.BufferedReader(io.BytesIO(given)), most)  # type: ignore[arg-type]


class DeployedTest(LocalImageCase):
    """What becomes of an image that has come."""

    def setUp(self) -> None:
        super().setUp()
        self.settings = self.paths.app("shop") / "settings"
        self.state("apps/shop/settings/image", "shop:dev")
        self.state("apps/shop/settings/image-from", "local")
        self.spool = self.operation.work.directory
        for name, text in (("source.tar", ""), ("app", "shop")):
            values.put(self.spool / name, text)
        self.upload = f"pocketpaas-app-shop:upload-{self.operation.work.id}"

    def arrives(self, *layers: bytes) -> str:
        found = self.has(self.upload, *layers)
        values.put(self.spool / "digest", found)
        values.put(self.spool / "uploaded", found)
        return found

    def build(self) -> Any:
        request = BuildRequest.of(self.operation, self.settings)
        values.make_directory(request.cache)
        self.patch(BuildRequest, "inputs", lambda _self, *texts: hashlib.sha256(" ".join(texts).encode()).hexdigest())
        source = mock.Mock(spec=Source, top=frozenset())
        return ready_image.build(request, source)

    def test_it_gets_a_name_by_which_it_stays_and_loses_the_other(self) -> None:
        found = self.arrives(*LAYERS)
        self.assertEqual(ready_image.resolve(self.operation, self.settings), found)
        self.fake.images[0]["Config"] = {"ExposedPorts": {"8080/tcp": {}}}
        done = self.build()
        self.assertEqual((done.image, done.digest, done.reference, done.port), (found, found, "shop:dev", 8080))
        local_image.forget(self.engine, self.operation.work)
        (name,) = self.fake.images[0]["RepoTags"]
        self.assertRegex(name, "^pocketpaas-app-shop:[0-9a-f]{32}$")
        # A second time it is known, whatever it came as, and even with --force.
        values.put(self.spool / "options", "force")
        self.assertEqual(self.build().image, found)

    def test_the_id_of_an_image_may_name_it(self) -> None:
        app_settings.check(self.settings)
        self.state("apps/shop/settings/image", "sha256:" + "1" * 64)
        app_settings.check(self.settings)
        self.arrives(*LAYERS)
        self.build()

    def test_one_that_is_not_here_any_more(self) -> None:
        with self.assertRaises(BuildFailed) as caught:
            ready_image.resolve(self.operation, self.settings)
        self.assertEqual(caught.exception.cause, "image-missing")
        values.put(self.spool / "digest", "sha256:" + "9" * 64)
        with self.assertRaises(BuildFailed):
            self.build()

    def test_what_was_killed_is_taken_away_and_what_is_at_work_is_not(self) -> None:
        self.arrives(*LAYERS)
        for other in ("pocketpaas-app-shop:keep", "foreign:upload-1"):
            self.has(other, other.encode())
        with mock.patch.object(work.Work, "dead", return_value=False):
            self.assertTrue(local_image.forget_abandoned(self.paths, self.engine))
        self.assertEqual(self.fake.images[0]["RepoTags"], [self.upload])
        self.assertEqual(prune.unneeded(self.paths, self.engine, "shop")[0].reference, "pocketpaas-app-shop:keep")
        with mock.patch.object(work.Work, "dead", return_value=True):
            self.fake.refusals["DELETE"] = (500, {"message": "odd"})
            self.assertFalse(sweep.sweep(self.paths, self.engine))
            self.fake.refusals.clear()
            self.assertTrue(sweep.sweep(self.paths, self.engine))
        left = [one["RepoTags"] for one in self.fake.images]
        self.assertEqual(left, [["pocketpaas-app-shop:keep"], ["foreign:upload-1"]])
        calls = len(self.fake.calls)
        self.assertTrue(local_image.forget_abandoned(self.paths, self.engine))
        self.assertEqual(len(self.fake.calls), calls)

    def test_an_engine_that_is_away_when_it_ends(self) -> None:
        self.arrives(*LAYERS)
        self.fake.end()
        self.assertFalse(local_image.forget(self.engine, self.operation.work))
        self.assertTrue((self.spool / "uploaded").exists())


class ChainTest(LocalImageCase):
    def test_as_the_specification_has_it(self) -> None:
        one, two = digest(b"1"), digest(b"2")
        both = f"sha256:{hashlib.sha256(f'{one} {two}'.encode()).hexdigest()}"
        self.assertEqual(list(image_load.chains([one, two])), [one, both])
        self.assertEqual(Image.of(config(b"1", b"2")).layers, (one, two))
        self.assertEqual(list(image_load.chains([])), [])

    def test_the_builder_is_named(self) -> None:
        self.state("apps/shop/settings/image-from", "local")
        asked = mock.Mock(settings=self.paths.app("shop") / "settings")
        self.assertEqual(builds.select(asked).why, "deploy --local names one")

    def test_refusals_have_a_way_out(self) -> None:
        with self.assertRaises(Refused) as caught:
            local_image.refuse_platform(self.engine, "linux/arm64")
        self.assertIn("docker build --platform linux/amd64", caught.exception.cure)
