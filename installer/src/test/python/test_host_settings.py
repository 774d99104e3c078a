"""The settings of the host: declared once, never guessed, and a secret one stays here."""

from __future__ import annotations

import ast
import unittest
from pathlib import Path
from unittest import mock

import pocketpaas
from pocketpaas import rules
from pocketpaas.build import memory
from pocketpaas.failure import Damaged
from pocketpaas.query import settings
from pocketpaas.state import host_settings
from program_fixture import ProgramCase

ROOT = Path(pocketpaas.__file__).parent


class HostSettingsTest(ProgramCase):
    def test_what_nobody_set_has_its_default(self) -> None:
        for text in (None, ""):
            if text is not None:
                for name in rules.settings():
                    self.file(f"host/{name}", text)
            self.assertEqual(host_settings.number(self.paths, "disk-needed"), 1024)
            self.assertEqual(host_settings.number(self.paths, "build-memory"), 0)
            self.assertEqual(host_settings.text(self.paths, "metadata"), "closed")
            self.assertEqual(host_settings.text(self.paths, "proxy"), "")
            self.assertIsNone(host_settings.stated(self.paths, "proxy"))

    def test_every_number_has_limits_and_a_damaged_one_is_named(self) -> None:
        numbers = [name for name in rules.settings() if "least" in rules.setting(name)]
        self.assertIn("disk-warning", numbers)
        for name in numbers:
            least, most = rules.setting(name)["least"], rules.setting(name)["most"]
            for number in (least, most):
                self.file(f"host/{name}", str(number))
                self.assertEqual(host_settings.number(self.paths, name), number)
            for damaged in (str(least - 1), str(most + 1), "x", "1.5", "5\n"):
                self.file(f"host/{name}", damaged)
                with self.subTest(name, damaged=damaged), self.assertRaisesRegex(Damaged, f"host/{name} "):
                    host_settings.number(self.paths, name)

    def test_an_admin_sees_all_but_secrets(self) -> None:
        self.file("host/build-memory", str(700 << 20))
        self.file("host/proxy", "http://me:word@proxy.example.com:3128")
        self.file("host/notify", "https://hooks.example.com/T0/secret")
        found = self.asked(settings.serve, "settings")
        self.assertEqual(found["names"].split("\n"), list(rules.settings()))
        self.assertEqual(found["value/build-memory"], str(700 << 20))
        self.assertEqual((found["value/proxy"], found["value/notify"]), ("set", "set"))
        self.assertEqual((found["default/disk-warning"], found["default/build-timeout"]), ("85", "900"))
        self.assertNotIn("value/disk-warning", found)
        self.assertFalse([text for text in found.values() if "word" in text or "T0" in text])
        self.file("host/notify", "none")
        self.assertEqual(self.asked(settings.serve, "settings")["value/notify"], "none")

    def test_the_default_of_the_memory_is_what_builds_get(self) -> None:
        with mock.patch.object(memory, "machine_megabytes", lambda: 4000):
            usual = self.asked(settings.serve, "settings")["default/build-memory"]
            self.assertEqual(int(usual) >> 20, memory.build_megabytes(self.paths))

    def test_a_setting_that_these_programs_do_not_know_is_left_alone(self) -> None:
        self.file("host/of-a-newer-version", "x")
        found = self.asked(settings.serve, "settings")
        self.assertNotIn("of-a-newer-version", found["names"])
        self.assertNotIn("value/of-a-newer-version", found)
        self.assertEqual((self.paths.host / "of-a-newer-version").read_text(), "x")
        with self.assertRaises(KeyError):
            host_settings.text(self.paths, "of-a-newer-version")

    def test_nobody_reads_a_setting_past_its_declaration(self) -> None:
        for path in sorted(ROOT.rglob("*.py")):
            if path.name in ("host_settings.py", "paths.py"):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr == "host":
                    self.assertNotIn(ast.unparse(node.value).rpartition(".")[2], ("paths", "_paths"), path)


if __name__ == "__main__":
    unittest.main()
