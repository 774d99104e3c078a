"""The text of an app's nginx file, exactly."""

from __future__ import annotations

import unittest

from pocketpaas.failure import Damaged
from pocketpaas.routing import flags, front, site
from pocketpaas.routing.templates import render
from routing_fixture import A, RoutingCase


class RoutingSiteTest(RoutingCase):
    def text(self, *names: str, scale: int = 1, http2: bool = True) -> str:
        found = site.read(self.paths, "shop", scale, names, self.app / "settings")
        return site.text(found.with_http2(http2))

    def in_slot(self, slot: str, release: int, port: str) -> None:
        self.tree(self.app / "releases" / str(release), {"port": port})
        self.tree(self.app / "slots" / slot, {slot: ""})
        (self.app / "slots" / slot / "release").symlink_to(f"../../releases/{release}")

    def test_the_servers_of_both_slots_each_with_its_own_port(self) -> None:
        self.in_slot("blue", 1, "8080")
        self.in_slot("green", 2, "3000")
        text = self.text("a.example.com", "b.example.com", scale=2)
        for part in (
            "upstream pocketpaas_shop_blue {\n    server 10.213.4.32:8080 max_fails=0;\n"
            "    server 10.213.4.33:8080 max_fails=0;\n",
            "upstream pocketpaas_shop_green {\n    server 10.213.4.80:3000 max_fails=0;\n"
            "    server 10.213.4.81:3000 max_fails=0;\n",
            "    server_name a.example.com b.example.com;\n",
            f"if (-f {self.app}/live/green) {{",
            "        proxy_set_header X-Forwarded-Port $server_port;\n",
        ):
            self.assertIn(part, text)
        self.assertNotRegex(text, "@[A-Z]")

    def test_what_could_not_be_sent_is_asked_again_but_where_an_admin_has_error_pages(self) -> None:
        text = self.text("a.example.com")
        self.assertIn("    location / {\n        error_page 502 504 = @pocketpaas_again;\n        if (-f", text)
        again = text[text.index("    location @pocketpaas_again {") :]
        for part in (
            f"        if (-f {self.app}/live/green) {{\n            set $pocketpaas_slot green;\n        }}\n",
            f"        if (-f {self.app}/stopped) {{\n            return 503",
            "        auth_basic $pocketpaas_realm;\n",
            "        proxy_pass http://pocketpaas_shop_$pocketpaas_slot;\n",
        ):
            self.assertIn(part, again)
        self.assertNotIn("error_page", again)
        self.tree(self.app, {"operator/nginx": "add_header X-A b;\n  error_page 404 /lost.html;\n"})
        self.assertNotIn("pocketpaas_again", self.text("a.example.com"))
        self.tree(self.app, {"operator/nginx": "# no error_page here\nadd_header X-A b;\n"})
        self.assertIn("@pocketpaas_again", self.text("a.example.com"))

    def test_an_empty_slot_has_the_port_of_the_other_and_one_server_at_least(self) -> None:
        self.in_slot("green", 2, "3000")
        text = self.text("a.example.com", scale=0)
        self.assertIn("blue {\n    server 10.213.4.32:3000 max_fails=0;\n    keepalive", text)
        (self.app / "slots" / "green" / "release").unlink()
        self.assertIn("blue {\n    server 10.213.4.32:5000 max_fails=0;\n", self.text("a.example.com"))

    def test_without_a_subnet_the_state_is_damaged(self) -> None:
        (self.app / "network").unlink()
        with self.assertRaisesRegex(Damaged, "network is missing"):
            self.text("a.example.com")

    def test_names_with_a_certificate_redirect_and_have_servers_of_their_own(self) -> None:
        certificate = self.has_certificate("b.example.com", A)
        self.tree(self.app, {"settings/ssl/hsts": "86400"})
        self.tree(self.paths.host, {"public-https-port": "8443"})
        old = self.text("a.example.com", "b.example.com", http2=False)
        new = self.text("a.example.com", "b.example.com")
        self.assertIn("    listen 443 ssl http2;\n", old)
        for part in (
            "    server_name a.example.com;\n",
            "        return 308 https://$host:8443$request_uri;\n",
            "    listen 443 ssl;\n",
            "    http2 on;\n    server_name b.example.com;\n",
            f"    ssl_certificate {certificate}/fullchain.pem;\n    ssl_certificate_key {certificate}/key.pem;\n",
            '    add_header Strict-Transport-Security "max-age=86400" always;\n'
            "    proxy_hide_header Strict-Transport-Security;\n",
            # nginx inherits no header where there is another one.
            "            add_header Retry-After 120 always;\n"
            '            add_header Strict-Transport-Security "max-age=86400" always;\n            return 503',
            "            add_header Retry-After 120 always;\n            return 503",
            "        proxy_set_header X-Forwarded-Port $server_port;\n",
            "        proxy_set_header X-Forwarded-Port 8443;\n",
        ):
            self.assertIn(part, new)
        self.tree(self.app, {"settings/ssl/hsts": "1;return"})
        with self.assertRaises(Damaged):
            self.text("b.example.com")

    def test_only_names_with_a_certificate(self) -> None:
        self.has_certificate("b.example.com")
        text = self.text("b.example.com")
        self.assertEqual(text.count("proxy_pass"), 2)
        self.assertIn("return 308 https://$host$request_uri;", text)


class FrontTest(RoutingCase):
    def lines(self) -> list[str]:
        settings = self.app / "settings"
        return [line.strip() for line in front.text(front.read(self.paths, "shop", settings)).split("\n")]

    def test_what_stands_in_front_of_an_app_follows_from_its_settings(self) -> None:
        self.tree(
            self.app / "settings" / "http",
            {
                "max-body": "1048576",
                "timeout": "300",
                "gzip": "false",
                "redirects": "www.a.example.com\ta.example.com\n",
                "allow": "203.0.113.0/24\n2001:db8::/32\n",
                "trusted-proxies": "198.51.100.7\n",
            },
        )
        self.assertEqual(
            self.lines(),
            [
                f"if (-f {self.app}/maintenance) {{",
                "add_header Retry-After 120 always;",
                'return 503 "shop is down for maintenance\\n";',
                "}",
                "if ($host = www.a.example.com) {",
                "return 308 http://a.example.com$request_uri;",
                "}",
                "set_real_ip_from 198.51.100.7;",
                "real_ip_header X-Forwarded-For;",
                "real_ip_recursive on;",
                "allow 203.0.113.0/24;",
                "allow 2001:db8::/32;",
                "deny all;",
                "auth_basic $pocketpaas_realm;",
                f"auth_basic_user_file {self.app}/visitors;",
                "client_max_body_size 1048576;",
                "proxy_read_timeout 300s;",
                "proxy_send_timeout 300s;",
                "gzip off;",
            ],
        )

    def test_a_name_that_sends_on_leads_straight_to_https(self) -> None:
        self.tree(self.app / "settings", {"http/redirects": "www.b.example.com\tb.example.com\n"})
        self.assertIn("return 308 http://b.example.com$request_uri;", self.lines())
        self.has_certificate("b.example.com")
        self.assertIn("return 308 https://b.example.com$request_uri;", self.lines())

    def test_what_nobody_says(self) -> None:
        self.assertEqual(
            self.lines()[6:12],
            [
                "client_max_body_size 52428800;",
                "proxy_read_timeout 60s;",
                "proxy_send_timeout 60s;",
                "gzip on;",
                "gzip_proxied any;",
                "gzip_vary on;",
            ],
        )

    def test_what_is_no_value_never_reaches_nginx(self) -> None:
        for name, value in (("allow", "203.0.113.7;return"), ("max-body", "50m"), ("timeout", "1 2")):
            with self.subTest(name), self.assertRaisesRegex(Damaged, name):
                self.tree(self.app / "settings" / "http", {name: value})
                self.lines()
            (self.app / "settings" / "http" / name).unlink()


class TemplatesTest(RoutingCase):
    def test_a_value_is_never_looked_at_again(self) -> None:
        self.tree(self.paths.root, {"t": "@A@@B_2@ @a@ @"})
        self.assertEqual(render(self.paths.root / "t", {"A": "@B_2@", "B_2": "x"}), "@B_2@x @a@ @")

    def test_a_token_that_nobody_knows_is_damage(self) -> None:
        self.tree(self.paths.root, {"t": "@NOBODY@"})
        with self.assertRaisesRegex(Damaged, "unknown token @NOBODY@"):
            render(self.paths.root / "t", {})


class FlagsTest(RoutingCase):
    def flags(self) -> list[str]:
        return [name for name in ("maintenance", "stopped", "unavailable") if (self.app / name).exists()]

    def test_they_follow_the_state(self) -> None:
        flags.settle(self.paths, "shop", 0)
        self.assertEqual(self.flags(), ["unavailable"])
        self.tree(self.app, {"operator/stopped": ""})
        flags.settle(self.paths, "shop", 1)
        self.assertEqual(self.flags(), ["stopped"])
        (self.app / "operator" / "stopped").unlink()
        flags.settle(self.paths, "shop", 1)
        self.assertEqual(self.flags(), [])
        flags.unavailable(self.paths, "shop")
        flags.maintain(self.paths, "shop", True)
        self.assertTrue(flags.in_maintenance(self.paths, "shop"))
        flags.maintain(self.paths, "shop", False)
        self.assertEqual(self.flags(), ["unavailable"])


if __name__ == "__main__":
    unittest.main()
