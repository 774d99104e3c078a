"""The names of apps, and the addresses that people type."""

from __future__ import annotations

import unittest

from pocketpaas.failure import Damaged
from pocketpaas.routing import names
from pocketpaas.routing.tried import Tried
from routing_fixture import A, B, RoutingCase


class RoutingNamesTest(RoutingCase):
    def names(self) -> tuple[str, ...]:
        return names.names_of(self.paths, "shop", self.app / "settings")

    def test_without_domains_an_app_has_the_default_one(self) -> None:
        self.assertEqual(self.names(), ("shop.example.org",))

    def test_domains_are_the_manifests_and_the_operators(self) -> None:
        self.tree(
            self.app,
            {
                "settings/domains": "a.example.com\nb.example.com\n",
                "operator/domains": "b.example.com\n*.c.example.com\n",
            },
        )
        self.assertEqual(self.names(), ("a.example.com", "b.example.com", "*.c.example.com", "shop.example.org"))
        tried = names.names_of(self.paths, "shop", self.app / "settings", ["d.example.com"])
        self.assertEqual(tried, ("a.example.com", "b.example.com", "d.example.com", "shop.example.org"))
        self.tree(self.app, {"operator/default-domain": "off"})
        self.assertEqual(self.names(), ("a.example.com", "b.example.com", "*.c.example.com"))

    def test_what_is_no_domain_never_reaches_nginx(self) -> None:
        for file in ("operator/domains", "settings/domains"):
            with self.subTest(file):
                self.tree(self.app, {file: "a.example.com;return\n"})
                with self.assertRaisesRegex(Damaged, f"apps/shop/{file}"):
                    self.names()
                (self.app / file).unlink()
        self.tree(self.app, {"settings/http/redirects": "a.example.com\tb.example.com;return"})
        with self.assertRaisesRegex(Damaged, "http/redirects"):
            self.names()

    def test_an_url_names_the_port_that_people_type(self) -> None:
        def url() -> str:
            return names.url(self.paths, "shop", "shop.example.org")

        self.assertEqual(url(), "http://shop.example.org")
        self.tree(self.paths.host, {"public-port": "8080", "public-https-port": "8443"})
        self.assertEqual(url(), "http://shop.example.org:8080")
        self.has_certificate("shop.example.org")
        self.assertEqual(url(), "https://shop.example.org:8443")
        without = Tried({"shop.example.org": None})
        self.assertEqual(names.url(self.paths, "shop", "shop.example.org", without), "http://shop.example.org:8080")
        self.tree(self.paths.host, {"public-https-port": "0"})
        with self.assertRaises(Damaged):
            url()

    def test_two_apps_cannot_have_one_name(self) -> None:
        self.tree(
            self.paths.app("other"),
            {
                "settings/domains": "taken.example.com\n",
                "operator/domains": "also.example.com\n",
                "settings/http/redirects": "old.example.com\tother.example.com\n",
            },
        )
        for name, owner in (
            ("free.example.com", None),
            ("taken.example.com", "other"),
            ("also.example.com", "other"),
            ("old.example.com", "other"),
            ("other.example.org", "other"),
            ("shop.example.org", None),
        ):
            sentence = f"{name} belongs to the app {owner}" if owner else None
            self.assertEqual(names.claimed(self.paths, "shop", ["x.example.com", name]), sentence)

    def test_names_that_send_on_are_the_apps_own_and_come_last(self) -> None:
        self.tree(
            self.app,
            {
                "settings/domains": "shop.example.com\n",
                "settings/http/redirects": "www.shop.example.com\tshop.example.com\n",
            },
        )
        self.assertEqual(self.names(), ("shop.example.com", "shop.example.org", "www.shop.example.com"))
        shown = names.addresses(self.paths, "shop", self.app / "settings")
        self.assertEqual(shown, ("http://shop.example.com",))
        self.tree(self.app, {"unreached": "shop.example.com\n"})
        shown = names.addresses(self.paths, "shop", self.app / "settings")
        self.assertEqual(shown, ("http://shop.example.org",))
        self.tree(self.app, {"operator/default-domain": "off"})
        shown = names.addresses(self.paths, "shop", self.app / "settings")
        self.assertEqual(shown, ("http://shop.example.com",))
        self.assertEqual(names.manifest_names(self.app / "settings"), ("shop.example.com", "www.shop.example.com"))

    def test_ids_of_certificates_differ(self) -> None:
        self.assertNotEqual(self.has_certificate("a.example.com", A), self.has_certificate("a.example.com", B))


if __name__ == "__main__":
    unittest.main()
