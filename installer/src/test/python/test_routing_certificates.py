"""Certificates of an app's domains, and those that come by themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from pocketpaas.failure import CannotWrite, Damaged
from pocketpaas.machine.process import Ended
from pocketpaas.routing import acme, automatic, certificates, fetch, places, wellknown
from pocketpaas.routing.fetch import Answer
from pocketpaas.routing.reach import Missed
from pocketpaas.routing.tried import Tried
from pocketpaas.routing.wellknown import Leave, Told, WellKnown
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths
from routing_fixture import A, B, C, RoutingCase


class CertificatesTest(RoutingCase):
    def current(self, domain: str, tried: Tried = Tried()) -> str | None:
        found = certificates.current(self.paths, "shop", domain, tried)
        return None if found is None else found.name

    def test_a_domain_has_the_newest_one_and_keeps_the_one_before(self) -> None:
        domain, seen = "*.example.com", []
        for identity in (A, B, C):
            certificates.store(self.paths, "shop", domain, identity, self.certificate(identity))
            seen.append(self.current(domain))
            certificates.use(self.paths, "shop", domain, identity)
        place = self.app / "certificates" / "_.example.com"
        self.assertEqual(seen, [None, A, B])
        self.assertEqual(certificates.domains_with_one(self.paths, "shop"), (domain,))
        self.assertEqual((os.readlink(place / "current"), os.readlink(place / "previous")), (C, B))
        self.assertEqual(sorted(os.listdir(place)), [B, C, "current", "previous"])
        self.assertEqual((place / C / "key.pem").stat().st_mode & 0o777, 0o600)
        self.assertEqual(certificates.previous(self.paths, "shop", domain), place / B)
        certificates.forget(self.paths, "shop", domain)
        self.assertIsNone(self.current(domain))
        self.assertEqual(os.listdir(place.parent), [])

    def test_what_is_tried_goes_before_what_is_in_use(self) -> None:
        self.has_certificate("a.example.com", A)
        stored = certificates.store(self.paths, "shop", "a.example.com", B, self.certificate(B))
        self.assertEqual(self.current("a.example.com", Tried({"a.example.com": stored})), B)
        self.assertIsNone(self.current("a.example.com", Tried({"a.example.com": None})))
        self.assertEqual(self.current("a.example.com", Tried({"b.example.com": None})), A)

    def test_a_link_that_leads_elsewhere_is_damage(self) -> None:
        place = certificates.directory(self.paths, "shop", "a.example.com")
        for goal in ("../../../../etc", A):
            values.make_directory(place)
            values.link(goal, place / "current")
            with self.assertRaisesRegex(Damaged, "does not lead to a certificate"):
                self.current("a.example.com")

    def test_half_of_one_is_never_stored(self) -> None:
        source = self.certificate(A)
        (source / "key.pem").unlink()
        with self.assertRaises(CannotWrite):
            certificates.store(self.paths, "shop", "a.example.com", A, source)
        self.assertFalse((certificates.directory(self.paths, "shop", "a.example.com") / A).exists())

    def test_the_first_one_has_none_before_it(self) -> None:
        place = certificates.directory(self.paths, "shop", "a.example.com")
        values.make_directory(place)
        values.link(B, place / "previous")
        self.has_certificate("a.example.com", A)
        self.assertIsNone(certificates.previous(self.paths, "shop", "a.example.com"))
        self.has_certificate("a.example.com", A)

    def test_nginx_has_the_last_word(self) -> None:
        self.assertIsNone(certificates.objection(self.certificate(A)))
        self.patch(
            certificates, "run", lambda *_, **__: Ended(1, b"", b"x\nnginx: [emerg] key mismatch\ntest failed\n")
        )
        self.assertEqual(certificates.objection(self.certificate(A)), "nginx: [emerg] key mismatch")
        self.patch(places, "RUN", places.RUN / "gone")
        self.assertIn("could not be tried", certificates.objection(self.certificate(A)) or "")


class AutomaticCase(RoutingCase):
    """v1 of the app has a web process and these names."""

    def setUp(self) -> None:
        super().setUp()
        names = "shop.tea-shop.net\nown.tea-shop.net\noff.tea-shop.net\n*.tea-shop.net\n"
        self.bundle = self.tree(self.app / "releases" / "1", {"processes/web/command": "x", "settings/domains": names})
        self.tree(self.app / "operator", {"domains": "x.example.com\ny.localhost\n", "ssl-off": "off.tea-shop.net\n"})
        self.tree(self.paths.host, {"acme-directory": "https://acme-v02.api.letsencrypt.org/directory"})


class WantedTest(AutomaticCase):
    def wanted(self) -> tuple[str, ...]:
        return automatic.wanted(self.paths, "shop", self.bundle)

    def test_only_names_that_an_authority_can_know_and_nobody_else_cares_for(self) -> None:
        self.has_certificate("own.tea-shop.net", A, "own")
        self.assertEqual(self.wanted(), ("shop.tea-shop.net",))
        self.tree(self.bundle, {"settings/ssl/automatic": "off"})
        self.assertEqual(self.wanted(), ())

    def test_nothing_that_does_not_answer(self) -> None:
        (self.bundle / "processes/web/command").unlink()
        (self.bundle / "processes/web").rmdir()
        self.assertEqual(self.wanted(), ())

    def test_reserved_names(self) -> None:
        for name in ("a.test", "a.example", "example.com", "a.example.org", "a.home.arpa", "*.tea-shop.net", "a.lan"):
            self.assertFalse(automatic.is_public(name), name)
        for name in ("tea-shop.net", "myexample.com", "local.tea-shop.net"):
            self.assertTrue(automatic.is_public(name), name)

    def test_a_third_of_its_time_is_left_for_renewal(self) -> None:
        def due(now: float) -> bool:
            return automatic.is_due(self.paths, "shop", "shop.tea-shop.net", now)

        self.assertTrue(due(1))
        self.has_certificate("shop.tea-shop.net", A, "automatic")
        self.assertEqual((due(599), due(600)), (False, True))
        self.tree(automatic.remembered(self.paths, "shop", "shop.tea-shop.net"), {"next": "700"})
        self.assertEqual((due(699), due(700)), (False, True))

    def test_a_host_without_authority_or_client_asks_nobody(self) -> None:
        with mock.patch.object(automatic.shutil, "which", lambda _: "/usr/bin/certbot"):
            self.assertTrue(automatic.ready(self.paths))
            self.tree(self.paths.host, {"acme-directory": "none"})
            self.assertFalse(automatic.ready(self.paths))

    def test_domains_are_switched_off_and_on(self) -> None:
        file = automatic.off_file(self.paths, "shop")
        automatic.switch_off(self.paths, "shop", ("a.tea-shop.net", "off.tea-shop.net"))
        self.assertEqual(values.lines(file), ("a.tea-shop.net", "off.tea-shop.net"))
        automatic.switch_on(self.paths, "shop", ("a.tea-shop.net",))
        self.assertEqual(values.lines(file), ("off.tea-shop.net",))
        automatic.switch_on(self.paths, "shop", ("off.tea-shop.net",))
        self.assertFalse(file.exists())

    def test_one_question_at_a_time(self) -> None:
        with automatic.asking(self.paths, "ann", 0) as first, automatic.asking(self.paths, "bob", 0) as second:
            self.assertEqual((first, second), (True, False))


class ObtainTest(AutomaticCase):
    domain = "shop.tea-shop.net"

    def setUp(self) -> None:
        super().setUp()
        self.answer = Answer.HERE
        self.addresses: tuple[str, ...] = ("192.0.2.9",)
        self.tokens: list[str] = []
        self.patch(fetch, "addresses", lambda _name: self.addresses)
        self.patch(fetch, "fetch", self.fetch)
        self.asked = acme.Asked(self.certificate(A))
        self.patch(acme, "ask", self.ask)
        self.also: tuple[str, ...] = ()
        self.leave: Leave = wellknown.here

    def fetch(self, _name: str, _port: int, path: str, token: str) -> Answer:
        folder = places.challenges(self.paths) / ".well-known"
        self.tokens.append(values.need(folder / path))
        self.assertEqual((folder / path).stat().st_mode & 0o777, 0o644)
        self.assertEqual((folder / path).parent.stat().st_mode & 0o777, 0o755)
        self.assertEqual(self.tokens[-1], token)
        return self.answer

    def ask(self, _paths: object, _domain: str, also: tuple[str, ...]) -> acme.Asked:
        self.also = also
        return self.asked

    def obtain(self, **missed: Missed) -> Path | None:
        found = {self.domain: missed["missed"]} if missed else {}
        return automatic.obtain(self.paths, self.reporter, "shop", self.domain, found, self.leave)

    def remembered(self, name: str) -> str:
        return values.read_or(automatic.remembered(self.paths, "shop", self.domain) / name, "")

    def test_what_the_authority_gives_is_handed_on_and_nothing_is_remembered(self) -> None:
        self.tree(automatic.remembered(self.paths, "shop", self.domain), {"tries": "3"})
        self.assertEqual(self.obtain(), self.asked.certificate)
        self.assertEqual(len(self.tokens), 1)
        self.assertEqual(self.remembered("tries"), "")
        self.assertEqual(
            self.reporter.lines,
            [
                "+note\tCertificates come from Let's Encrypt. By using them you accept its terms: "
                "https://letsencrypt.org/repository/"
            ],
        )

    def test_the_terms_are_said_once_and_of_another_authority_by_its_name(self) -> None:
        values.make_directory(acme.client(self.paths) / "accounts")
        acme.tell_terms(self.paths, self.reporter)
        self.assertEqual(self.reporter.lines, [])
        (acme.client(self.paths) / "accounts").rmdir()
        self.tree(self.paths.host, {"acme-directory": "https://ca.internal/acme"})
        acme.tell_terms(self.paths, self.reporter)
        self.assertIn("https://ca.internal/acme", self.reporter.lines[0])

    def test_nobody_is_asked_about_a_name_that_does_not_lead_here(self) -> None:
        self.answer = Answer.ELSEWHERE
        self.assertIsNone(self.obtain())
        self.assertIn("its DNS record names 192.0.2.9; tried again by itself from ", self.reporter.lines[-1])
        self.addresses = ()
        self.assertIsNone(self.obtain())
        self.assertEqual(self.remembered("error"), "the name does not resolve: its DNS record is not there yet")
        self.assertLess(abs(int(self.remembered("next")) - time.time() - 600), 10)

    def test_an_app_that_was_destroyed_meanwhile_has_no_directory_again(self) -> None:
        shutil.rmtree(self.paths.app("shop"), ignore_errors=True)
        self.answer = Answer.ELSEWHERE
        self.assertIsNone(self.obtain())
        self.assertFalse(self.paths.app("shop").exists())

    def test_where_it_cannot_be_told_from_here_the_authority_may_see_more(self) -> None:
        for self.answer in (Answer.SILENT, Answer.BROKEN, Answer.UNRESOLVED):
            self.assertIsNotNone(self.obtain())

    def test_a_name_that_does_not_lead_here_is_told_only_once(self) -> None:
        self.assertIsNone(self.obtain(missed=Missed.ELSEWHERE))
        self.assertIsNone(self.obtain(missed=Missed.UNRESOLVED))
        self.assertEqual((self.tokens, self.reporter.lines), ([], []))
        self.assertIn("does not resolve", self.remembered("error"))

    def test_a_token_that_cannot_be_left_would_look_like_another_machines(self) -> None:
        self.tree(self.paths.root, {"acme": "a file"})
        self.assertIsNone(self.obtain())
        self.assertIn("cannot be written (disk full?)", self.reporter.lines[-1])

    def test_every_machine_of_a_cluster_is_here(self) -> None:
        @contextmanager
        def leave(paths: HostPaths, one: WellKnown) -> Iterator[Told]:
            with wellknown.here(paths, one):
                yield Told(("b",), ("c",))

        self.leave = leave
        self.assertIsNotNone(self.obtain())
        self.assertEqual(self.also, ("b",))
        self.assertIn("c cannot be told what the authority asks for", self.reporter.lines[0])
        self.answer, self.addresses = Answer.ELSEWHERE, ("192.0.2.9", "192.0.2.10")
        self.assertIsNone(self.obtain())
        self.assertIn(
            "its DNS record names 192.0.2.9, 192.0.2.10 (c could not be told to answer)", self.reporter.lines[-1]
        )

    def test_pauses_grow_and_then_stay_the_same(self) -> None:
        self.asked = acme.Asked(None, "it said so")
        seen = []
        for _ in range(8):
            self.obtain()
            pause = int(self.remembered("next")) - time.time() + 5
            seen.append((self.remembered("tries"), int(pause) // 60))
        pauses = (10, 30, 60, 180, 360, 720, 720, 720)
        self.assertEqual(seen, [(str(number), pause) for number, pause in enumerate(pauses, 1)])
        self.asked = acme.Asked(None, "too many\tof them", limited=True)
        self.obtain()
        self.assertEqual((self.remembered("tries"), self.remembered("error")), ("8", "too many of them"))
        self.assertGreater(int(self.remembered("next")), time.time() + 86_000)
        self.assertIn(
            "no certificate for shop.tea-shop.net yet: too many of them; tried again", self.reporter.lines[-1]
        )

    def test_what_cannot_be_remembered_is_said_all_the_same(self) -> None:
        self.asked = acme.Asked(None, "no")
        self.tree(self.app, {"automatic": "a file"})
        self.obtain()
        self.assertIn("+warn\tno certificate for", self.reporter.lines[-1])


class AcmeTest(AutomaticCase):
    domain = "shop.tea-shop.net"

    def setUp(self) -> None:
        super().setUp()
        self.own = acme.client(self.paths)
        values.make_directory(self.own)
        self.commands: list[tuple[list[str], dict[str, Any]]] = []
        self.ended = Ended(0, b"", b"")
        self.patch(acme, "run", self.run_program)

    def run_program(self, command: list[str], **options: Any) -> Ended:
        self.commands.append((command, options))
        if command[0] != "certbot":
            done = subprocess.run(command, capture_output=True, check=False)
            return Ended(done.returncode, done.stdout, done.stderr)
        if self.ended.ok:
            self.issue()
        return self.ended

    def issue(self) -> None:
        """As certbot leaves a certificate."""
        live = self.own / "live" / self.domain
        values.make_directory(live)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            + ["-subj", "/C=DE/O=Tea Authority/CN=R11", "-days", "90", "-set_serial", "0x1234"]
            + ["-keyout", str(live / "privkey.pem"), "-out", str(live / "fullchain.pem")],
            check=True,
            capture_output=True,
        )
        self.tree(self.own, {f"renewal/{self.domain}.conf": "x", f"archive/{self.domain}/x": ""})

    def test_what_certbot_leaves_is_taken_and_nothing_of_it_stays(self) -> None:
        found = acme.ask(self.paths, self.domain).certificate
        assert found is not None
        info = {name: values.need(found / "info" / name) for name in values.names(found / "info")}
        self.assertEqual((info["serial"], info["issuer"], info["names"]), ("1234", "Tea Authority R11", self.domain))
        self.assertEqual(int(info["not-after"]) - int(info["not-before"]), 90 * 86_400)
        self.assertLess(abs(int(info["not-before"]) - time.time()), 60)
        self.assertEqual(info["source"], "automatic")
        self.assertIn("PRIVATE KEY", values.need(found / "key.pem"))
        self.assertEqual([values.names(self.own / name) for name in ("live", "archive", "renewal")], [[], [], []])
        self.assertEqual(len(automatic.identity(found)), 64)

    def test_how_it_is_asked(self) -> None:
        self.tree(self.paths.host, {"acme-email": "ops@tea-shop.net", "ca-certificates.pem": "MORE"})
        self.patch(acme, "_AUTHORITIES", self.tree(self.paths.root, {"ca.crt": "BASE\n"}) / "ca.crt")
        acme.ask(self.paths, self.domain)
        command, options = self.commands[0]
        for words in (
            ["certbot", "certonly", "--non-interactive", "--agree-tos", "--email", "ops@tea-shop.net"],
            ["--server", "https://acme-v02.api.letsencrypt.org/directory", "--config-dir", str(self.own)],
            ["--webroot", "--webroot-path", str(self.paths.root / "acme"), "--preferred-challenges", "http"],
            ["--force-renewal", "--cert-name", self.domain, "--domain", self.domain],
        ):
            self.assertIn(" ".join(words), " ".join(command))
        bundle = Path(options["environment"]["REQUESTS_CA_BUNDLE"])
        self.assertEqual(values.need(bundle), "BASE\nMORE")
        self.assertEqual(options["seconds"], 120)

    def test_over_a_cluster_a_program_of_ours_has_every_machine_answer(self) -> None:
        acme.ask(self.paths, self.domain, ("b", "c"))
        words = self.commands[0][0]
        self.assertNotIn("--webroot", words)
        program = self.paths.programs / "challenge"
        self.assertEqual(words[words.index("--manual-auth-hook") + 1], f"{program} put b c")
        self.assertEqual(words[words.index("--manual-cleanup-hook") + 1], f"{program} remove b c")
        self.assertTrue((Path(acme.__file__).parents[2] / "challenge").is_file())

    def test_what_the_authority_has_against_it(self) -> None:
        self.ended = Ended(1, b"Saving debug log\n  Domain: a\n  Detail: no such name\n\nAsk for help\n", b"")
        self.assertEqual(acme.ask(self.paths, self.domain), acme.Asked(None, "no such name"))
        self.ended = Ended(1, b"", b"An unexpected error occurred:\nError: rateLimited: too many\n")
        self.assertEqual(acme.ask(self.paths, self.domain), acme.Asked(None, "Error: rateLimited: too many", True))
        self.ended = Ended(124, b"", b"")
        self.assertEqual(acme.ask(self.paths, self.domain).detail, "the authority did not answer within 120 seconds")
        self.assertIn("did not answer", values.need(self.own / "output"))

    def test_what_nginx_cannot_use_is_not_taken(self) -> None:
        self.patch(certificates, "run", lambda *_, **__: Ended(1, b"", b"nginx: [emerg] no\n"))
        found = acme.ask(self.paths, self.domain)
        self.assertEqual(
            (found.certificate, found.detail), (None, "the certificate could not be taken over: nginx: [emerg] no")
        )

    def test_what_the_client_says_is_brought_down_to_its_reason(self) -> None:
        for output, reason in (
            (
                "Saving debug log\nAn unexpected error occurred:\nthe policy forbids it\nAsk for help\n",
                "the policy forbids it",
            ),
            ("Saving debug log to x\n\nno luck\nAsk for help\n", "no luck"),
            ("", "the client gave no reason"),
        ):
            self.assertEqual(acme.detail(output), reason)

    def test_an_issuers_name(self) -> None:
        self.assertEqual(acme.issuer("CN=R11,O=Tea Authority,C=DE"), "Tea Authority R11")
        self.assertEqual(acme.issuer("CN=Tea Authority R1,O=Tea Authority"), "Tea Authority R1")
        self.assertEqual(acme.issuer("CN=x"), "x")


if __name__ == "__main__":
    unittest.main()
