"""The buildpacks of our own: sites by static.json, and what the one for Node.js refuses before it downloads."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

_BUILDPACKS = Path(__file__).parents[4] / "examples/buildpacks"
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


class BuildpackCase(unittest.TestCase):
    name = ""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="pocketpaas-test.")
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        for part in ("app", "cache", "env"):
            (self.root / part).mkdir()

    def files(self, **texts: str) -> None:
        for path, text in texts.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        file = self.root / "app" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def compile(self, **environment: str) -> tuple[int, str]:
        command = ["bash", str(_BUILDPACKS / self.name / "bin/compile"), *(str(self.root / one) for one in _PLACES)]
        ended = subprocess.run(
            command, env={**_ENVIRONMENT, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60
        )
        return ended.returncode, ended.stdout.decode()


_PLACES = ("app", "cache", "env")


class StaticTest(BuildpackCase):
    name = "static"

    def serve(self) -> None:
        code, said = self.compile()
        self.assertEqual(code, 0, said)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        server = subprocess.Popen(
            ["perl", str(self.root / "app/.heroku/static/server.pl")],
            env={**_ENVIRONMENT, "PORT": str(self.port), "STATIC_WORKERS": "1"},
            stdout=subprocess.DEVNULL,
        )
        self.addCleanup(server.wait, 10)
        self.addCleanup(server.send_signal, signal.SIGTERM)
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.02)

    def get(self, path: str, **headers: str) -> tuple[int, str, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.addCleanup(connection.close)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers

    def test_a_single_page_app(self) -> None:
        self.write("index.html", "<h1>App</h1>")
        self.write("assets/app.js", "run()")
        self.write("static.json", '{ "routes": { "/**": "index.html" } }')
        self.serve()
        for path in ("/", "/any/route", "/any/route?x=1", "/static.json"):
            status, body, headers = self.get(path)
            self.assertEqual((status, body), (200, "<h1>App</h1>"), path)
            self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(self.get("/assets/app.js")[1], "run()")

    def test_every_key(self) -> None:
        for path, text in (("index.html", "front"), ("shop.html", "shop"), ("errors/lost.html", "lost")):
            self.write(f"dist/{path}", text)
        self.write("dist/fonts/a.woff", "font")
        self.write(
            "static.json",
            """{
              "root": "dist/",
              "clean_urls": false,
              "routes": { "/**": { "path": "index.html", "except": ["/api/", "/x.html"] }, "/shop/*": "shop.html" },
              "redirects": { "/old/gone/": { "url": "/shop/1", "status": 302 } },
              "headers": {
                "/**": { "Cache-Control": "no-store", "X-Site": "1" }, "/fonts/*": { "Cache-Control": "public" }
              },
              "error_page": "errors/lost.html",
              "basic_auth": true
            }""",
        )
        code, said = self.compile()
        self.assertEqual((code, '"basic_auth" is not supported here' in said), (0, True), said)
        self.serve()
        self.assertEqual(self.get("/shop/7")[:2], (200, "shop"))
        self.assertEqual(self.get("/shop/7/more")[:2], (200, "front"))
        self.assertEqual(self.get("/shop")[:2], (200, "front"))
        self.assertEqual(self.get("/shop.html")[:2], (200, "shop"))
        self.assertEqual(self.get("/api/users")[:2], (404, "lost"))
        self.assertEqual(self.get("/x.html")[:2], (404, "lost"))
        status, _, headers = self.get("/old/gone/")
        self.assertEqual((status, headers["Location"]), (302, "/shop/1"))
        self.assertEqual(self.get("/")[2].get_all("Cache-Control"), ["no-store"])
        self.assertEqual(self.get("/fonts/a.woff")[2].get_all("Cache-Control"), ["public"])
        self.assertEqual(self.get("/fonts/a.woff")[2]["X-Site"], "1")

    def test_https_only(self) -> None:
        self.write("index.html", "front")
        self.write("static.json", '{ "https_only": true }')
        self.serve()
        status, _, headers = self.get("/a?b=1", Host="shop.example.com:8080", X_Forwarded_Proto="http")
        self.assertEqual((status, headers["Location"]), (301, "https://shop.example.com/a?b=1"))
        self.assertEqual(self.get("/", X_Forwarded_Proto="https")[:2], (200, "front"))

    def test_what_cannot_be_is_named(self) -> None:
        self.write("index.html", "front")
        for text, why in (
            ("{ routes }", "not valid JSON"),
            ("[]", "has to be an object"),
            ('{ "root": "../.." }', "is not a directory of this app"),
            ('{ "root": "nowhere" }', "is not a directory of this app"),
            ('{ "routes": { "x": "index.html" } }', "it begins with /"),
            ('{ "headers": { "/": { "A b": "c" } } }', "not the name of a header"),
            ('{ "headers": { "/": { "A": "c\\r\\nB: d" } } }', "characters"),
            ('{ "redirects": { "/": { "url": "/", "status": 200 } } }', "is not 301"),
        ):
            self.write("static.json", text)
            code, said = self.compile()
            self.assertEqual((code, why in said), (1, True), f"{text}: {said}")


class NodeTest(BuildpackCase):
    name = "node"

    def setUp(self) -> None:
        super().setUp()
        self.write("Procfile", "web: node web.js")
        self.write("package.json", '{ "name": "app" }')
        # A registry that answers, and has nothing.
        self.registry = "http://127.0.0.1:9"

    def built(self) -> str:
        code, said = self.compile(NPM_CONFIG_REGISTRY=self.registry)
        self.assertEqual(code, 1, said)
        return said

    def known(self, *versions: str) -> None:
        machine = {"x86_64": "x64", "aarch64": "arm64"}[os.uname().machine]
        kept = self.root / "cache/pocketpaas-node"
        kept.mkdir(exist_ok=True)
        (kept / f"versions-node-linux-{machine}").write_text("".join(f"{one}\n" for one in versions))

    def test_a_lock_file_that_nothing_here_reads_is_refused_before_anything_is_downloaded(self) -> None:
        for lock in ("bun.lock", "bun.lockb"):
            self.write(lock, "")
            said = self.built()
            self.assertIn(f"the app has {lock}", said)
            self.assertNotIn("Node.js", said)
            (self.root / "app" / lock).unlink()

    def test_two_answers_to_what_installs_are_none(self) -> None:
        for manager, locks, why in (
            (
                "",
                ("yarn.lock", "package-lock.json"),
                "yarn.lock, the lock file of yarn, and package-lock.json says npm",
            ),
            ("pnpm@10.4.1", ("yarn.lock",), "the lock file of yarn, and packageManager in package.json says pnpm"),
            ("bun@1.0.0", (), "is not npm, pnpm or yarn with a version"),
            ("pnpm@latest", (), "is not npm, pnpm or yarn with a version"),
            ("$(touch canary)", (), "is not npm, pnpm or yarn with a version"),
        ):
            self.write("package.json", json.dumps({"name": "app", "packageManager": manager}))
            for lock in locks:
                self.write(lock, "")
            self.assertIn(why, self.built())
            for lock in locks:
                (self.root / "app" / lock).unlink()
        self.assertFalse(any(self.root.rglob("canary")))

    def test_the_tool_and_its_version(self) -> None:
        self.known("24.2.0")
        for manager, lock, text, shown in (
            ("", "package-lock.json", "{}", "npm 11.6.2"),
            ("npm@10.9.4", "package-lock.json", "{}", "npm 10.9.4"),
            ("", "pnpm-lock.yaml", "lockfileVersion: '9.0'\n", "pnpm 10.4.1"),
            ("", "pnpm-lock.yaml", "lockfileVersion: 5.4\n", "pnpm 7.33.7"),
            ("pnpm@9.15.0+sha512.abc", "pnpm-lock.yaml", "lockfileVersion: '9.0'\n", "pnpm 9.15.0"),
            ("", "yarn.lock", "# yarn lockfile v1\n", "yarn 1.22.22"),
            ("", "yarn.lock", "# x\n\n__metadata:\n  version: 8\n  cacheKey: 10c0\n", "yarn 4.9.2"),
            ("", "yarn.lock", "__metadata:\n  version: 6\n  cacheKey: 8\n", "yarn 3.8.7"),
            ("yarn@4.1.0", "yarn.lock", "__metadata:\n  version: 8\n", "yarn 4.1.0"),
        ):
            self.write("package.json", json.dumps({"name": "app", **({"packageManager": manager} if manager else {})}))
            self.write(lock, text)
            self.assertIn(f"so 24.x; {shown})", self.built())
            (self.root / "app" / lock).unlink()
        self.write("pnpm-lock.yaml", "lockfileVersion: '12.0'\n")
        self.write("package.json", "{}")
        self.assertIn("has the format 12, which this buildpack does not know", self.built())

    def test_a_site_that_is_only_built_needs_no_start(self) -> None:
        self.known("24.2.0")
        (self.root / "app/Procfile").unlink()
        self.assertIn("nothing would run", self.built())
        for file, text in (("package.json", '{ "scripts": { "build": "x" } }'), ("static.json", "{}")):
            self.write(file, text)
            self.assertNotIn("nothing would run", self.built())
            self.write("package.json", "{}")

    def test_the_version_of_nvmrc_is_taken_where_package_json_names_none(self) -> None:
        self.known("20.11.1", "22.1.0", "24.2.0")
        for file, text, shown in (
            (".nvmrc", "v20\r\n", "Node.js 20.11.1 (asked for: v20 in .nvmrc"),
            (".nvmrc", "# of the team\n22.1.0", "Node.js 22.1.0 (asked for: 22.1.0 in .nvmrc"),
            (".nvmrc", "lts/*", "Node.js 24.2.0 (asked for: lts/* in .nvmrc"),
            (".node-version", "20.11.1\n", "Node.js 20.11.1 (asked for: 20.11.1 in .node-version"),
            (".nvmrc", "lts/iron", '.nvmrc says "lts/iron", which is not understood here'),
            (".nvmrc", "lts/iron", "Node.js 24.2.0 (engines.node is not set in package.json, so 24.x"),
            (".nvmrc", "", "Node.js 24.2.0 (engines.node is not set in package.json, so 24.x"),
        ):
            self.write(file, text)
            self.assertIn(shown, self.built())
            (self.root / "app" / file).unlink()
        self.write(".nvmrc", "v20")
        self.write("package.json", '{ "engines": { "node": "22.x" } }')
        self.assertIn("Node.js 22.1.0 (asked for: 22.x in package.json", self.built())


class PythonTest(BuildpackCase):
    name = "python"

    def refused(self) -> str:
        code, said = self.compile()
        self.assertEqual(code, 1, said)
        self.assertNotIn("pip", said.partition("Use the")[0].replace("requirements", ""))
        return said

    def test_what_is_refused_before_anything_is_downloaded(self) -> None:
        self.write("requirements.txt", "")
        self.assertIn("no Procfile, so nothing would run", self.refused())
        self.write("Procfile", "web: x")
        for file, text in ((".python-version", "2.7\n"), ("runtime.txt", "python-3.99.1\r\n")):
            self.write(file, text)
            self.assertIn(
                f"{file} asks for Python {text.strip().removeprefix('python-')}, and this stack", self.refused()
            )
            (self.root / "app" / file).unlink()
        (self.root / "app/requirements.txt").unlink()
        for file in ("poetry.lock", "Pipfile", "pyproject.toml"):
            self.write(file, "")
            code, said = self.compile()
            self.assertEqual((code, f"the app has {file} only" in said), (1, True), said)
            (self.root / "app" / file).unlink()


class GoTest(BuildpackCase):
    name = "go"

    def setUp(self) -> None:
        super().setUp()
        kept = self.root / "cache/pocketpaas-go"
        kept.mkdir()
        (kept / "versions").write_text("1.21.13\n1.22.1\n1.22.12\n1.24.9\n")

    def chosen(self, text: str, **environment: str) -> str:
        self.write("go.mod", text)
        for name, value in environment.items():
            (self.root / "env" / name).write_text(value)
        # A proxy that nobody is at: what is chosen is said before it is asked.
        code, said = self.compile(GOPROXY="http://127.0.0.1:9,direct")
        self.assertEqual(code, 1, said)
        for name in environment:
            (self.root / "env" / name).unlink()
        return said

    def test_the_version(self) -> None:
        for text, shown in (
            ("module a\n\ngo 1.22\n", "Go 1.22.12 (asked for: 1.22 in go.mod)"),
            ("module a\n\ngo 1.22.1\n", "Go 1.22.12 (asked for: 1.22.1 in go.mod)"),
            ("module a\ngo 1.22\ntoolchain go1.22.1\n", "Go 1.22.1 (asked for: 1.22.1 in go.mod)"),
            ("module a\ngo 1.13\n", "Go 1.24.9 (asked for: 1.13 in go.mod)"),
            ("module a\n", "Go 1.24.9 (asked for: nothing in go.mod)"),
            ("module a\ngo 1.99\n", "There is no Go 1.99 at the module proxy"),
        ):
            self.assertIn(shown, self.chosen(text))
        self.assertIn("Go 1.24.9 (asked for: 1.24 in GOVERSION)", self.chosen("go 1.22\n", GOVERSION="go1.24"))
        self.assertIn('GOVERSION asks for Go "$(x)"', self.chosen("go 1.22\n", GOVERSION="$(x)"))
        code, said = self.compile(GOPROXY="off")
        self.assertIn("No Go module proxy is known", said)


if __name__ == "__main__":
    unittest.main()
