"""What a Dockerfile asks of the engine: nothing hides an image or a frontend."""

from __future__ import annotations

import os
import tarfile
import time
import unittest

from pocketpaas.build import dockerfile_text
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.source import Source
from test_build_parts import BuildCase


class DockerfileTextTest(BuildCase):
    def read(self, text: str, **arguments: str) -> str:
        try:
            dockerfile_text.check_frontend(text)
            return " ".join(dockerfile_text.references(text, arguments)).strip()
        except BuildFailed as failure:
            return f"refused {failure.cause}"

    def test_every_image_that_is_named_is_found(self) -> None:
        text = (
            "ARG BASE=one\nFROM --platform=linux/amd64 $BASE:1 AS build\nonbuild COPY --from=two /a /b\n"
            'COPY --chown=1:1 --from="three" /a /b\n'
            'RUN --mount=type=cache,target=/c --mount=type=bind,"from=four",target=/d true\n'
            "FROM \\\n# a comment\n  five\nADD --from=six /a /b\n"
        )
        self.assertEqual(self.read(text), "one:1 two three four five six")

    def test_variables_mean_what_they_mean_to_the_engine(self) -> None:
        text = 'ARG A=a\nARG B="b-${A}"\nARG C=${MISSING:-c}\nFROM ${B}:${A:+x}${MISSING+y}\nARG A=later\nFROM $C$A\n'
        self.assertEqual(self.read(text), "b-a:x ca")
        self.assertEqual(self.read(text, A="given"), "b-given:x cgiven")
        self.assertEqual(self.read("ARG X\nFROM app-${X}\n", X="of:another"), "app-of:another")
        self.assertEqual(self.read("FROM base-$TARGETOS\n"), "base-linux")
        self.assertEqual(self.read("FROM base-$TARGETOS\n", TARGETOS="x"), "base-x")
        self.assertEqual(self.read("FROM ${A-b}${A:-c}${A+d}'$A'\"e\"\\f\n"), "bc$Aef")

    def test_nothing_hides_an_image(self) -> None:
        for text in (
            "FR\\\nOM hidden",
            "\ufefffrom hidden",
            "FROM 'hid'\"den\"",
            "# escape=`\nFROM x\nCOPY `\n --from=hidden /a /b",
            "FROM x\nRUN <<'E\\'\ntrue\nE\\\nCOPY --from=hidden /a /b",
            "FROM x\nRUN <<'E\\'\ntrue\nE\\\nCO\\\n\\\nPY --from=hidden /a /b",
            "FROM x\r\nCOPY --from=hidden /a /b\r\n",
            'FROM x\nCOPY --f"rom"=hidden /a /b',
            "FROM x\nONBUILD ONBUILD RUN --mount=from=hidden,target=/a true",
            "\t  FROM\thidden",
            "FROM x\nCOPY --from hidden /a /b",
            "FROM x\ncopy\t--FROM=hidden /a /b",
        ):
            with self.subTest(text):
                self.assertIn("hidden", self.read(text).split(" "))

    def test_what_cannot_be_worked_out_is_refused(self) -> None:
        for text in ("FROM ${A#x}\n", "FROM x\nCOPY --from=$A /a /b\n", "FROM ${A:-${B}}\n", "FROM $\n", "FROM ${\n"):
            self.assertEqual(self.read(text), "refused bad-dockerfile", text)

    def test_dockers_own_frontends_are_taken(self) -> None:
        for text in (
            "# syntax=docker/dockerfile:1",
            "#syntax = docker.io/docker/dockerfile:1.7",
            "# syntax=docker/dockerfile:1.7-labs",
            "FROM x\n# syntax=evil",
            "# about this\n\n# it has a syntax",
        ):
            self.assertEqual(self.read(text + "\nFROM x\n"), "x", text)

    def test_other_frontends_are_refused(self) -> None:
        for text in (
            *("# syntax=evil/frontend", "#Syntax=evil/frontend:1", "\ufeff# syntax=evil", "#!/bin/x\n# syntax=evil"),
            *("# escape=`\n#syntax=evil", "# a comment\n# syntax=evil", "// syntax=evil", '{"syntax": "evil"}'),
            *("# syntax=docker/dockerfile:1.0", "# syntax=docker/dockerfile:experimental"),
            *("# syntax=docker/dockerfile:1@sha256:0123", "# syntax=docker/dockerfile.evil/x:1"),
            *("# syntax=", "#\tsyntax\t=\tevil"),
        ):
            self.assertEqual(self.read(text + "\nFROM x\n"), "refused bad-frontend", text)

    def test_a_file_of_nothing_but_continuations_takes_no_hour(self) -> None:
        for lines in ("\\\n" * 500_000, "RUN " + "a\\\n" * 300_000, "`\n" * 500_000):
            before = time.process_time()
            self.assertEqual(self.read("FROM x\n" + lines), "refused bad-dockerfile")
            self.assertLess(time.process_time() - before, 20)
        self.assertEqual(self.read("FROM x\nRUN " + "a\\\n" * 1000 + "\nCOPY --from=y a b\n" * 2000), "x y")


class LinksTest(BuildCase):
    def test_they_lead_only_to_files_of_the_source(self) -> None:
        with tarfile.open(self.work / "source.tar", "w") as tar:
            directory = self.paths.root / "s"
            self.tree(directory, {"docker/real": "FROM x", "deep/a/File": "FROM y"})
            links = {"Dockerfile": "docker/real", "out": "/nowhere/passwd", "up": "../up", "loop": "loop"}
            links |= {"dir": "deep/a", "far": "dir/../../docker/real", "a": "b", "b": "a"}
            for name, goal in links.items():
                os.symlink(goal, directory / name)
            tar.add(directory, ".")
        source = Source(self.work / "source.tar")
        for name, text in (("Dockerfile", "FROM x"), ("dir/File", "FROM y"), ("./docker/real", "FROM x")):
            self.assertEqual(dockerfile_text.read_dockerfile(source, name), text)
        for name in ("out", "up", "loop", "docker", "absent", "a", "../x", "/etc/passwd"):
            with self.subTest(name), self.assertRaises(BuildFailed):
                dockerfile_text.read_dockerfile(source, name)

    def test_one_that_is_too_large(self) -> None:
        self.pack(Dockerfile=b"x" * (dockerfile_text.MOST_BYTES + 1))
        with self.assertRaisesRegex(BuildFailed, "larger than 1 MB"):
            dockerfile_text.read_dockerfile(self.source, "Dockerfile")
        self.pack(Dockerfile=b"FROM \xff")
        self.assertEqual(dockerfile_text.read_dockerfile(self.source, "Dockerfile"), "FROM \ufffd")


if __name__ == "__main__":
    unittest.main()
