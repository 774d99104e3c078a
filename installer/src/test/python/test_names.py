"""Names from outside: what is taken and what is not."""

from __future__ import annotations

import unittest

from pocketpaas.state import names


class NamesTest(unittest.TestCase):
    def test_apps(self) -> None:
        for good in ("a", "shop", "shop-2", "a" * 40):
            self.assertTrue(names.is_app(good), good)
        for bad in ("", "Shop", "2shop", "shop-", "a" * 41, "shop\n", "a b", "$(id)", "ä", "../x"):
            self.assertFalse(names.is_app(bad), bad)

    def test_branches(self) -> None:
        for good in ("main", "feature/x", "v1.0", "a@b"):
            self.assertTrue(names.is_branch(good), good)
        for bad in (
            "",
            "a..b",
            "a//b",
            "a/",
            "a.lock",
            "x.lock/y",
            "a/.b",
            "a.",
            "a=b",
            "a,b",
            "refs/heads/x",
            "-x",
            "a\n",
        ):
            self.assertFalse(names.is_branch(bad), bad)

    def test_domains(self) -> None:
        for good in ("shop.example", "*.shop.example", "xn--bcher-kva.example"):
            self.assertTrue(names.is_domain(good), good)
        for bad in ("shop", "a.1", "A.example", "a_b.example", "*.*.a.b", "a.example\n", ".a.b", "a" * 64 + ".b"):
            self.assertFalse(names.is_domain(bad), bad)

    def test_no_name_holds_the_end_of_a_line(self) -> None:
        for check in (
            names.is_key,
            names.is_release,
            names.is_commit,
            names.is_number,
            names.is_tree_path,
            names.is_argument,
        ):
            self.assertFalse(check("1\n"))
