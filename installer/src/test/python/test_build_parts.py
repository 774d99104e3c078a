"""The parts of a build: what it depends on, what it may use, what it prints, what comes of it, what BuildKit says."""

from __future__ import annotations

import base64
import io
import json
import os
import socket
import struct
import tarfile
import threading
import time
import unittest
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from fake_engine import EngineCase
from pocketpaas.build import (
    buildkit,
    buildpack_name,
    buildpacks,
    memory,
    outcome,
    owned,
    progress,
    select,
    session,
    watchdog,
)
from pocketpaas.build.buildkit import BuildKit
from pocketpaas.build.buildpack_name import Buildpack
from pocketpaas.build.buildpacks import BuildpackStore
from pocketpaas.build.failure import BuildFailed, in_words
from pocketpaas.build.outcome import Outcome
from pocketpaas.build.output import Output
from pocketpaas.build.procfile import Procfile
from pocketpaas.build.progress import Progress
from pocketpaas.build.request import BuildRequest
from pocketpaas.build.session import Session
from pocketpaas.build.source import Source
from pocketpaas.build.watchdog import Watchdog
from pocketpaas.engine import pull
from pocketpaas.engine.client import EngineAway
from pocketpaas.failure import CannotWrite, Damaged
from pocketpaas.state import values
from program_fixture import HOSTILE, Repository

IMAGE = "sha256:" + "1" * 64


class BuildCase(EngineCase):
    """A build of shop; `write` puts a file into its source."""

    def setUp(self) -> None:
        super().setUp()
        programs = self.tree(self.paths.root / "programs", {"stack/start": "#!/bin/sh\n", "stack/build": "x"})
        self.paths = replace(self.paths, programs=programs)
        self.operation.paths = self.paths
        self.work = self.operation.work.directory
        self.settings = self.paths.app("shop") / "settings"
        values.make_directory(self.settings)
        values.make_directory(self.paths.app("shop") / "cache")
        self.sources: dict[str, bytes] = {}
        self.pack()
        values.put(self.work / "tree", "t")

    def pack(self, **files: bytes) -> None:
        """The source has these files, too (__ for a dot)."""
        self.sources |= {name.replace("__", "."): data for name, data in files.items()}
        with tarfile.open(self.work / "source.tar", "w") as tar:
            for name, data in self.sources.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))

    @property
    def request(self) -> BuildRequest:
        """As the operation asks for it."""
        return BuildRequest.of(self.operation, self.settings)

    @property
    def source(self) -> Source:
        """The tar, read."""
        return Source(self.work / "source.tar")

    def options(self, *words: str) -> None:
        """What the deploy is asked for with."""
        self.tree(self.work, {"values/options": "\n".join(words)})

    def patch(self, place: Any, name: str, value: Any) -> None:
        """Until the end of the test."""
        patcher = mock.patch.object(place, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)


class RequestTest(BuildCase):
    def test_bounds_are_the_hosts_else_ours(self) -> None:
        self.assertEqual((self.request.seconds, self.request.silence), (900, 600))
        self.state("host/build-timeout", "1200")
        self.assertEqual(self.request.seconds, 1200)
        for damaged in ("0", "x", "90 0", "-1", "86401"):
            self.state("host/build-timeout", damaged)
            with self.assertRaisesRegex(Damaged, "host/build-timeout"):
                self.request.seconds

    def test_variables_are_the_operators_over_the_manifests_over_those_of_all(self) -> None:
        self.tree(self.work, {"shared/env/A": "all", "shared/env/B": "all", "shared/env/PORT": "1"})
        self.tree(self.settings, {"env/B": "manifest", "env/C": "manifest", "env/a b": "x"})
        self.tree(self.paths.app("shop"), {"operator/env/C": "operator"})
        self.assertEqual(self.request.variables(), {"A": "all", "B": "manifest", "C": "operator"})
        self.tree(self.work, {"operator/env/C": "staged"})
        self.assertEqual(self.request.variables()["C"], "staged")

    def test_inputs_depend_on_everything_and_tell_nobody_anything(self) -> None:
        first = self.request.inputs("a", "b")
        self.assertEqual(first, self.request.inputs("a", "b"))
        self.assertNotIn(self.request.inputs("ab"), (first, self.request.inputs("a")))
        self.assertNotEqual(self.request.inputs("a\0b"), self.request.inputs("a\0b", ""))
        values.put(self.paths.programs / "stack" / "build", "y")
        self.assertNotEqual(first, self.request.inputs("a", "b"))
        secret = self.request.secret("secret")
        self.assertEqual((self.request.cache / "secret").stat().st_mode & 0o777, 0o600)
        self.assertNotEqual(secret, self.request.secret("secret", renew=True))
        values.put(self.request.cache / "secret", "damaged")
        self.assertRegex(self.request.secret("secret"), "^[0-9a-f]{64}$")

    def test_options_proxy_and_the_digest_of_a_source_without_a_tree(self) -> None:
        self.assertFalse(self.request.from_nothing)
        self.options("force", "now")
        self.assertTrue(self.request.from_nothing and self.request.wants("now"))
        self.state("host/proxy", "http://proxy:3128\n")
        self.assertEqual(self.request.proxy, "http://proxy:3128")
        (self.work / "tree").unlink()
        self.assertRegex(self.request.tree, "^[0-9a-f]{64}$")


class WatchdogTest(unittest.TestCase):
    def setUp(self) -> None:
        patcher = mock.patch.object(watchdog, "_LOOK", 0.01)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.stopped = threading.Event()

    def watch(self, seconds: float, silence: float, lines: int) -> str:
        heard: list[bytes] = []
        with Watchdog(seconds, silence, self.stopped.set) as dog:  # type: ignore[arg-type]
            hear = dog.heard(heard.append)
            for _ in range(lines):
                hear(b"x")
                if self.stopped.wait(0.02):
                    break
            else:
                self.stopped.wait(0.5 if lines < 9 else 0.001)
        try:
            dog.refuse()
        except BuildFailed as failure:
            return failure.cause
        return "good"

    def test_it_takes_too_long(self) -> None:
        self.assertEqual(self.watch(0.1, 100, 500), "build-timeout")

    def test_it_prints_nothing(self) -> None:
        self.assertEqual(self.watch(100, 0.1, 2), "build-silent")

    def test_it_is_left_alone(self) -> None:
        self.assertEqual(self.watch(100, 0.3, 20), "good")
        self.assertFalse(self.stopped.is_set())

    def test_words_and_threads(self) -> None:
        self.assertEqual([in_words(time) for time in (900, 90, 6)], ["15 minutes", "90 seconds", "6 seconds"])
        with self.assertRaises(ValueError), Watchdog(9, 9, self.stopped.set):
            raise ValueError
        self.assertEqual([one.name for one in threading.enumerate() if "_watch" in one.name], [])


class OutputTest(BuildCase):
    def test_a_build_that_prints_far_too_much(self) -> None:
        output = Output(self.reporter)
        for _ in range(6):
            output.line(b"x" * 1_000_000)
        output.line(b"more")
        self.assertIn("… the build prints more than 5 MB; the rest is left out", self.reporter.lines[-1])
        self.assertLess(len(self.reporter.written.getvalue()), 6_000_000)


class MemoryTest(BuildCase):
    def test_what_a_build_may_use(self) -> None:
        for total, expected in ((4096, 3846), (641, 391), (640, 384), (100, 384)):
            self.patch(memory, "machine_megabytes", lambda: total)
            self.assertEqual(memory.build_megabytes(self.paths), expected)
        self.state("host/build-memory", str(700 << 20))
        self.assertEqual(memory.build_megabytes(self.paths), 700)

    def test_the_memory_of_the_machine(self) -> None:
        self.patch(memory.cgroup, "limit_above", lambda group: None)
        total = memory.machine_megabytes()
        self.assertGreater(total, 64)
        self.patch(memory.cgroup, "limit_above", lambda group: 32 << 20)
        self.assertEqual(memory.machine_megabytes(), 32)

    def test_builds_on_a_small_host_take_turns_and_say_so(self) -> None:
        self.patch(memory, "_POLL", 0.01)
        for total in (1024, 4096):
            self.patch(memory, "machine_megabytes", lambda: total)
            order, begun = [], threading.Event()

            def other() -> None:
                with memory.turn(self.paths, self.reporter):
                    begun.set()
                    time.sleep(0.2)
                    order.append("first ends")

            thread = threading.Thread(target=other)
            thread.start()
            begun.wait()
            with memory.turn(self.paths, self.reporter):
                order.append("second")
            thread.join()
            self.assertEqual(order, ["first ends", "second"] if total == 1024 else ["second", "first ends"])
        self.assertEqual(self.reporter.lines, ["+note\tanother app is being built; this host builds one at a time"])
        self.patch(memory, "machine_megabytes", lambda: 1024)
        self.patch(memory, "_TURN_SECONDS", 0)
        with memory.turn(self.paths, self.reporter), self.assertRaisesRegex(BuildFailed, "more than an hour"):
            with memory.turn(self.paths, self.reporter):
                self.fail()


class OutcomeTest(BuildCase):
    def store(self, number: int = 1, **more: Any) -> str:
        inputs = f"{number:064}"
        Outcome(IMAGE, "image", "dockerfile", inputs, **more).store(self.request.out)
        return inputs

    def test_what_comes_of_a_build_is_taken_over_by_the_same_inputs(self) -> None:
        inputs = self.store(processes={"web": None, "worker": "run $(x)\n"}, port=8080, release="migrate")
        outcome.remember(self.request, inputs)
        values.remove_tree(self.request.out)
        self.assertFalse(outcome.reuse(self.request, inputs))
        self.fake.images.append({"Id": IMAGE})
        self.store(processes={"web": None, "worker": "run $(x)\n"}, port=8080, release="migrate")
        outcome.remember(self.request, inputs)
        values.remove_tree(self.request.out)
        self.assertTrue(outcome.reuse(self.request, inputs))
        kept = {name: values.read(self.request.out / name) for name in ("image", "port", "release")}
        self.assertEqual(kept, {"image": IMAGE, "port": "8080", "release": "migrate"})
        self.assertEqual(values.read(self.request.out / "processes/worker/command"), "run $(x)\n")
        self.assertTrue((self.request.out / "processes/web").is_dir())
        self.assertFalse(outcome.reuse(self.request, "2" * 64))
        self.options("clear-cache")
        self.assertFalse(outcome.reuse(self.request, inputs))

    def test_damage_is_not_taken_over(self) -> None:
        inputs = self.store()
        for text in ("", "x", "sha256:x", IMAGE + "\n"):
            outcome.remember(self.request, inputs)
            values.put(self.request.cache / "builds" / inputs / "image", text)
            self.assertFalse(outcome.reuse(self.request, inputs))

    def test_as_many_are_kept_as_releases(self) -> None:
        self.state("host/keep-releases", "2")
        for number in range(5):
            outcome.remember(self.request, self.store(number))
            at = 1_000_000 + number
            os.utime(self.request.cache / "builds" / f"{number:064}", (at, at))
        outcome.remember(self.request, self.store(5))
        self.assertIn(f"{5:064}", os.listdir(self.request.cache / "builds"))
        self.assertLessEqual(len(os.listdir(self.request.cache / "builds")), 3)

    def test_a_full_disk(self) -> None:
        inputs = self.store()
        self.patch(outcome.shutil, "copytree", mock.Mock(side_effect=OSError(28, "full")))
        with self.assertRaises(CannotWrite):
            outcome.remember(self.request, inputs)

    def test_an_image_without_a_process_is_of_no_use(self) -> None:
        nothing = Outcome(IMAGE, "slug", "buildpacks", "x")
        with self.assertRaises(BuildFailed) as caught:
            outcome.refuse_without_process(self.request, nothing)
        self.assertEqual(caught.exception.cause, "no-process")
        self.tree(self.settings, {"processes/web/command": "run"})
        outcome.refuse_without_process(self.request, nothing)


class SelectionTest(BuildCase):
    """As BuildRequest asks for it: the whole sentence."""

    def select(self) -> str:
        from pocketpaas.build.image import _asked

        self.state(
            "host/buildpacks", "heroku/ruby\thttps://example.com/ruby\nheroku/nodejs\thttps://example.com/node#v1"
        )
        found = select.select(_asked(self.request, self.source))
        return f"{found.builder}|{' '.join(found.packs)}|{found.why}"

    def test_each(self) -> None:
        self.pack(Dockerfile=b"FROM scratch", package__json=b"{}")
        self.assertEqual(self.select(), "dockerfile||there is a Dockerfile")
        self.pack(__buildpacks=b"https://example.com/a.git#v1\r\n# a comment\n\nheroku/nodejs")
        self.assertEqual(self.select(), "buildpacks|https://example.com/a.git#v1 heroku/nodejs|listed in .buildpacks")
        self.tree(self.settings, {"buildpacks": "heroku/nodejs\nheroku/ruby"})
        self.assertEqual(self.select(), "buildpacks|heroku/nodejs heroku/ruby|listed in pocketpaas.yml")
        self.tree(self.settings, {"builder": "static"})
        self.assertEqual(self.select(), "static|static|pocketpaas.yml says so")

    def test_the_operators_buildpack_url_goes_before_the_manifests(self) -> None:
        self.pack(Dockerfile=b"FROM scratch")
        self.tree(self.settings, {"env/BUILDPACK_URL": "https://example.com/manifest"})
        self.tree(self.paths.app("shop"), {"operator/env/BUILDPACK_URL": "https://example.com/operator"})
        self.assertEqual(self.select(), "buildpacks|https://example.com/operator|BUILDPACK_URL is set")

    def test_what_is_there_and_nothing_of_it_is_executed(self) -> None:
        self.pack(package__json=b"{}")
        self.assertEqual(self.select(), "buildpacks|heroku/nodejs|detected: heroku/nodejs")
        self.pack(project__toml=b'[_]\nschema-version = "0.2"\n[io.buildpacks]\nexclude = ["README.md"]\n')
        self.assertEqual(self.select(), "buildpacks|heroku/nodejs|detected: heroku/nodejs")
        self.sources.clear()
        self.pack(Procfile=b"web: ./server", index__html=b"")
        self.assertEqual(self.select(), "buildpacks||there is just a Procfile, so the source runs as it is")
        self.sources.clear()
        self.pack(index__html=b"")
        self.assertEqual(self.select(), "static|static|there is an index.html")
        self.sources = {"$(touch canary)": b"x", "a\nb": b"", "caf\u00e9": b""}
        self.pack()
        with self.assertRaisesRegex(BuildFailed, r"no builder fits this app; at its top are: \$\(touch canary\) a\nb"):
            self.select()
        self.sources = {"$(touch canary)": b"x", ".buildpacks": b"$(touch canary)\n`touch canary`\n"}
        self.pack()
        self.assertEqual(self.select(), "buildpacks|$(touch canary) `touch canary`|listed in .buildpacks")


class ProcfileTest(unittest.TestCase):
    def test_lines(self) -> None:
        for text, commands, odd in (
            ("# what runs\r\nweb: a\r\n\r\n  \nclock_1: b", {"web": "a", "clock_1": "b"}, ()),
            ("web: old\nworker: w\nweb: new\n", {"web": "new", "worker": "w"}, ()),
            (
                "web: a\nnonsense\n9to5: b\nbad name: c\nempty:\n",
                {"web": "a"},
                ("nonsense", "9to5: b", "bad name: c", "empty:"),
            ),
            ('web: $(touch canary) `x` "; x # é\n', {"web": '$(touch canary) `x` "; x # é'}, ()),
            ("web:  a  b  \n", {"web": "a  b"}, ()),
            ("", {}, ()),
            ("\u00e9: x\n" + "a" * 31 + ": x", {}, ("\u00e9: x", "a" * 31 + ": x")),
        ):
            found = Procfile.parse(text)
            self.assertEqual((dict(found.commands), found.odd), (commands, odd))


class OwnedTest(BuildCase):
    def test_images_of_other_apps_and_their_parts(self) -> None:
        layer = {"Id": "sha256:" + "2" * 64, "RepoTags": ["x:1"], "Config": {"Labels": {"pocketpaas.layer": "k"}}}
        other = {"Id": IMAGE, "RepoTags": ["y:1"], "Config": {"Labels": {"pocketpaas.app": "blog"}}}
        own = {"Id": "sha256:" + "3" * 64, "RepoTags": ["z:1"], "Config": {"Labels": {"pocketpaas.app": "shop"}}}
        self.fake.images += [layer, other, own]
        for name in (
            *("pocketpaas-app-blog", "pocketpaas-app-blog:1", "docker.io/library/pocketpaas-app-blog@sha256:x"),
            *(
                "index.docker.io/pocketpaas-layer:k",
                "POCKETPAAS-APP-BLOG",
                "x:1",
                "y:1",
                IMAGE,
                "pocketpaas-app-shop2:1",
            ),
        ):
            self.assertTrue(owned.is_of_another_app(self.engine, name, "shop"), name)
        for name in ("debian:12", "z:1", "pocketpaas-app-shop:1", "nosuch", "registry:5000/x/y:1"):
            self.assertFalse(owned.is_of_another_app(self.engine, name, "shop"), name)
        owned.refuse_in_dockerfile(self.engine, ("scratch", "", "0", "12", "debian"), "shop")
        with self.assertRaisesRegex(BuildFailed, "copies from, y:1, which is part of another app"):
            owned.refuse_in_dockerfile(self.engine, ("y:1",), "shop")
        with self.assertRaises(BuildFailed):
            owned.refuse(self.engine, "y:1", "shop")

    def test_an_image_of_a_registry_is_an_apps_by_the_name_that_it_has_here(self) -> None:
        for tags, digests, foreign in (
            (["pocketpaas-app-blog:x"], [], True),
            (["pocketpaas-app-blog:x", "pocketpaas-app-cart:x"], [], True),
            (["pocketpaas-app-blog:x"], ["pocketpaas-app-blog@sha256:1"], True),
            (["pocketpaas-app-blog:x", "pocketpaas-app-shop:x"], [], False),
            # Somebody else has it under another name.
            (["pocketpaas-app-blog:x", "nginx:1"], [], False),
            (["pocketpaas-app-blog:x"], ["nginx@sha256:1"], False),
            (["<none>:<none>"], ["<none>@<none>"], False),
            ([], [], False),
        ):
            self.fake.images = [{"Id": IMAGE, "RepoTags": tags, "RepoDigests": digests}]
            self.assertEqual(owned.is_of_another_app(self.engine, IMAGE, "shop"), foreign, tags + digests)

    def test_a_source_of_nothing(self) -> None:
        header = tarfile.TarInfo.create_pax_global_header({"comment": "c" * 40})
        (self.work / "source.tar").write_bytes(header + b"\0" * 9216)
        self.assertEqual(self.source.top, frozenset())
        (self.work / "source.tar").write_bytes(header[:300])
        with self.assertRaises(BuildFailed):
            self.source.text("x")


class PullTest(BuildCase):
    def test_names_and_answers(self) -> None:
        self.fake.refusals["POST /images/create"] = (200, b'{"status":"Pulling"}\n{"status":"Done"}\n')
        for name, image, tag in (
            ("debian", "debian", "latest"),
            ("debian:12", "debian", "12"),
            ("r:5000/x", "r:5000/x", "latest"),
            ("r:5000/x:1", "r:5000/x", "1"),
            ("x@sha256:a", "x", "sha256:a"),
        ):
            self.assertEqual(pull.pull(self.engine, name), "")
            self.assertEqual(self.fake.queries[-1], {"fromImage": image, "tag": tag})
        for answer, why in (
            ((200, b'{"status":"x"}\n{"error":"no such manifest"}\n'), "no such manifest"),
            ((404, {"message": "not found"}), "not found"),
            ((200, b"nonsense"), "Expecting value"),
        ):
            self.fake.refusals["POST /images/create"] = answer
            self.assertIn(why, pull.pull(self.engine, "debian"))
        self.fake.end()
        self.assertIn("does not answer", pull.pull(self.engine, "debian"))


def field(number: int, value: bytes | int) -> bytes:
    """A field of a protocol buffer."""

    def varint(left: int) -> bytes:
        out = b""
        while left > 0x7F:
            out, left = out + bytes([left & 0x7F | 0x80]), left >> 7
        return out + bytes([left])

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def moment(seconds: float) -> bytes:
    """A google.protobuf.Timestamp."""
    return field(1, int(seconds)) + field(2, int(seconds % 1 * 1e9))


class ProgressTest(unittest.TestCase):
    def shown(self, *messages: bytes) -> list[str]:
        lines: list[bytes] = []
        shows = Progress(lines.append)
        for message in messages:
            shows.show(message)
        shows.end()
        return [line.decode() for line in lines]

    def vertex(self, digest: bytes, name: str, *more: bytes) -> bytes:
        return field(1, field(1, digest) + field(3, name.encode()) + b"".join(more))

    def log(self, digest: bytes, text: bytes) -> bytes:
        return field(3, field(1, digest) + field(4, text))

    def test_steps_logs_and_ends(self) -> None:
        begun, ended = field(5, moment(100.0)), field(6, moment(102.5))
        self.assertEqual(
            self.shown(
                self.vertex(b"a", "RUN npm ci"),
                self.vertex(b"a", "RUN npm ci", begun),
                self.log(b"a", b"one\ntw") + self.log(b"a", b"o\nrest"),
                self.vertex(b"b", "[internal] load", begun),
                self.vertex(b"c", "FROM x", field(4, 1)),
                self.vertex(b"a", "RUN npm ci", begun, ended),
                self.vertex(b"a", "RUN npm ci", begun, ended),
                self.vertex(b"d", "RUN x", begun, ended, field(7, b"exit code: 1")),
                self.vertex(b"e", "[internal] y", begun, ended, field(7, b"no")),
                self.log(b"z", b"\xff no end"),
            ),
            [
                *("#1 RUN npm ci", "#1 one", "#1 two", "#2 FROM x", "#2 CACHED", "#1 rest", "#1 DONE 2.5s"),
                *("#3 RUN x", "#3 ERROR: exit code: 1", "#4 [internal] y", "#4 ERROR: no", "#0 \ufffd no end"),
            ],
        )

    def test_a_line_without_an_end_comes_in_pieces(self) -> None:
        found = self.shown(*[self.log(b"a", b"x" * 3000) for _ in range(4)])
        self.assertEqual([len(line) for line in found], [6003, 6003])

    def test_fields(self) -> None:
        fixed = bytes([1 << 3 | 1]) + b"12345678" + bytes([2 << 3 | 5]) + b"1234"
        self.assertEqual(list(progress.fields(fixed)), [(1, b"12345678"), (2, b"1234")])
        self.assertEqual(list(progress.fields(field(300, 1 << 40))), [(300, 1 << 40)])
        for wrong in (b"\x0b", b"\x08", b"\x80\x80"):
            with self.assertRaises(ValueError):
                list(progress.fields(wrong))


class SessionTest(unittest.TestCase):
    """Frames of HTTP/2, as BuildKit sends them."""

    def setUp(self) -> None:
        ours, self.engine = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(self.engine.close)
        self.session = Session.__new__(Session)
        self.session._socket = ours
        self.session._file = ours.makefile("rb")
        self.addCleanup(self.session._file.close)
        self.thread = threading.Thread(target=self.session._serve, daemon=True)
        self.thread.start()
        self.answers = self.engine.makefile("rb")
        self.addCleanup(self.answers.close)
        self.engine.settimeout(10)

    def send(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> None:
        self.engine.sendall(
            struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload
        )

    def frame(self) -> tuple[int, int, int, bytes]:
        head = self.answers.read(9)
        return head[3], head[4], int.from_bytes(head[5:], "big"), self.answers.read(int.from_bytes(head[:3], "big"))

    def test_settings_pings_health_and_what_is_not_implemented(self) -> None:
        self.engine.sendall(Session.PREFACE)
        self.assertEqual(self.frame(), (Session.SETTINGS, 0, 0, b""))
        self.send(Session.SETTINGS, 0, 0, b"123456")
        self.assertEqual(self.frame(), (Session.SETTINGS, Session.ACK, 0, b""))
        self.send(Session.SETTINGS, Session.ACK, 0)
        self.send(Session.PING, Session.ACK, 0, b"87654321")
        self.send(Session.PING, 0, 0, b"12345678")
        self.assertEqual(self.frame(), (Session.PING, Session.ACK, 0, b"12345678"))
        self.send(Session.HEADERS, Session.END_HEADERS, 1, b"x")
        self.send(Session.DATA, Session.END_STREAM, 1, b"\0" * 5)
        self.assertEqual(self.frame(), (Session.WINDOW_UPDATE, 0, 0, struct.pack(">I", 5)))
        headers, data, trailers = self.frame(), self.frame(), self.frame()
        self.assertEqual((headers[0], headers[2], headers[3][:1]), (Session.HEADERS, 1, b"\x88"))
        self.assertEqual(data, (Session.DATA, 0, 1, b"\0\0\0\0\x02\x08\x01"))
        self.assertEqual((trailers[1], trailers[3]), (5, session.literal("grpc-status", "0")))
        self.send(Session.DATA, 0, 3, b"\0" * 5 + b"question")
        self.frame()
        self.send(Session.DATA, Session.END_STREAM, 3)
        kind, flags, stream, payload = self.frame()
        self.assertEqual((kind, flags, stream), (Session.HEADERS, 5, 3))
        self.assertIn(session.literal("grpc-status", "12"), payload)
        self.send(Session.GOAWAY, 0, 0, b"x" * 8)
        self.engine.shutdown(socket.SHUT_WR)
        self.thread.join(5)
        self.assertFalse(self.thread.is_alive())

    def test_another_protocol_ends_it(self) -> None:
        self.engine.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.thread.join(5)
        self.assertFalse(self.thread.is_alive())
        self.session.close()
        self.session.close()

    def test_an_engine_that_goes_in_the_middle(self) -> None:
        self.engine.sendall(Session.PREFACE + b"\0\0")
        self.frame()
        self.engine.close()
        self.answers.close()
        self.thread.join(5)
        self.assertFalse(self.thread.is_alive())


class BuildKitTest(BuildCase):
    def build(self, *said: Any, **more: Any) -> buildkit.Built:
        self.lines: list[bytes] = []
        self.fake.refusals["POST /build$"] = (200, b"".join(json.dumps(one).encode() + b"\n" for one in said))
        arguments = {"PATH": "x", "DOCKER_HOST": "tcp://evil", "A": "a\n\"'$(id)\u00e9", **more}
        return BuildKit(self.engine).build(
            self.work / "source.tar", {"t": "x"}, arguments, {"l": "1"}, self.lines.append
        )

    def test_an_image_and_what_it_said(self) -> None:
        trace = base64.b64encode(field(3, field(1, b"a") + field(4, b"hello\n"))).decode()
        built = self.build({"id": "moby.buildkit.trace", "aux": trace}, {"id": "moby.image.id", "aux": {"ID": IMAGE}})
        self.assertEqual((built.image, built.why, self.lines), (IMAGE, "", [b"#0 hello"]))
        query = next(query for query in self.fake.queries if "buildid" in query)
        self.assertEqual((query["version"], query["t"], json.loads(query["labels"])), ("2", "x", {"l": "1"}))
        self.assertEqual(json.loads(query["buildargs"])["A"], "a\n\"'$(id)\u00e9")
        self.assertEqual(self.fake.asked("cancel"), [])

    def test_failures(self) -> None:
        self.assertEqual(self.build({"error": "exit code: 1"}), buildkit.Built("", "exit code: 1"))
        self.assertEqual(self.build({"id": "moby.image.id", "aux": {"ID": IMAGE}}, {"error": "x"}).image, "")
        self.assertEqual(self.build().why, "the build ended without an image")
        self.assertIn("larger than the engine takes", self.build(A="x" * 1_000_000).why)
        for said in ({"id": "moby.buildkit.trace"}, {"id": "moby.buildkit.trace", "aux": "/w=="}):
            with self.assertRaises(EngineAway):
                self.build(said)
        self.assertEqual(len(self.fake.asked("POST /build/cancel")), 3)
        self.fake.refusals["POST /build$"] = (500, {"message": "no"})
        kit = BuildKit(self.engine)
        self.assertEqual(kit.build(self.work / "source.tar", {}, {}, {}, self.lines.append).why, "no")
        self.fake.refusals["POST /build/cancel"] = (500, {"message": "no"})
        kit.cancel()

    def test_no_session(self) -> None:
        class Refuses:
            socket_path = self.paths.root / "refuses"

            @staticmethod
            def version() -> str:
                return "1.41"

        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(Refuses.socket_path))
            listener.listen()

            def refuse() -> None:
                connection, _ = listener.accept()
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")
                connection.close()

            threading.Thread(target=refuse, daemon=True).start()
            with self.assertRaisesRegex(EngineAway, "opens no session"):
                Session(Refuses())  # type: ignore[arg-type]
        # Nobody there, and one that hangs up in the middle of it.
        with self.assertRaisesRegex(EngineAway, "opens no session"):
            Session(Refuses())  # type: ignore[arg-type]
        for error in (BrokenPipeError(), ConnectionResetError()):
            with mock.patch.object(Session, "_open", side_effect=error):
                with self.assertRaisesRegex(EngineAway, "opens no session"):
                    Session(Refuses())  # type: ignore[arg-type]


class BuildpackStoreTest(BuildCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(os, "geteuid", lambda: 1000)
        self.repository = Repository(self.paths.root / "pack")
        self.repository.write("bin/detect", "#!/bin/sh\n")
        self.first = self.repository.commit("First")
        self.repository.git("tag", "--annotate", "--message", "x", "v1")
        self.repository.write("bin/detect", "#!/bin/sh\nexit 1\n")
        self.second = self.repository.commit("Second")
        self.repository.git("branch", "topic/x", self.first)
        self.url = f"file://{self.repository.directory}"
        self.store = BuildpackStore(self.paths, self.reporter)

    def pin(self, ref: str = "") -> str:
        return self.store.pin(Buildpack("own", self.url, ref)).commit

    def test_what_a_ref_stands_for(self) -> None:
        self.assertEqual(self.pin(), self.second)
        for ref, commit in (
            ("main", self.second),
            ("v1", self.first),
            ("topic/x", self.first),
            (self.first, self.first),
        ):
            self.assertEqual(self.pin(ref), commit, ref)
        for ref in ("nosuch", "1" * 40):
            with self.subTest(ref), self.assertRaises(BuildFailed):
                self.pin(ref)

    def test_it_is_decided_once(self) -> None:
        self.pin()
        self.repository.commit("Third")
        os.rename(self.repository.directory, self.paths.root / "moved")
        self.assertEqual(self.pin(), self.second)

    def test_as_a_tar(self) -> None:
        file = self.paths.root / "pack.tar"
        self.store.write_tar(self.store.pin(Buildpack("own", self.url, "v1")), file)
        with tarfile.open(file) as tar:
            self.assertEqual(tar.extractfile("bin/detect").read(), b"#!/bin/sh\n")  # type: ignore[union-attr]
        self.assertEqual(file.stat().st_mode & 0o777, 0o644)

    def test_one_that_comes_with_the_programs(self) -> None:
        self.tree(self.paths.programs / "buildpacks" / "static", {"bin/detect": "x"})
        pinned = self.store.pin(Buildpack("static", None))
        self.assertRegex(pinned.text, "^builtin [0-9a-f]{64}$")
        self.tree(self.paths.programs / "buildpacks" / "static", {"bin/detect": "y"})
        self.assertNotEqual(self.store.pin(Buildpack("static", None)), pinned)
        self.store.write_tar(pinned, self.paths.root / "pack.tar")
        with tarfile.open(self.paths.root / "pack.tar") as tar:
            self.assertIn("./bin/detect", tar.getnames())

    def test_one_that_cannot_be_reached_is_told_of_without_a_password(self) -> None:
        self.url = f"file://me:hunter2@{self.paths.root}/nosuch"
        with self.assertRaises(BuildFailed) as caught:
            self.pin()
        self.assertEqual(caught.exception.cause, "buildpack-unreachable")
        self.assertNotIn("hunter2", caught.exception.cure + "".join(self.reporter.lines))

    def test_what_git_is_given(self) -> None:
        from pocketpaas.machine.process import ENVIRONMENT, Ended

        given: list[dict[str, str]] = []

        def run(command: list[str], **options: Any) -> Ended:
            given.append(options["environment"])
            return Ended(0, f"{self.second}\tHEAD\n".encode(), b"")

        self.patch(buildpacks, "run", run)
        self.state("host/proxy", "http://proxy:3128\n")
        self.state("host/ca-certificates.pem", "extra")
        self.pin()
        names = set(ENVIRONMENT) | {
            "GIT_CONFIG_NOSYSTEM",
            "GIT_CONFIG_GLOBAL",
            "GIT_TERMINAL_PROMPT",
            "GIT_SSH_COMMAND",
        }
        self.assertEqual(set(given[0]) - names, {"http_proxy", "https_proxy", "GIT_SSL_CAINFO"})
        self.assertTrue(values.need(Path(given[0]["GIT_SSL_CAINFO"])).endswith("extra"))

    def test_names_of_the_hosts_list(self) -> None:
        listed = {"heroku/ruby": "https://example.com/ruby", "own": "file:///srv/own.git"}
        listed["heroku/nodejs"] = "https://example.com/node#v1"
        for item, url, ref, label in (
            ("heroku/nodejs", "https://example.com/node", "v1", "heroku/nodejs"),
            ("heroku/nodejs#v2", "https://example.com/node", "v2", "heroku/nodejs#v2"),
            ("https://example.com/ruby", "https://example.com/ruby", "", "heroku/ruby"),
            ("https://e.org/x.git#main", "https://e.org/x.git", "main", "https://e.org/x.git#main"),
            ("own", "file:///srv/own.git", "", "own"),
            ("file:///srv/own.git#v1", "file:///srv/own.git", "v1", "own#v1"),
        ):
            self.assertEqual(buildpack_name.resolve(item, listed), Buildpack(label, url, ref))
        for item in HOSTILE:
            with self.assertRaises(BuildFailed):
                buildpack_name.resolve(item, listed)


if __name__ == "__main__":
    unittest.main()
