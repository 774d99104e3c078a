"""What a laptop sends is looked at before anything is made of it, by the limits that the laptop has."""

from __future__ import annotations

import unittest

from host_fixture import HostCase
from pocketpaas import rules
from pocketpaas.change import settings
from pocketpaas.failure import BadRequest
from pocketpaas.state import values


class SettingsTest(HostCase):
    def check(self, files: dict[str, str]) -> str:
        """The sentence; empty where nothing is wrong."""
        directory = self.paths.root / "s"
        values.fresh_directory(directory)
        self.tree(directory, files)
        try:
            settings.check(directory)
        except BadRequest as failure:
            self.assertEqual((failure.code, failure.cause), (2, "bad-settings"))
            self.assertTrue(failure.text.startswith("the settings are not valid: "))
            return failure.text.removeprefix("the settings are not valid: ")
        return ""

    def test_what_the_laptop_compiles_passes(self) -> None:
        self.assertEqual(
            self.check(
                {
                    "branch": "main",
                    "release": "node migrate.js\n",
                    "processes/web/command": "a\n\tb",
                    "processes/web/scale": "2",
                    "processes/web/overlap": "false",
                    "processes/web/stop-signal": "SIGQUIT",
                    "processes/web/stays-up": "0",
                    "stop-signal": "SIGWINCH",
                    "capabilities": "NET_RAW\n",
                    "check/path": "/healthz?deep=1&x=[y]",
                    "check/status": "200-399",
                    "check/interval": "60",
                    "check/deadline": "30",
                    "limits/memory": "536870912",
                    "limits/cpus": "10000000",
                    "volumes": "data\t/app/data\n",
                    "domains": "shop.example.com\n*.example.net\n",
                    "http/allow": "203.0.113.0/24\n2001:db8::/32\n",
                    "http/redirects": "www.a.example.com\ta.example.com\n",
                    "ssl/hsts": "63072000",
                    "env/TEXT": 'a "b"\n\\ é',
                    "env.json/TEXT": '"TEXT=a \\"b\\"\\n\\\\ \\u00e9"',
                    "blobs/app.json": "0123456789" * 4,
                    "build/args/A": "anything\x01",
                }
            ),
            "",
        )
        settings.check(self.paths.root / "nothing")

    def test_what_is_not_as_it_should_be_is_refused_by_name(self) -> None:
        for path, value in (
            ("check/deadline", "a[$(touch canary)]"),
            ("check/deadline", "0"),
            ("check/timeout", "5s"),
            ("check/interval", "1e9"),
            ("check/interval", "0.25"),
            ("check/path", "healthz"),
            ("check/path", "@evil.example.com/"),
            ("check/path", "/a b"),
            ("check/path", "/" + "a" * 501),
            ("check/status", "200 || touch canary"),
            ("check/status", "200,204"),
            ("check/status", "399-200"),
            ("check/port", "70000"),
            ("limits/memory", "512M"),
            ("limits/pids", '1},"Privileged":true,{'),
            ("drain", "-1"),
            ("drain", "010"),
            ("branch", "a=b"),
            ("branch", "a..b"),
            ("branch", "a/.b"),
            ("release", " \n"),
            ("release", "a\x1b[2J"),
            ("processes/web/scale", "2;touch canary"),
            ("processes/web/scale", "49"),
            ("processes/web/overlap", "maybe"),
            ("processes/web/stop-signal", "SIGKILL"),
            ("processes/web/stays-up", "2s"),
            ("processes/web/command", "a" * 32_769),
            ("processes/release/scale", "1"),
            ("stop-signal", '"SIGTERM","User":"root'),
            ("processes/we b/scale", "1"),
            ("processes/web", "a file"),
            ("capabilities", "SYS_ADMIN"),
            ("volumes", "../up\t/data"),
            ("volumes", "data\t/"),
            ("volumes", "data\t/proc/sys"),
            ("volumes", "data\trelative"),
            ("volumes", "data\t/a/../../etc"),
            ("volumes", "data\t/etc"),
            ("volumes", "data\t/run/x"),
            ("volumes", "data\t/var/run"),
            ("volumes", "data\t/app/"),
            ("volumes", "data"),
            ("domains", "shop;return 200"),
            ("domains", "localhost"),
            ("http/max-body", "50m"),
            ("http/timeout", "0"),
            ("http/gzip", "on;return 200"),
            ("http/allow", "all;return 200"),
            ("http/allow", "203.0.113.7 203.0.113.8"),
            ("http/allow", "203.0.113.256"),
            ("http/allow", "203.0.113.0/33"),
            ("http/allow", "2001:db8::/129"),
            ("http/allow", "1::2::3"),
            ("http/allow", "::ffff:192.0.2.1"),
            ("http/trusted-proxies", "unix:"),
            ("http/redirects", "a.example.com\tb.example.com;return"),
            ("http/redirects", "*.a.example.com\tb.example.com"),
            ("http/redirects", "a.example.com\tb.example.com\nb.example.com\tc.example.com"),
            ("ssl/automatic", "on"),
            ("ssl/hsts", "63072001"),
        ):
            with self.subTest(f"{path} {value[:40]}"):
                self.assertRegex(self.check({path: value}), path.split("/")[0])

    def test_each_limit_is_that_of_the_laptop_on_both_sides_of_its_edges(self) -> None:
        files = {
            "processes/worker/scale": "scale",
            "processes/web/scale": "web-instances",
            "processes/web/memory": "memory",
            "processes/web/cpus": "cpus",
            "processes/web/pids": "pids",
            "processes/web/stop-timeout": "stop-timeout",
            "processes/web/stays-up": "stays-up",
            "limits/memory": "memory",
            "limits/cpus": "cpus",
            "limits/pids": "pids",
            "drain": "drain",
            "stop-timeout": "stop-timeout",
            "check/port": "check-port",
            "check/timeout": "check-timeout",
            "check/deadline": "check-deadline",
            "check/interval": "check-interval",
            "ssl/hsts": "hsts",
            "http/max-body": "http-max-body",
            "http/timeout": "http-timeout",
        }
        for path, name in files.items():
            least, most = rules.limits(name)
            for number in (least, most):
                self.assertEqual(self.check({path: str(number)}), "", path)
            for number in (least - 1, most + 1):
                self.assertEqual(self.check({path: str(number)}), f'{path} is "{number}"')

    def test_a_setting_that_nobody_knows_is_ignored(self) -> None:
        known = {"drain": "1", "processes/web/command": "a"}
        self.assertEqual(self.check({**known, "from-a-newer-version": "x", "processes/web/newer": "x"}), "")

    def test_a_value_with_a_nul_is_none(self) -> None:
        directory = self.tree(self.paths.root / "s", {"drain": "1"})
        (directory / "drain").write_bytes(b"1\x00")
        with self.assertRaisesRegex(BadRequest, "drain is not a value"):
            settings.check(directory)

    def test_an_environment_that_is_more_than_one_string_is_refused(self) -> None:
        for name, text in (
            ("A", '"A=1","B=2"'),
            ("A", '"A=1"],"HostConfig":{"Privileged":true},"X":["'),
            ("A", '"B=1"'),
            ("A", '"A=1'),
            ("A", "A=1"),
            ("A", '"A=\\q"'),
            ("A", '"A=\n"'),
            ("A", ' "A=1"'),
            ("A", '["A=1"]'),
            ("A", '"'),
            ("PORT", '"PORT=1"'),
            ("POCKETPAAS_APP", '"POCKETPAAS_APP=x"'),
        ):
            with self.subTest(text):
                self.assertIn("env", self.check({f"env/{name}": "1", f"env.json/{name}": text}))

    def test_a_variable_needs_both_of_its_forms(self) -> None:
        self.assertEqual(self.check({"env.json/A": '"A=1"'}), "env/A has no value")
        self.assertEqual(self.check({"env/A": "1"}), "env/A has no value")


if __name__ == "__main__":
    unittest.main()
