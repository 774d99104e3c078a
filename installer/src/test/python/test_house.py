"""How the house is built: what no program of the host may do, and which room may use which."""

from __future__ import annotations

import ast
import re
import unittest
from collections.abc import Iterator
from pathlib import Path

import pocketpaas

ROOT = Path(pocketpaas.__file__).parent
#: Each may use those before it.
ROOMS = (
    *("state", "machine", "engine", "operation", "routing", "schedule", "service", "cluster", "release", "build"),
    *("backup", "change", "move", "notice", "query", "system", "entry"),
)
FORBIDDEN_CALLS = {"eval", "exec", "compile", "os.system", "os.popen", "subprocess.getoutput", "pickle.loads"}
MAX_LINES = 300


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


class HouseTest(unittest.TestCase):
    def test_no_shell_and_no_text_that_is_run(self) -> None:
        for path, tree in modules():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    self.assertNotIn(name_of(node.func), FORBIDDEN_CALLS, path)
                    for keyword in node.keywords:
                        self.assertNotEqual(keyword.arg, "shell", path)
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    imported = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                    self.assertFalse({"pickle", "shelve", "marshal"} & set(imported), path)

    def test_only_the_standard_library(self) -> None:
        import sys

        for path, tree in modules():
            for node in ast.walk(tree):
                found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    self.assertEqual(node.level, 0, path)
                    found = [node.module or ""]
                for name in found:
                    top = name.split(".")[0]
                    self.assertTrue(top == "pocketpaas" or top in sys.stdlib_module_names, f"{path}: {name}")

    def test_no_room_uses_one_above_it(self) -> None:
        for path, tree in modules():
            room = path.relative_to(ROOT).parts[0]
            if room not in ROOMS:
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pocketpaas"):
                    used = [(node.module or "").split(".")[1:2] or [alias.name] for alias in node.names]
                    for other, *_ in used:
                        if other in ROOMS:
                            self.assertLessEqual(ROOMS.index(other), ROOMS.index(room), f"{path} uses {other}")

    def test_modules_are_small_typed_and_say_what_they_are_for(self) -> None:
        for path, tree in modules():
            text = path.read_text(encoding="utf-8")
            self.assertLessEqual(text.count("\n"), MAX_LINES, path)
            self.assertTrue(ast.get_docstring(tree), path)
            if path.name != "__init__.py":
                self.assertIn("from __future__ import annotations", text, path)
            for node in tree.body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                    self.assertTrue(ast.get_docstring(node), f"{path}: {node.name}")

    def test_nothing_catches_all_in_silence(self) -> None:
        for path in sorted(ROOT.rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            self.assertIsNone(re.search(r"except\s*:", text), path)
            self.assertIsNone(re.search(r"except (Base)?Exception( as \w+)?:\s*pass", text), path)


if __name__ == "__main__":
    unittest.main()
