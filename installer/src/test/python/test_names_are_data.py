"""A name that somebody chose is data: no name of a variable, of a build argument or of a process type reaches the
environment of a process of the host, whatever it means to a shell, to git or to Docker."""

from __future__ import annotations

import ast
import json
import subprocess
import unittest
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pocketpaas.build import dockerfile, image
from pocketpaas.change import settings
from pocketpaas.failure import Failure
from pocketpaas.machine.process import ENVIRONMENT, GIT_ENVIRONMENT
from pocketpaas.state import names
from test_build_parts import IMAGE
from test_build_whole import SlugCase, WholeCase
from test_house import ROOT, modules, name_of

#: Every variable and global of the programs that the host once had in bash, and what shells, git, Docker, loaders and
#: interpreters listen to.
NAMES = Path(__file__).with_name("names.txt").read_text(encoding="ascii").split()
STARTS = ("run", "stream", "subprocess.Popen", "subprocess.call", "subprocess.run", "os.execve")
#: What may be said of the environment where a program is started: fixed texts, or a function whose names are fixed.
ENVIRONMENTS = {
    *("ENVIRONMENT", "GIT_ENVIRONMENT", "dict(ENVIRONMENT)", "dict(GIT_ENVIRONMENT)", "git_environment()"),
    "UTC_ENVIRONMENT",
    # Handed through by those two that start programs for all others.
    *("dict(environment)", "_environment(paths)"),
    "_git_environment(paths, key, app, facts, sent)",
    "{**environment, **own, 'PP_BRANCH': branch}",
    # Local, and looked at below.
    "environment",
}


class NamesTest(WholeCase):
    """`seen` are the environments of all programs that were started."""

    def setUp(self) -> None:
        super().setUp()
        self.seen: list[Mapping[str, str]] = []
        original = subprocess.Popen.__init__

        def begin(process: Any, *arguments: Any, **options: Any) -> None:
            self.seen.append(options["env"])
            original(process, *arguments, **options)

        self.patch(subprocess.Popen, "__init__", begin)
        self.addCleanup(self.no_name_got_through)

    def no_name_got_through(self) -> None:
        fixed = {*ENVIRONMENT, *GIT_ENVIRONMENT, "GIT_SSH_COMMAND"}
        for environment in self.seen:
            self.assertLessEqual(set(environment), fixed)
            self.assertNotIn("canary", "".join(environment.values()))

    def test_environment_variables(self) -> None:
        for name in NAMES:
            given = {name: "canary"}
            try:
                settings.check_variables(given, {name: f'"{name}=canary"'})
                self.assertTrue(names.is_variable(name))
            except Failure:
                self.assertFalse(names.is_variable(name))
                self.assertTrue(name in ("PORT", "DYNO") or name.startswith("POCKETPAAS_"), name)

    def test_build_arguments(self) -> None:
        self.pack(Dockerfile=b"FROM debian:12\n")
        self.fake.images.append({"Id": IMAGE})
        said = {"id": "moby.image.id", "aux": {"ID": IMAGE}}
        self.fake.refusals["POST /build$"] = (200, json.dumps(said).encode() + b"\n")
        refused = [name for name in NAMES if name.upper().startswith("BUILDKIT_")]
        self.assertEqual(refused, ["BUILDKIT_HOST"])
        for name in refused:
            with self.assertRaises(Failure):
                dockerfile._check_argument(name, "canary")
        taken = {name: "canary" for name in NAMES if name not in refused}
        self.tree(self.settings, {f"build/args/{name}": value for name, value in taken.items()})
        image.build(self.operation, self.settings)
        asked = json.loads(next(query for query in self.fake.queries if "buildid" in query)["buildargs"])
        self.assertEqual(asked.pop("BUILDKIT_CACHE_MOUNT_NS") == "canary", False)
        self.assertEqual(asked, taken)

    def test_process_types(self) -> None:
        # The type release is the release command's.
        taken = [name for name in NAMES if names.is_process_type(name) and name != "release"]
        settings.check(self.tree(self.paths.root / "good", {f"processes/{name}/command": "canary" for name in taken}))
        refused = [name for name in NAMES if name not in taken]
        self.assertIn("release", refused)
        for name in refused:
            with self.assertRaises(Failure):
                settings.check(self.tree(self.paths.root / "bad" / name, {f"processes/{name}/command": "canary"}))


class SlugNamesTest(SlugCase):
    """The same for a build with buildpacks: they are files there."""

    def test_variables_are_files(self) -> None:
        taken = {name: "canary" for name in NAMES if names.is_variable(name)}
        self.tree(self.settings, {f"env/{name}": value for name, value in taken.items()})
        self.tree(
            self.settings, {f"processes/{name}/command": "canary" for name in NAMES if names.is_process_type(name)}
        )
        documents: list[str] = []
        original = self.fake._create

        def create(name: str, document: dict[str, Any]) -> Any:
            documents.append(json.dumps(document))
            return original(name, document)

        self.patch(self.fake, "_create", create)
        self.build()
        self.assertEqual({name: self.given[f"env/{name}"] for name in taken}, taken)
        self.assertNotIn("canary", "".join(documents))


class StartsTest(unittest.TestCase):
    """Every place of the source that starts a program."""

    def calls(self) -> Iterator[tuple[Path, ast.Call]]:
        for path, module in modules():
            for node in ast.walk(module):
                if isinstance(node, ast.Call) and name_of(node.func) in STARTS:
                    yield path.relative_to(ROOT), node

    def test_each_has_one_of_the_fixed_environments(self) -> None:
        seen = 0
        for path, call in self.calls():
            found = [keyword.value for keyword in call.keywords if keyword.arg in ("env", "environment")]
            if name_of(call.func).startswith("subprocess."):
                self.assertEqual(len(found), 1, f"{path}:{call.lineno} hands on whatever we have")
            for one in found:
                seen += 1
                self.assertIn(ast.unparse(one), ENVIRONMENTS, f"{path}:{call.lineno}")
        self.assertGreater(seen, 15)

    def test_what_is_put_into_one_has_a_fixed_name(self) -> None:
        for path, module in modules():
            if path.relative_to(ROOT).parts[0] not in ("entry", "build", "notice", "routing", "machine"):
                continue
            for node in ast.walk(module):
                for target in getattr(node, "targets", ()):
                    if isinstance(target, ast.Subscript) and name_of(target.value) in ("environment", "os.environ"):
                        shown = f"{path}:{node.lineno}"
                        self.assertNotEqual(name_of(target.value), "os.environ", shown)
                        constant = isinstance(target.slice, ast.Constant) or ast.unparse(target.slice) == "name"
                        self.assertTrue(constant, shown)
                if isinstance(node, ast.Dict) and any(
                    ast.unparse(value) in ("ENVIRONMENT", "GIT_ENVIRONMENT", "environment")
                    for key, value in zip(node.keys, node.values)
                    if key is None
                ):
                    for key in node.keys:
                        self.assertTrue(key is None or isinstance(key, ast.Constant), f"{path}:{node.lineno}")

    def test_nobody_changes_our_own(self) -> None:
        for path, module in modules():
            for node in ast.walk(module):
                if isinstance(node, ast.Call):
                    called = name_of(node.func)
                    self.assertNotIn(
                        called, ("os.putenv", "os.unsetenv", "os.environ.update", "os.environ.setdefault"), path
                    )


if __name__ == "__main__":
    unittest.main()
