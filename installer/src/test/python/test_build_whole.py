"""Builds from a source to an outcome, with an engine that does what it is told."""

from __future__ import annotations

import io
import json
import os
import tarfile
import unittest
from pathlib import Path
from typing import Any

from pocketpaas.build import dockerfile, image, memory, pull_stack, ready_image, slug_build, stack
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.image import build
from pocketpaas.engine import registry
from pocketpaas.engine.client import EngineAway
from pocketpaas.failure import Failure
from pocketpaas.machine.process import Ended
from pocketpaas.state import registries, tree, values
from pocketpaas.state.registries import Login
from program_fixture import HOSTILE
from test_build_parts import IMAGE, BuildCase

COMMITTED = "sha256:" + "c" * 64
RUN, BUILD = "sha256:" + "5" * 64, "sha256:" + "6" * 64


class WholeCase(BuildCase):
    def setUp(self) -> None:
        super().setUp()
        self.state("host/disk-needed", "0")
        self.patch(memory, "machine_megabytes", lambda: 4096)
        self.patch(stack, "run", lambda *_a, **_o: Ended(0, b"inactive\n", b""))
        self.fake.images += [
            {"Id": RUN, "RepoTags": ["heroku/heroku:24"]},
            {"Id": BUILD, "RepoTags": ["heroku/heroku:24-build"]},
        ]

    def build(self) -> list[str]:
        """What was told."""
        self.reporter.written.seek(0)
        self.reporter.written.truncate()
        build(self.operation, self.settings)
        return self.reporter.lines

    def fails(self) -> str:
        with self.assertRaises(Failure) as caught:
            self.build()
        self.assertEqual(self.reporter.lines[-1], "+step\tbuild\tfail\t")
        self.assertIsNone(values.read(self.request.out / "image"))
        return f"{caught.exception.cause}: {caught.exception.text}"

    def outcome(self) -> dict[str, str]:
        return tree.of_files("", self.request.out)


class DockerfileTest(WholeCase):
    def setUp(self) -> None:
        super().setUp()
        self.pack(Dockerfile=b"FROM debian:12\n")
        self.answer({"id": "moby.image.id", "aux": {"ID": IMAGE}})
        self.fake.images.append({"Id": IMAGE, "Config": {"ExposedPorts": {"8080/tcp": {}, "53/udp": {}}}})

    def answer(self, *said: Any) -> None:
        self.fake.refusals["POST /build$"] = (200, b"".join(json.dumps(one).encode() + b"\n" for one in said))

    def query(self) -> dict[str, Any]:
        found = [query for query in self.fake.queries if "buildid" in query][-1]
        return {**found, "buildargs": json.loads(found["buildargs"]), "labels": json.loads(found["labels"])}

    def arguments(self, **given: str) -> None:
        values.remove_tree(self.settings / "build")
        self.tree(self.settings, {f"build/args/{name}": value for name, value in given.items()})

    def test_it_is_built_and_the_same_inputs_are_not_built_again(self) -> None:
        told = self.build()
        self.assertEqual(told, ["+step\tbuild\tstart\tdockerfile (there is a Dockerfile)", "+step\tbuild\tdone\t"])
        found = self.outcome()
        inputs = found.pop("inputs")
        self.assertEqual(found, {"image": IMAGE, "base": "image", "builder": "dockerfile", "port": "8080"})
        self.assertEqual(self.query()["t"], f"pocketpaas-app-shop:{inputs[:32]}")
        self.assertEqual(
            self.query()["labels"],
            {"pocketpaas.app": "shop", "pocketpaas.build": "", "pocketpaas.layer": "", "pocketpaas.layers": ""},
        )
        self.assertIn("169.254.169.254", self.iptables.call_args_list[0].args[0])
        skipped = ["+step\tbuild\tskip\tdockerfile: nothing changed since the same inputs were built"]
        self.assertEqual(self.build(), skipped)
        self.options("force")
        self.build()
        self.assertEqual(self.query()["nocache"], "1")
        namespace = self.query()["buildargs"]["BUILDKIT_CACHE_MOUNT_NS"]
        self.options("clear-cache")
        self.build()
        self.assertNotEqual(self.query()["buildargs"]["BUILDKIT_CACHE_MOUNT_NS"], namespace)

    def test_that_the_metadata_address_is_open_is_told(self) -> None:
        self.iptables.return_value = Ended(127, b"", b"")
        self.assertIn("metadata address is open to builds", self.build()[1])

    def test_its_processes(self) -> None:
        self.pack(Procfile=b"web: run $(x)\nrelease: migrate\nodd line\n")
        told = self.build()
        found = self.outcome()
        self.assertEqual((found["processes/web/command"], found["release"]), ("run $(x)", "migrate"))
        self.assertIn("+warn\tProcfile: this line is no process and is left out: odd line", told)

    def test_arguments_are_data(self) -> None:
        given = {name: text for name, text in zip(("PATH", "DOCKER_HOST", "LD_PRELOAD"), ("$(id)", "a\nb", ""))}
        self.arguments(**given)
        self.state("host/proxy", "http://proxy:3128")
        self.build()
        asked = self.query()["buildargs"]
        self.assertEqual(len(asked.pop("BUILDKIT_CACHE_MOUNT_NS")), 64)
        self.assertEqual(asked, {**given, "http_proxy": "http://proxy:3128", "https_proxy": "http://proxy:3128"})

    def test_what_is_refused_before_the_engine_hears_of_it(self) -> None:
        for name in ("BUILDKIT_CACHE_MOUNT_NS", "buildkit_x", "a b", "1x", "a-b", "\u00e9", "$(id)", "a\nb", "x" * 129):
            self.arguments(**{name: "x"})
            self.assertTrue(self.fails().startswith("bad-argument: "), name)
        self.arguments(A="\udcff")
        self.assertEqual(self.fails(), "bad-argument: the build argument A is not UTF-8")
        self.arguments()
        for text in ("../x", "/etc/passwd", "a b", "$(id)", "-f", "a/../b", "\u00e9"):
            self.tree(self.settings, {"dockerfile": text})
            self.assertTrue(self.fails().startswith("bad-dockerfile: the path of the Dockerfile is not a plain"), text)
        self.tree(self.settings, {"dockerfile": "docker/File"})
        self.assertEqual(self.fails(), "bad-dockerfile: the source has no file docker/File")
        values.remove(self.settings / "dockerfile")
        for text, said in (
            (
                b"FROM pocketpaas-app-blog:1",
                "bad-image: the Dockerfile is based on, or copies from, pocketpaas-app-blog",
            ),
            (b"# syntax=evil/x\nFROM x", "bad-frontend: "),
            (b"FROM ${X/y/z}", "bad-dockerfile: "),
        ):
            self.pack(Dockerfile=text)
            self.assertTrue(self.fails().startswith(said), text)
        self.assertEqual(self.fake.asked("POST /build$"), [])

    def test_failures(self) -> None:
        self.answer({"error": "exit code: 1"})
        self.assertEqual(self.fails(), "build-failed: building Dockerfile failed")
        self.assertIn("|ERROR: exit code: 1", self.reporter.lines)
        self.patch(dockerfile, "_FULL", 10**9)
        self.assertTrue(self.fails().startswith("disk-full: the disk is full ("))
        self.state("host/disk-needed", "999999999999")
        self.assertTrue(self.fails().startswith("disk-full: the host's disk has too little room"))
        self.state("host/disk-needed", "0")
        self.fake.refusals["GET /images/debian"] = (500, {"message": "oops"})
        self.assertEqual(self.fails(), "build-failed: the Docker engine refused a step of the build: oops")
        self.fake.end()
        with self.assertRaises(EngineAway):
            self.build()

    def test_what_a_killed_build_left_goes_first(self) -> None:
        self.fake.containers["left"] = {
            "Id": "left",
            "Config": {"Labels": {"pocketpaas.build": "shop"}},
            "State": {"Status": "running"},
        }
        self.tree(self.request.cache, {"new/x": "y"})
        self.build()
        self.assertEqual((self.fake.containers, (self.request.cache / "new").exists()), ({}, False))


DIGEST = "sha256:" + "d" * 64
NGINX = f"docker.io/library/nginx@{DIGEST}"


class ReadyImageTest(WholeCase):
    def setUp(self) -> None:
        super().setUp()
        self.tree(self.settings, {"image": "nginx:1"})
        self.fake.refusals["GET /version"] = (200, {"Os": "linux", "Arch": "amd64"})
        self.fake.registry[NGINX] = {"Id": IMAGE, "Os": "linux", "Architecture": "amd64"}
        self.describe(("linux", "amd64"), ("linux", "arm64"), ("unknown", "unknown"))

    def describe(self, *platforms: tuple[str, str]) -> None:
        told = [{"os": system, "architecture": machine} for system, machine in platforms]
        self.fake.refusals["GET /distribution/"] = (200, {"Descriptor": {"digest": DIGEST}, "Platforms": told})

    def refuse(self, status: int, text: str = "no") -> None:
        self.fake.refusals["GET /distribution/"] = (status, {"message": text})

    def build(self) -> list[str]:
        """As a deploy does: it asks first."""
        self.reporter.written.seek(0)
        self.reporter.written.truncate()
        ready_image.resolve(self.operation, self.settings)
        build(self.operation, self.settings)
        return self.reporter.lines

    def fails(self) -> str:
        values.remove_tree(self.request.out)
        with self.assertRaises(Failure) as caught:
            self.build()
        self.assertIsNone(values.read(self.request.out / "image"))
        return f"{caught.exception.cause}: {caught.exception.text}"

    def test_one_from_a_registry_is_ours_by_name(self) -> None:
        told = self.build()
        self.assertIn(f"+step\tregistry\tdone\t{'d' * 12}", told)
        self.assertIn("|471f4d49d49a: Already exists", told)
        found = self.outcome()
        inputs = found.pop("inputs")
        self.assertEqual(
            found,
            {"image": IMAGE, "base": "image", "builder": "image", "reference": "nginx:1", "digest": NGINX},
        )
        self.assertTrue((self.request.out / "processes/web").is_dir())
        # By no other name can anybody get at it here.
        self.assertEqual(self.fake.images[-1]["RepoDigests"], [])
        self.assertRegex(self.fake.images[-1]["RepoTags"][0], "^pocketpaas-app-shop:[0-9a-f]{32}$")
        self.assertNotIn(inputs[:32], self.fake.images[-1]["RepoTags"][0])
        told = self.build()
        self.assertIn("+step\tbuild\tskip\timage: nothing changed since the same inputs were built", told)
        # With other files it is another outcome, of the same image.
        self.pack(Procfile=b"web: run\nworker: work\nrelease: migrate\n")
        values.put(self.work / "tree", "t2")
        self.build()
        found = self.outcome()
        self.assertEqual((found["processes/worker/command"], found["release"]), ("work", "migrate"))
        self.assertEqual(len(self.fake.asked("images/create")), 1)

    def test_one_that_somebody_else_has_fetched_keeps_that_name(self) -> None:
        self.fake.images.append({"Id": IMAGE, "RepoTags": ["nginx:1"], "RepoDigests": [NGINX]})
        self.build()
        self.assertEqual(self.fake.images[-2]["RepoDigests"], [NGINX])

    def test_what_a_killed_fetch_left_goes_first(self) -> None:
        self.fake.images.append({"Id": IMAGE, "RepoTags": [], "RepoDigests": [NGINX]})
        self.tree(self.request.cache, {"fetching": NGINX})
        self.build()
        self.assertEqual(self.fake.images[-2]["RepoDigests"], [])
        self.assertFalse((self.request.cache / "fetching").exists())

    def test_one_that_is_pinned_and_kept_needs_no_registry(self) -> None:
        self.tree(self.settings, {"image": f"nginx@{DIGEST}"})
        self.build()
        self.refuse(500)
        self.build()
        self.assertEqual(self.outcome()["digest"], NGINX)
        self.assertEqual(len(self.fake.asked("GET /distribution/")), 1)
        # With --force all of it begins anew.
        self.options("force")
        self.describe(("linux", "amd64"))
        self.build()
        self.assertEqual(len(self.fake.asked("images/create")), 2)

    def test_a_login_is_for_its_registry_and_its_app(self) -> None:
        seen: list[str] = []

        def headers(login: Login | None) -> dict[str, str]:
            seen.append("" if login is None else login.user)
            return {}

        self.patch(registry, "headers", headers)
        registries.store(self.paths, Login("docker.io", "all", "x"))
        registries.store(self.paths, Login("docker.io", "blogs", "x", "blog"))
        registries.store(self.paths, Login("ghcr.io", "other", "x"))
        self.build()
        registries.store(self.paths, Login("docker.io", "own", "x", "shop"))
        self.options("force")
        self.build()
        self.assertEqual(seen, ["all", "all", "own", "own"])

    def test_one_for_another_machine(self) -> None:
        self.describe(("linux", "arm64"), ("linux", "s390x"))
        self.assertEqual(
            self.fails(),
            "other-platform: the image nginx:1 is for linux/arm64, linux/s390x, and this host is linux/amd64",
        )
        self.assertEqual(self.fake.asked("images/create"), [])
        # Where the registry has not told.
        self.describe()
        self.fake.registry[NGINX]["Architecture"] = "arm64"
        self.assertIn("other-platform: the image nginx:1 is for linux/arm64", self.fails())
        self.assertEqual(self.fake.images[-1]["RepoDigests"], [])

    def test_one_that_is_on_this_host_alone(self) -> None:
        self.refuse(404)
        self.fake.images.append({"Id": IMAGE, "RepoTags": ["nginx:1"]})
        told = self.build()
        self.assertIn("+note\tdocker.io has no image nginx:1; the one of this name on the host is used", told)
        self.assertEqual(self.outcome()["digest"], IMAGE)
        # One that came from there is for those who may still have it.
        self.fake.images[-1]["RepoDigests"] = [NGINX]
        self.assertEqual(self.fails(), "image-missing: docker.io has no image nginx:1")
        self.fake.images[-1] |= {"RepoDigests": [], "Config": {"Labels": {"pocketpaas.app": "blog"}}}
        self.assertEqual(self.fails(), "bad-image: the image nginx:1 is part of another app")

    def test_what_is_refused(self) -> None:
        self.fake.registry.clear()
        self.assertEqual(self.fails(), "image-missing: the image nginx cannot be fetched: no registry")
        self.tree(self.settings, {"builder": "image"})
        for text in ("", "-x", "a b", "a\nb", "a\x1bb", *HOSTILE[2:4]):
            self.tree(self.settings, {"image": text})
            self.assertTrue(self.fails().startswith("bad-image: this is not the name of an image"), text)
        for text in ("pocketpaas-app-blog:x", f"docker.io/library/pocketpaas-app-blog@{DIGEST}", "pocketpaas-layer:x"):
            self.tree(self.settings, {"image": text})
            self.assertEqual(self.fails(), f"bad-image: the image {text} is part of another app")
        self.tree(self.settings, {"image": IMAGE})
        self.assertIn("is the id of an image on some machine", self.fails())

    def test_a_port_is_a_sole_one(self) -> None:
        for exposed, port in (
            ({}, None),
            ({"80/tcp": {}, "81/tcp": {}}, None),
            ({"0/tcp": {}}, None),
            ({"99/tcp": {}}, 99),
        ):
            self.fake.images = [{"Id": IMAGE, "Config": {"ExposedPorts": exposed}}]
            self.assertEqual(ready_image._port(self.engine, IMAGE), port)


class SlugCase(WholeCase):
    """A build with buildpacks; `given` is what its container reads, `result` and `code` what it leaves."""

    def setUp(self) -> None:
        super().setUp()
        self.pack(Procfile=b"web: run\n")
        self.fake.started = {"Status": "exited", "ExitCode": 0, "Pid": 0}
        self.given: dict[str, str] = {}
        self.fake.on_start = self.started
        self.result = {
            "layers": f"{'a' * 64}\truntime\n",
            "processes/web/command": "run",
            "processes/9x/command": "x",
            "release": "migrate",
        }
        self.code = 0
        self.kept: dict[str, str] = {}

    def started(self, container: str) -> None:
        """The build container does its work."""
        binds = self.fake.containers[container]["HostConfig"].get("Binds") or []
        mounts = self.fake.containers[container]["HostConfig"].get("Mounts") or []
        sources = [str(one).split(":")[0] for one in binds] + [one["Source"] for one in mounts]
        given = next(source for source in sources if source.endswith("input"))
        files = [file for file in Path(given).rglob("*") if file.is_file() and file.name != "source.tar"]
        self.given = {str(file.relative_to(given)): values.decode(file.read_bytes()) for file in files}
        self.fake.containers[container]["State"]["ExitCode"] = self.code
        # As programs do that know of hard links.
        values.write(self.request.cache / "new" / "cached", str(self.code))
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            entry = tarfile.TarInfo("result")
            data = tree.text(self.result)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
        self.fake.archives[container] = buffer.getvalue()


class SlugTest(SlugCase):
    def test_a_slug_and_its_layers(self) -> None:
        told = self.build()
        self.assertEqual(
            told[0], "+step\tbuild\tstart\tbuildpacks (there is just a Procfile, so the source runs as it is)"
        )
        found = self.outcome()
        del found["inputs"]
        expected = {"image": COMMITTED, "base": "slug", "builder": "buildpacks", "release": "migrate"}
        self.assertEqual(found, {**expected, "processes/web/command": "run"})
        commits = [query for query in self.fake.queries if "repo" in query]
        self.assertEqual([query["repo"] for query in commits], ["pocketpaas-layer"] * 2 + ["pocketpaas-app-shop"])
        self.assertEqual(self.fake.containers, {})
        self.assertEqual((self.request.cache / "current" / "cached").read_text(), "0")
        self.assertFalse((self.request.out / "input").exists())

    def test_the_container_has_no_rights_and_no_name_of_a_variable_in_its_environment(self) -> None:
        created: list[dict[str, Any]] = []
        original = self.fake._create

        def create(name: str, document: dict[str, Any]) -> Any:
            created.append(document)
            return original(name, document)

        self.patch(self.fake, "_create", create)
        variables = {"PATH": "$(id)", "LD_PRELOAD": "a\nb", "A": "\udcff"}
        self.tree(self.settings, {f"env/{name}": value for name, value in variables.items()})
        self.tree(self.settings, {"processes/worker/command": "work", "processes/odd/command": "a\nb"})
        self.state("host/proxy", "http://proxy:3128")
        self.build()
        self.assertEqual({name: self.given[f"env/{name}"] for name in variables}, variables)
        self.assertEqual(self.given["Procfile"], "worker: work\n")
        self.assertIn("http_proxy=http://proxy:3128\n", self.given["variables"])
        for document in created:
            text = json.dumps(document)
            self.assertNotIn("LD_PRELOAD", text)
            self.assertNotIn("Privileged", json.dumps({k: v for k, v in document["HostConfig"].items() if v}))
        self.assertEqual(created[0]["HostConfig"]["CapDrop"], ["ALL"])

    def test_a_failure_leaves_the_cache_as_it_was(self) -> None:
        self.build()
        self.code = 7
        self.options("force")
        self.result = {"failed": "npm ci ended with 1"}
        self.assertEqual(self.fails(), "build-failed: npm ci ended with 1")
        self.assertEqual((self.request.cache / "current" / "cached").read_text(), "0")
        self.code = 10
        self.assertTrue(self.fails().startswith("not-detected: "))
        self.result = {"oom": "2"}
        self.assertTrue(self.fails().startswith("out-of-memory: out of memory: the kernel killed 2 process(es)"))
        self.patch(slug_build, "_FULL", 10**9)
        self.result = {}
        self.assertTrue(self.fails().startswith("disk-full: "))
        self.assertEqual(self.fake.containers, {})

    def test_a_result_that_is_none(self) -> None:
        self.result = {"layers": "x\ty"}
        self.assertEqual(self.fails(), "build-failed: the build left a result that cannot be read")
        self.result = {"a b": "x"}
        self.assertEqual(self.fails(), "build-failed: the build ended with exit code 0 and left no result")
        self.fake.on_start = lambda container: None
        self.fake.archives.clear()
        self.assertEqual(self.fails(), "build-failed: the build ended with exit code 0 and left no result")
        self.fake.started["ExitCode"] = 137
        self.assertTrue(self.fails().startswith("out-of-memory: "))

    def test_an_engine_that_refuses_to_put_it_together(self) -> None:
        self.fake.refusals["POST /commit"] = (500, {"message": "no space"})
        self.assertIn("the image could not be put together", self.fails())
        self.assertEqual(self.fake.containers, {})

    def test_the_cache_is_cleared_and_copied_by_links(self) -> None:
        current = self.tree(self.request.cache / "current", {"a/b": "x"})
        (current / "link").symlink_to("a/b")
        self.build()
        self.assertEqual(sorted(os.listdir(self.request.cache / "current")), ["a", "cached", "link"])
        self.options("clear-cache")
        self.assertIn("+note\tthe build cache is cleared", self.build())
        self.assertEqual(os.listdir(self.request.cache / "current"), ["cached"])

    def test_links_out_of_the_source(self) -> None:
        with tarfile.open(self.work / "source.tar", "w") as tar:
            for name, goal in (("Procfile", ""), ("out", "../x")):
                entry = tarfile.TarInfo(name)
                entry.type, entry.linkname = (tarfile.SYMTYPE, goal) if goal else (tarfile.REGTYPE, "")
                tar.addfile(entry)
        self.assertIn("bad-source: the source holds links that lead out of it: out -> ../x", self.fails())

    def test_a_small_machine_has_smaller_heaps(self) -> None:
        self.patch(memory, "machine_megabytes", lambda: 1024)
        self.build()
        self.assertEqual(self.given["env/NODE_OPTIONS"], "--max-old-space-size=516")
        self.tree(self.settings, {"env/NODE_OPTIONS": "own"})
        self.build()
        self.assertEqual(self.given["env/NODE_OPTIONS"], "own")


class StackTest(WholeCase):
    def test_images_that_are_fetched(self) -> None:
        self.fake.images.clear()
        self.fake.refusals["POST /images/create"] = (404, {"message": "no registry"})
        with self.assertRaises(BuildFailed) as caught:
            stack.find(self.request)
        self.assertEqual(caught.exception.cause, "stack-missing")
        answers = iter([b"activating\n", b"activating\n", b"inactive\n"])
        self.patch(stack, "run", lambda *_a, **_o: Ended(0, next(answers, b"inactive"), b""))
        self.patch(
            stack.time,
            "sleep",
            lambda _seconds: self.fake.images.extend(
                [{"Id": RUN, "RepoTags": ["heroku/heroku:24"]}, {"Id": BUILD, "RepoTags": ["heroku/heroku:24-build"]}]
            ),
        )
        self.assertEqual(stack.find(self.request), stack.Stack(RUN, BUILD))
        self.assertIn("which is being fetched since the host was set up", "".join(self.reporter.lines))

    def test_for_the_unit_that_fetches_them(self) -> None:
        self.patch(pull_stack, "Engine", lambda paths: self.engine)
        self.assertEqual(pull_stack.main(self.paths, self.reporter, []), 0)
        self.fake.images.clear()
        self.fake.refusals["POST /images/create"] = (404, {"message": "no registry"})
        self.assertEqual(pull_stack.main(self.paths, self.reporter, []), 1)
        self.assertEqual(self.reporter.lines[-1], "+warn\theroku/heroku:24-build: no registry")
        self.fake.end()
        self.assertEqual(pull_stack.main(self.paths, self.reporter, []), 1)

    def test_authorities_of_the_host(self) -> None:
        found = stack.Stack(RUN, BUILD)
        self.assertEqual(stack.build_image(self.request, found), BUILD)
        self.state("host/ca-certificates.pem", "-----BEGIN CERTIFICATE-----\n")
        self.fake.started = {"Status": "exited", "ExitCode": 0, "Pid": 0}
        self.assertEqual(stack.build_image(self.request, found), COMMITTED)
        tag = [query for query in self.fake.queries if query.get("repo") == "pocketpaas-stack"][0]["tag"]
        self.fake.images.append({"Id": IMAGE, "RepoTags": [f"pocketpaas-stack:{tag}"]})
        self.assertEqual(stack.build_image(self.request, found), IMAGE)
        self.fake.images.pop()
        self.fake.started["ExitCode"] = 1
        with self.assertRaisesRegex(BuildFailed, "authorities|certificates could not be added"):
            stack.build_image(self.request, found)
        self.assertEqual(self.fake.containers, {})

    def test_one_that_is_an_apps(self) -> None:
        self.fake.images[0]["Config"] = {"Labels": {"pocketpaas.app": "blog"}}
        with self.assertRaisesRegex(BuildFailed, "is part of another app"):
            stack.find(self.request)
        self.assertEqual(image.disk.room(self.paths).needed, 0)


if __name__ == "__main__":
    unittest.main()
