"""From a source to an image, without an engine: what is chosen, read and refused."""

from __future__ import annotations

import io
import re
import tarfile
from unittest import mock

from fake_engine import EngineCase
from host_fixture import HostCase
from pocketpaas.build import buildpack_name, dockerfile_text, outcome
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.procfile import Procfile
from pocketpaas.build.progress import fields
from pocketpaas.build.select import ALL, FIRST, Asked, select
from pocketpaas.build.source import Source
from pocketpaas.state import values


class SelectTest(HostCase):
    def choose(self, *top: str, text: str = "", url: str = "", known: tuple[str, ...] = (), **settings: str) -> str:
        values.remove_tree(self.paths.root / "settings")
        directory = self.tree(self.paths.root / "settings", settings)
        chosen = select(Asked(directory, frozenset(top), lambda _: text, url, known))
        return f"{chosen.builder} {' '.join(chosen.packs)} {chosen.mode}"

    def refused(self, *top: str, text: str = "", known: tuple[str, ...] = (), **settings: str) -> str:
        with self.assertRaises(BuildFailed) as caught:
            self.choose(*top, text=text, known=known, **settings)
        return f"{caught.exception.cause}: {caught.exception.text} / {caught.exception.cure}"

    def test_what_the_manifest_says_comes_first(self) -> None:
        self.assertEqual(self.choose("Dockerfile", builder="static"), f"static static {ALL}")
        self.assertEqual(self.choose("Dockerfile", builder="image"), f"image  {ALL}")

    def test_a_list_of_buildpacks_beats_a_dockerfile(self) -> None:
        self.assertEqual(self.choose("Dockerfile", buildpacks="heroku/nodejs"), f"buildpacks heroku/nodejs {ALL}")
        self.assertEqual(
            self.choose("Dockerfile", ".buildpacks", text="# x\nhttps://a.example/b\r\n"),
            f"buildpacks https://a.example/b {ALL}",
        )
        self.assertEqual(
            self.choose("Dockerfile", url="https://x.example\nrest"), f"buildpacks https://x.example {ALL}"
        )

    def test_a_static_site_that_a_script_builds(self) -> None:
        known = ("heroku/ruby", "heroku/nodejs", "static")
        for text, chosen in (
            ('{"scripts":{"build":"vite build"}}', f"buildpacks heroku/nodejs static {ALL}"),
            ('{"scripts":{"heroku-postbuild":"x"}}', f"buildpacks heroku/nodejs static {ALL}"),
            ('{"scripts":{"build":"x","start":"node ."}}', f"buildpacks heroku/nodejs static {FIRST}"),
            ('{"scripts":{"test":"x"}}', f"buildpacks heroku/nodejs static {FIRST}"),
            ("[]", f"buildpacks heroku/nodejs static {FIRST}"),
            ('{"scripts":3}', f"buildpacks heroku/nodejs static {FIRST}"),
            ("nonsense", f"buildpacks heroku/nodejs static {FIRST}"),
        ):
            self.assertEqual(self.choose("package.json", "static.json", text=text, known=known), chosen, text)
        build = '{"scripts":{"build":"x"}}'
        for others in (("static.json", "Procfile"), ()):
            self.assertIn(FIRST, self.choose("package.json", *others, text=build, known=known))

    def test_cloud_native_buildpacks_are_refused_before_a_dockerfile(self) -> None:
        for text in ("[_]\nbuilder = 'x'", "[[io.buildpacks.group]]"):
            self.assertIn("unknown-builder", self.refused("project.toml", "Dockerfile", text=text))
        self.assertEqual(self.choose("project.toml", "Dockerfile", text="name = 'x'"), f"dockerfile  {ALL}")

    def test_detection(self) -> None:
        known = ("heroku/nodejs", "static", "own")
        self.assertEqual(self.choose("package.json", known=known), f"buildpacks heroku/nodejs own {FIRST}")
        self.assertEqual(self.choose("Procfile"), f"buildpacks  {FIRST}")
        self.assertEqual(self.choose("index.html"), f"static static {ALL}")
        self.assertEqual(self.choose("static.json", "src"), f"static static {ALL}")

    def test_a_language_without_a_buildpack_is_named_with_what_the_host_has(self) -> None:
        said = self.refused("requirements.txt", "app.py", known=("heroku/nodejs",))
        self.assertIn("this looks like Python, but this host has buildpacks for heroku/nodejs, static only", said)
        self.assertIn("not-detected", self.refused("a.c"))
        asked = Asked(self.paths.root, frozenset({"go.mod", "Procfile"}), lambda _name: "", "", ("heroku/nodejs",))
        self.assertEqual(
            select(asked).warning,
            "this looks like Go, but this host has buildpacks for heroku/nodejs, static only: nothing is installed",
        )

    def test_the_file_that_lists_buildpacks_is_named(self) -> None:
        for origin, shown in ((None, "pocketpaas.yml"), ("app.json", "app.json")):
            settings = self.tree(self.paths.root / "listed", {"buildpacks": "heroku/nodejs\n"})
            self.tree(settings, {} if origin is None else {"buildpacks-from": origin})
            asked = Asked(settings, frozenset(), lambda _name: "", "", ())
            self.assertEqual(select(asked).why, f"listed in {shown}")


class OutcomeTest(EngineCase):
    def test_a_build_that_leaves_no_image_has_failed(self) -> None:
        there = f"sha256:{1:064x}"
        self.fake.images.append({"Id": there, "RepoTags": []})
        request = mock.Mock(engine=self.engine)
        outcome.refuse_without_image(request, outcome.Outcome(there, "image", "dockerfile", "i"))
        for image in (f"sha256:{2:064x}", ""):
            with self.assertRaisesRegex(BuildFailed, "it left no image") as raised:
                outcome.refuse_without_image(request, outcome.Outcome(image, "image", "dockerfile", "i"))
            self.assertEqual(raised.exception.cause, "build-failed")


class ProcfileTest(HostCase):
    def test_marks_ends_of_lines_and_odd_lines(self) -> None:
        parsed = Procfile.parse("\ufeffweb: node a.js \r\n# x\n\nworker:b\nnot a line\nweb: node b.js")
        self.assertEqual(dict(parsed.commands), {"web": "node b.js", "worker": "b"})
        self.assertEqual(parsed.odd, ("not a line",))


class SourceTest(HostCase):
    def source(self, *entries: tuple[str, str | bytes]) -> Source:
        file = self.paths.root / "source.tar"
        with tarfile.open(file, "w") as tar:
            for name, content in entries:
                entry = tarfile.TarInfo(name)
                if isinstance(content, str):
                    entry.type, entry.linkname = tarfile.SYMTYPE, content
                    tar.addfile(entry)
                else:
                    entry.size = len(content)
                    tar.addfile(entry, io.BytesIO(content))
        return Source(file)

    def test_top_and_text(self) -> None:
        source = self.source(("a/b", b"1"), ("./Procfile", b"web: x\0y"))
        self.assertEqual(source.top, {"a", "Procfile"})
        self.assertEqual(source.text("Procfile"), "web: xy")
        self.assertEqual(source.text("nosuch"), "")

    def test_links_out_of_the_tree_are_named(self) -> None:
        for goal in ("../x", "../../etc/passwd", "a/../../x"):
            with self.subTest(goal), self.assertRaisesRegex(BuildFailed, f"out -> {re.escape(goal)}"):
                self.source(("out", goal)).refuse_links_out()
        self.source(("in", "a/b"), ("absolute", "/etc/passwd"), ("d/up", "../a")).refuse_links_out()

    def test_one_path_twice(self) -> None:
        with self.assertRaisesRegex(BuildFailed, "twice"):
            self.source(("a", b"1"), ("./a", b"2"))

    def test_the_dockerfile_is_read_through_links_inside_alone(self) -> None:
        source = self.source(("d/Real", b"FROM x"), ("Dockerfile", "d/Real"), ("Out", "/etc/passwd"), ("Up", "../x"))
        self.assertEqual(dockerfile_text.read_dockerfile(source, "Dockerfile"), "FROM x")
        for name in ("Out", "Up", "nosuch", "d"):
            with self.subTest(name), self.assertRaises(BuildFailed):
                dockerfile_text.read_dockerfile(source, name)


class DockerfileTextTest(HostCase):
    def references(self, text: str, **arguments: str) -> list[str]:
        return dockerfile_text.references(text, arguments)

    def test_every_way_to_name_an_image(self) -> None:
        text = (
            "ARG BASE=debian\nFROM --platform=linux/amd64 ${BASE}:12 AS a\nFROM scratch\n"
            "COPY --from=pocketpaas-app-x:1 /a /b\nRUN --mount=type=bind,from=sha256:abc,target=/x true\n"
            "ONBUILD COPY --from=evil /a /b\nFROM al\\\npine\n"
        )
        found = self.references(text)
        for name in ("debian:12", "pocketpaas-app-x:1", "sha256:abc", "evil", "alpine"):
            self.assertIn(name, found)

    def test_arguments_of_the_build_decide(self) -> None:
        self.assertIn("other:1", self.references("ARG BASE=x\nFROM ${BASE}:1", BASE="other"))

    def test_foreign_frontends(self) -> None:
        for line in ("# syntax=docker/dockerfile:1", "# syntax = docker/dockerfile:1.7-labs", "FROM x"):
            dockerfile_text.check_frontend(f"{line}\nFROM x\n")
        for line in ("# syntax=evil/frontend", "#syntax=docker/dockerfile:1.0", "// syntax=x", "{}", "# SYNTAX=a\n"):
            with self.subTest(line), self.assertRaises(BuildFailed):
                dockerfile_text.check_frontend(f"{line}\nFROM x\n")


class BuildpacksTest(HostCase):
    LISTED = {"heroku/nodejs": "https://github.example/heroku/nodejs.git#v1"}

    def test_names_and_addresses(self) -> None:
        pack = buildpack_name.resolve("heroku/nodejs", self.LISTED)
        self.assertEqual((pack.url, pack.ref), ("https://github.example/heroku/nodejs.git", "v1"))
        self.assertEqual(buildpack_name.resolve("heroku/nodejs#main", self.LISTED).ref, "main")
        self.assertIsNone(buildpack_name.resolve("static", self.LISTED).url)
        self.assertEqual(buildpack_name.resolve("https://a.example/b#x", {}).ref, "x")

    def test_names_as_heroku_writes_them(self) -> None:
        listed = {**self.LISTED, "heroku/nginx": "https://github.example/heroku/nginx"}
        for item, name in (
            ("urn:buildpack:heroku/nodejs", "heroku/nodejs"),
            ("heroku-community/nginx", "heroku/nginx"),
            ("urn:buildpack:heroku-community/nginx#v2", "heroku/nginx#v2"),
        ):
            self.assertEqual(buildpack_name.resolve(item, listed).label, name)
        # One that the host does not list is named with where it most likely is.
        with self.assertRaises(BuildFailed) as caught:
            buildpack_name.resolve("heroku-community/apt", self.LISTED)
        self.assertEqual(caught.exception.text, "this host knows no buildpack named heroku-community/apt")
        self.assertIn("https://github.com/heroku/heroku-buildpack-apt", caught.exception.cure)

    def test_an_archive_is_no_repository(self) -> None:
        for ending in (".tgz", ".tar.gz", ".zip", ".TAR.XZ"):
            with self.subTest(ending), self.assertRaises(BuildFailed) as caught:
                buildpack_name.resolve(f"https://a.example/pack{ending}", {})
            self.assertIn("has to be a git repository, and this is an archive", caught.exception.text)
            self.assertIn("git repository", caught.exception.cure)

    def test_what_is_not_allowed(self) -> None:
        for item in (
            "--upload-pack=id",
            "file:///etc",
            "ext::sh -c id",
            "git@a.example:x",
            "https://user:secret@a.example/x",
            "https://a.example/x#--foo",
            "https://a.example/x#a..b",
            "https://a.example/$(id)",
            "nosuch",
            "http://a.example",
        ):
            with self.subTest(item), self.assertRaises(BuildFailed) as caught:
                buildpack_name.resolve(item, self.LISTED)
            self.assertNotIn("secret", caught.exception.text + caught.exception.cure)


class ProgressTest(HostCase):
    def test_a_message_that_ends_early(self) -> None:
        with self.assertRaises(ValueError):
            list(fields(b"\xff"))
        self.assertEqual(list(fields(b"\x08\x01\x12\x02ab")), [(1, 1), (2, b"ab")])
