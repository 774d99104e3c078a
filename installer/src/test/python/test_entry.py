"""Who may do what, and how it is said."""

from __future__ import annotations

from pocketpaas import rules
from pocketpaas.entry import enter, hook, programs, verbs
from pocketpaas.failure import BadRequest, Failure, Refused
from pocketpaas.state import keys, values

from host_fixture import HostCase

PUBLIC = "ssh-ed25519 " + "A" * 68


class EnterTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.tree(self.paths.keys / "ada", {"role": "admin", "public": PUBLIC})
        self.tree(self.paths.keys / "ci", {"role": "deploy", "apps": "shop", "public": PUBLIC + "B"})
        for app in ("shop", "blog"):
            values.make_directory(self.paths.app(app) / "settings")

    def checked(self, *arguments: str) -> str:
        try:
            return enter.checked(self.paths, self.reporter, arguments).verb
        except Failure as failure:
            return failure.cause

    def test_an_admin_may_do_all(self) -> None:
        for verb, words in (("apps", []), ("env", ["blog"]), ("scale", ["shop", "web=2"]), ("keys", ["list"])):
            self.assertEqual(self.checked("ada", verb, *words), verb)

    def test_a_deploy_key_sees_its_own_apps_and_learns_nothing_of_others(self) -> None:
        self.assertEqual(self.checked("ci", "show", "shop", "env"), "show")
        self.assertEqual(self.checked("ci", "env", "shop"), "not-allowed")
        sentences = set()
        for app in ("blog", "nosuch"):
            with self.assertRaises(Refused) as caught:
                enter.checked(self.paths, self.reporter, ["ci", "show", app, "env"])
            sentences.add(caught.exception.text.replace(app, "APP"))
        self.assertEqual(len(sentences), 1)

    def test_a_command_is_called_as_people_type_it(self) -> None:
        for words, typed in (
            (("env", "shop"), "env"),
            (("service-stream", "dump", "db", "shop"), "services dump"),
            (("service", "rotate", "db"), "services credentials rotate"),
            (("services", "list"), "services list"),
            (("connect", "shop", "web", "-"), "tunnel"),
            (("lock", "shop", "on"), "apps lock"),
        ):
            with self.assertRaises(Refused) as caught:
                enter.checked(self.paths, self.reporter, ["ci", *words])
            self.assertTrue(caught.exception.text.endswith(f'but not "{typed}"'), caught.exception.text)

    def test_hostile_arguments(self) -> None:
        for words in (
            ("ada",),
            ("ada", "nosuch"),
            ("ada", "show", "../x", "env"),
            ("ada", "show", "$(id)", "env"),
            ("ada", "show", "shop\n", "env"),
            ("ada", "show", "shop"),
            ("ada", "show", "shop", ""),
            ("ada", "scale", "shop", *["web=1"] * 64),
        ):
            self.assertIn(self.checked(*words), ("bad-request", "unknown-verb"), words)
        for key in ("", "nosuch", "../ada", "ada/..", "a\nb"):
            self.assertEqual(self.checked(key, "apps"), "not-allowed", key)

    def test_every_verb_has_a_module_and_every_module_a_rule(self) -> None:
        with open(rules._FILE, encoding="utf-8") as file:
            declared = set(__import__("json").load(file)["verbs"])
        self.assertEqual(set(verbs.MODULES), declared)


class KeysTest(HostCase):
    def test_authorized_keys_name_the_door_and_restrict(self) -> None:
        keys.add(self.paths, keys.NewKey.of(self.paths, "ada", "admin", "", f"{PUBLIC} ada@laptop\n"), "SHA256:x")
        values.make_directory(self.paths.app("shop") / "settings")
        keys.add(self.paths, keys.NewKey.of(self.paths, "ci", "deploy", "shop", PUBLIC + "B"), "SHA256:y")
        text = values.need(self.paths.root / "home" / ".ssh" / "authorized_keys")
        door = self.paths.programs.parent / "current" / "door"
        self.assertIn(f'restrict,pty,command="{door} ada" {PUBLIC}\n', text)
        self.assertIn(f'restrict,command="{door} ci" {PUBLIC}B\n', text)
        self.assertNotIn("laptop", text)

    def test_what_is_no_public_key(self) -> None:
        for text in (
            "",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            f"{PUBLIC}\n{PUBLIC}",
            f'command="id" {PUBLIC}',
            "x" * 30000,
        ):
            with self.subTest(text[:40]), self.assertRaises(BadRequest):
                keys.NewKey.of(self.paths, "ada", "admin", "", text)

    def test_the_last_admin_stays(self) -> None:
        self.tree(self.paths.keys / "ada", {"role": "admin", "public": PUBLIC})
        with self.assertRaisesRegex(Refused, "last admin"):
            keys.remove(self.paths, "ada")
        self.assertTrue(keys.exists(self.paths, "ada"))

    def test_a_key_or_name_that_is_taken(self) -> None:
        self.tree(self.paths.keys / "ada", {"role": "admin", "public": PUBLIC})
        self.assertTrue(keys.is_known(self.paths, keys.NewKey.of(self.paths, "ada", "admin", "", PUBLIC)))
        for name, public in (("bob", PUBLIC), ("ada", PUBLIC + "B")):
            with self.assertRaises(Refused):
                keys.is_known(self.paths, keys.NewKey.of(self.paths, name, "admin", "", public))


class PushTest(HostCase):
    def push(self, *refs: str) -> hook.Push:
        return hook.Push.of([f"{'0' * 40} {'a' * 40} {ref}\n" for ref in refs])

    def test_the_deploy_branch(self) -> None:
        self.assertEqual(self.push("refs/heads/x").deploy_branch("main"), "main")
        self.assertEqual(self.push("refs/heads/x").deploy_branch(""), "x")
        self.assertEqual(self.push("refs/heads/x", "refs/heads/master").deploy_branch(""), "master")
        self.assertEqual(self.push("refs/heads/x", "refs/heads/y").deploy_branch(""), "")

    def test_refs_that_nobody_may_push(self) -> None:
        for ref in ("refs/notes/x", "refs/pocketpaas/../x", "refs/pocketpaas/", "HEAD", "refs/pocketpaas/a\nb"):
            with self.subTest(ref), self.assertRaises(hook._TurnedAway):
                self.push(ref)

    def test_another_branch_is_turned_away(self) -> None:
        with self.assertRaisesRegex(hook._TurnedAway, "deploys from the branch main; you pushed feature"):
            hook.commit_of("shop", "main", self.push("refs/heads/feature"))
        self.assertEqual(hook.commit_of("shop", "main", self.push("refs/heads/main")), "a" * 40)

    def test_a_tag_named_as_the_branch_is_turned_away(self) -> None:
        for tag in ("main", "master", "production"):
            with self.assertRaisesRegex(hook._TurnedAway, "deploys nothing"):
                hook.refuse_tags_named_as_branches("shop", "production", self.push(f"refs/tags/{tag}"))
        hook.refuse_tags_named_as_branches("shop", "production", self.push("refs/tags/v1.0"))


class ProgramsTest(HostCase):
    def test_compiled_files_do_not_count_and_the_hash_is_that_of_the_laptop(self) -> None:
        directory = self.tree(self.paths.root / "new", {"a/b": "x", "c": "#!/bin/sh\n"})
        before = programs.content_hash(directory)
        self.tree(directory, {"a/__pycache__/b.pyc": "y"})
        self.assertEqual(programs.content_hash(directory), before)
        self.tree(directory, {"c": "other"})
        self.assertNotEqual(programs.content_hash(directory), before)
