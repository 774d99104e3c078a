"""Registries of images: names, logins, and why one does not give out what it is asked for."""

from __future__ import annotations

import base64
import io
import json
import os
import socket
import ssl
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest import mock

from fake_engine import EngineCase
from pocketpaas.engine import registry, registry_look, registry_trouble
from pocketpaas.engine.client import EngineAway, EngineError
from pocketpaas.engine.image_name import ImageName, short
from pocketpaas.engine.registry_look import Look, Met
from pocketpaas.failure import BadRequest, NoEngine, Refused
from pocketpaas.machine.request import Request
from pocketpaas.query import registries as verb
from pocketpaas.state import registries, tree, values
from pocketpaas.state.registries import Login
from program_fixture import HOSTILE

DIGEST = "sha256:" + "d" * 64
ADA = Login("ghcr.io", "ada", "s3cret", when="2026-11-28T20:00:00Z")


class NameTest(unittest.TestCase):
    def test_the_parts_of_a_name(self) -> None:
        for text, host, repository, tag, digest in (
            ("nginx", "docker.io", "library/nginx", "", ""),
            ("nginx:1", "docker.io", "library/nginx", "1", ""),
            ("team/shop:1", "docker.io", "team/shop", "1", ""),
            ("index.docker.io/team/shop", "docker.io", "team/shop", "", ""),
            ("Ghcr.IO/team/shop:1.4", "ghcr.io", "team/shop", "1.4", ""),
            ("localhost/shop", "localhost", "shop", "", ""),
            ("r:5000/shop:1", "r:5000", "shop", "1", ""),
            ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000", "a/b/c", "", ""),
            (f"ghcr.io/shop:1@{DIGEST}", "ghcr.io", "shop", "1", DIGEST),
        ):
            self.assertEqual(ImageName.parse(text), ImageName(host, repository, tag, digest), text)

    def test_how_it_is_written(self) -> None:
        self.assertEqual(ImageName.parse("nginx").named, "docker.io/library/nginx:latest")
        self.assertEqual(ImageName.parse(f"ghcr.io/shop:1@{DIGEST}").named, f"ghcr.io/shop@{DIGEST}")
        self.assertEqual(ImageName.parse("nginx:1").at(DIGEST), f"docker.io/library/nginx@{DIGEST}")
        self.assertEqual(
            (ImageName.parse("nginx:1").shown, ImageName.parse("ghcr.io/a/b").shown), ("nginx", "ghcr.io/a/b")
        )
        self.assertEqual((short(f"x@{DIGEST}"), short(DIGEST)), ("d" * 12, "d" * 12))


class LoginsTest(EngineCase):
    def test_an_apps_own_goes_before_that_of_all(self) -> None:
        values.make_directory(self.paths.app("shop") / "settings")
        registries.store(self.paths, ADA)
        registries.store(self.paths, Login("ghcr.io", "bob", "p\nq", "shop", "boss"))
        registries.store(self.paths, Login("ghcr.io", "carl", "x", who="boss"))
        own, others = registries.stored(self.paths, "ghcr.io", "shop"), registries.stored(self.paths, "ghcr.io", "blog")
        assert own is not None and others is not None
        self.assertEqual((own.user, own.password, others.user), ("bob", "p\nq", "carl"))
        self.assertIsNone(registries.stored(self.paths, "docker.io", "shop"))
        self.assertEqual(
            [(one.user, one.app) for one in registries.all_logins(self.paths)], [("carl", ""), ("bob", "shop")]
        )
        for directory in (self.paths.root / "registries", self.paths.app("shop") / "registries/ghcr.io"):
            self.assertEqual(directory.stat().st_mode & 0o777, 0o700)
        self.assertEqual((self.paths.root / "registries/ghcr.io/password").stat().st_mode & 0o777, 0o600)
        self.assertTrue(registries.remove(self.paths, "ghcr.io", "shop"))
        self.assertFalse(registries.remove(self.paths, "ghcr.io", "shop"))
        self.assertEqual(os.listdir(self.paths.root / "registries"), ["ghcr.io"])

    def test_what_can_be_one(self) -> None:
        for text in ("ghcr.io", "localhost", "127.0.0.1:5000", "a.b-c.example:443"):
            self.assertTrue(registries.is_registry(text), text)
        for text in ("", ".", "..", "a/b", "-a", "a-", "A.io", "a:0", "a:123456", ".a", *HOSTILE):
            self.assertFalse(registries.is_registry(text), text)
        for text in ("", "a:b", "a\nb", " a", "x" * 256):
            self.assertFalse(registries.is_user(text), text)
        self.assertTrue(registries.is_user("_json_key") and registries.is_user("oauth2accesstoken"))
        self.assertFalse(
            registries.is_password("") or registries.is_password("x" * 16385) or registries.is_password("a\0")
        )


class AskingTest(EngineCase):
    def test_the_password_is_in_the_header_alone(self) -> None:
        header = registry.headers(ADA)["X-Registry-Auth"]
        self.assertEqual(
            json.loads(base64.urlsafe_b64decode(header)),
            {"username": "ada", "password": "s3cret", "serveraddress": "ghcr.io"},
        )
        hub = registry.headers(Login("docker.io", "\udcffx", "?>?>"))["X-Registry-Auth"]
        self.assertIn("https://index.docker.io/v1/", base64.urlsafe_b64decode(hub).decode())
        self.assertNotRegex(hub, "[+/]")
        self.assertEqual(registry.headers(None), {})

    def test_what_a_registry_tells(self) -> None:
        self.fake.refusals["GET /distribution/ghcr.io/shop:1/json"] = (
            200,
            {"Descriptor": {"digest": DIGEST}, "Platforms": [{"os": "linux", "architecture": "arm64"}, {}]},
        )
        found = registry.described(self.engine, ImageName.parse("ghcr.io/shop:1"), ADA)
        self.assertEqual((found.digest, found.platforms), (DIGEST, ("linux/arm64",)))
        with self.assertRaises(EngineError):
            registry.described(self.engine, ImageName.parse("ghcr.io/other"), None)
        self.assertEqual(registry.accepted(self.engine, ADA), "")
        self.fake.refusals["POST /auth"] = (500, {"message": "401 Unauthorized"})
        self.assertEqual(registry.accepted(self.engine, ADA), "401 Unauthorized")
        self.fake.end()
        with self.assertRaises(EngineAway):
            registry.accepted(self.engine, ADA)


class TroubleTest(EngineCase):
    def why(self, status: int, login: Login | None = None, met: Met = Met.OPEN, accepted: bool = True) -> str:
        self.fake.refusals["POST /auth"] = (200, {}) if accepted else (500, {"message": "401"})
        with mock.patch.object(registry_trouble, "look", lambda _engine, _host: Look(met, "words")):
            error = EngineError(status, "its own words")
            found = registry_trouble.of_image(self.engine, ImageName.parse("ghcr.io/team/shop:1"), login, error)
        self.assertTrue(found.cure)
        return f"{found.cause}: {found.text}"

    def test_each_has_its_own_cause_and_way_out(self) -> None:
        nobody = "registry-login: ghcr.io gives team/shop:1 to nobody without a login, or has no such image"
        expired = "registry-login: ghcr.io does not accept the login of ada any more, stored 2026-11-28T20:00:00Z: "
        expired += "the password is wrong, has expired or was revoked"
        denied = "registry-denied: ada may not fetch team/shop:1 from ghcr.io"
        self.assertEqual(
            self.why(429), "registry-limit: ghcr.io gives out no more images for now (429, too many requests)"
        )
        self.assertEqual(self.why(404), "image-missing: ghcr.io has no image team/shop:1")
        self.assertEqual((self.why(401), self.why(403)), (nobody, nobody))
        self.assertEqual(self.why(401, ADA, accepted=False), expired)
        self.assertEqual((self.why(401, ADA), self.why(403, ADA)), (denied, denied))
        self.assertEqual(self.why(500, None, Met.ASKS_FOR_LOGIN), nobody)
        self.assertEqual(self.why(500, ADA, Met.ASKS_FOR_LOGIN, accepted=False), expired)
        plain = "registry-answer: ghcr.io does not give out team/shop:1: its own words"
        for met in (Met.OPEN, Met.ODD, Met.UNKNOWN):
            self.assertEqual(self.why(500, ADA, met), plain)
        self.assertEqual(self.why(500, ADA, Met.ASKS_FOR_LOGIN), plain)
        self.assertIn("registry-unknown: there is no registry ghcr.io", self.why(500, None, Met.NO_SUCH_HOST))
        self.assertIn("registry-unreachable: the registry ghcr.io cannot be", self.why(0, None, Met.NO_CONNECTION))
        self.assertIn("registry-tls: the certificate of ghcr.io is not valid", self.why(500, None, Met.NO_TLS))

    def test_of_a_login(self) -> None:
        for met, cause in (
            (Met.ASKS_FOR_LOGIN, "registry-login"),
            (Met.NO_SUCH_HOST, "registry-unknown"),
            (Met.NO_TLS, "registry-tls"),
            (Met.UNKNOWN, "registry-answer"),
        ):
            with mock.patch.object(registry_trouble, "look", lambda _engine, _host: Look(met)):
                self.assertEqual(registry_trouble.of_login(self.engine, ADA, "why").cause, cause)

    def test_the_way_out_names_the_apps_own_login(self) -> None:
        login = Login("ghcr.io", "ada", "x", "shop")
        found = registry_trouble.of_image(self.engine, ImageName.parse("ghcr.io/x"), login, EngineError(403, "no"))
        self.assertIn("pocketpaas registries login ghcr.io --app shop", found.cure)


class LookTest(EngineCase):
    """At real sockets on this machine."""

    def look(self, host: str, **info: Any) -> Met:
        self.fake.refusals["GET /info"] = (200, info)
        return registry_look.look(self.engine, host).met

    def serve(self, status: int) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"127.0.0.1:{server.server_port}"

    def test_what_is_met(self) -> None:
        self.assertEqual(self.look(self.serve(200)), Met.OPEN)
        self.assertEqual(self.look(self.serve(401)), Met.ASKS_FOR_LOGIN)
        self.assertEqual(self.look(self.serve(404)), Met.ODD)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            self.assertEqual(self.look(f"127.0.0.1:{closed.getsockname()[1]}"), Met.NO_CONNECTION)
        with mock.patch.object(socket, "create_connection", side_effect=socket.gaierror(-2, "unknown")):
            self.assertEqual(self.look("no.such.example"), Met.NO_SUCH_HOST)
        with mock.patch.object(socket, "create_connection", side_effect=ssl.SSLCertVerificationError("x")):
            with mock.patch.object(ssl.SSLCertVerificationError, "verify_message", "self-signed", create=True):
                self.assertEqual(self.look("r.example"), Met.NO_TLS)
        # Where the engine goes by a proxy our own look says nothing.
        self.assertEqual(self.look("r.example", HttpsProxy="http://proxy"), Met.UNKNOWN)
        self.fake.refusals["GET /info"] = (500, {"message": "no"})
        self.assertEqual(registry_look.look(self.engine, "r.example").met, Met.UNKNOWN)
        self.fake.end()
        with self.assertRaises(EngineAway):
            registry_look.look(self.engine, "r.example")


class VerbTest(EngineCase):
    def ask(self, *words: str, **sent: str) -> dict[str, str]:
        told: dict[str, str] = {}
        request = Request(self.paths, self.reporter, "boss", "registries", words, io.BytesIO(tree.text(sent)))

        def answer(pairs: dict[str, str]) -> int:
            told.update(pairs)
            return 0

        with (
            mock.patch.object(verb, "answer", answer),
            mock.patch.object(verb, "Engine", lambda _paths: self.engine),
        ):
            self.assertEqual(verb.serve(request), 0)
        return told

    def test_in_and_out(self) -> None:
        values.make_directory(self.paths.app("shop") / "settings")
        self.assertEqual(self.ask("list"), {})
        self.ask("login", "index.docker.io", user="ada", password="s3cret")
        self.ask("login", "ghcr.io", "shop", user="bob", password="x")
        found = self.ask("list")
        self.assertEqual((found["1/registry"], found["1/user"], found["1/app"]), ("docker.io", "ada", ""))
        self.assertEqual((found["2/registry"], found["2/app"], found["2/who"]), ("ghcr.io", "shop", "boss"))
        self.assertNotIn("s3cret", str(found))
        self.assertNotIn("s3cret", (self.paths.log / "events.jsonl").read_text())
        self.assertEqual(self.ask("remove", "ghcr.io"), {"removed": "no"})
        self.assertEqual(self.ask("remove", "ghcr.io", "shop"), {"removed": "yes"})

    def test_one_that_the_registry_does_not_take_changes_nothing(self) -> None:
        self.ask("login", "ghcr.io", user="ada", password="right")
        self.fake.refusals["POST /auth"] = (500, {"message": "401"})
        with mock.patch.object(registry_trouble, "look", lambda _engine, _host: Look(Met.ASKS_FOR_LOGIN)):
            with self.assertRaisesRegex(Refused, "ghcr.io does not accept this password of ada"):
                self.ask("login", "ghcr.io", user="ada", password="wrong")
        found = registries.stored(self.paths, "ghcr.io", "")
        assert found is not None
        self.assertEqual(found.password, "right")
        self.fake.end()
        with self.assertRaises(NoEngine):
            self.ask("login", "ghcr.io", user="ada", password="x")

    def test_what_is_refused(self) -> None:
        for words, sent in (
            (("login",), {}),
            (("list", "x"), {}),
            (("other", "x"), {}),
            (("login", "a/b"), {"user": "a", "password": "b"}),
            (("login", ".."), {"user": "a", "password": "b"}),
            (("login", "ghcr.io"), {"password": "b"}),
            (("login", "ghcr.io"), {"user": "a"}),
            (("login", "ghcr.io"), {"user": "a:b", "password": "b"}),
        ):
            with self.assertRaises(BadRequest):
                self.ask(*words, **sent)
        for app in ("nobody", "..", "A"):
            with self.assertRaisesRegex(Refused, "there is no app"):
                self.ask("login", "ghcr.io", app, user="a", password="b")


if __name__ == "__main__":
    unittest.main()
