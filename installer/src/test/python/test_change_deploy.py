"""The deploy: its recipe, what it looks at, the release command, and what git knows of it."""

from __future__ import annotations

import subprocess
import unittest
from collections.abc import Sequence

from change_fixture import ChangeCase
from pocketpaas.build import image, ready_image
from pocketpaas.change import branch, deploy, deploy_checks, release_command
from pocketpaas.engine import attach, containers
from pocketpaas.engine.client import EngineAway, EngineError
from pocketpaas.engine.containers import State
from pocketpaas.failure import BadRequest, Busy, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, bundle, memory, prune, reconcile, scale
from pocketpaas.release.running import Running
from pocketpaas.routing import automatic, reach
from pocketpaas.routing.reach import Missed
from pocketpaas.state import values


class DeployCase(ChangeCase):
    """A deploy of tree `t2`; the build takes an image out of its sleeve."""

    def setUp(self) -> None:
        super().setUp()
        self.operation = self.operate("deploy")
        self.work = self.operation.work.directory
        self.tree(
            self.work, {"tree": "t2", "commit": "d" * 40, "subject": "Fix the cart", "log": "|built\n", "roots": "r"}
        )
        self.send({"settings/domains": "a.example.com\n", "options": ""})
        self.built = 0
        self.types = ["web"]
        self.meanwhile = lambda: None
        self.looked: list[tuple[str, ...]] = []
        self.told: list[tuple[str, ...]] = []
        self.aligned: list[int] = []
        self.patch(image, "build", self.build)
        self.patch(memory, "guard", lambda *_: None)
        self.patch(reach, "look", self.look)
        self.patch(automatic, "ready", lambda _: False)
        self.patch(branch, "align", lambda _operation, release: self.aligned.append(release))
        self.reached = 0
        self.patch(reconcile, "reach_others", self.reach)

    def reach(self, _operation: Operation) -> None:
        self.reached += 1

    def look(
        self, _paths: object, _reporter: object, names: Sequence[str], leave: object, told: Sequence[str]
    ) -> dict[str, Missed]:
        self.looked.append(tuple(names))
        self.told.append(tuple(told))
        return {}

    def build(self, operation: Operation, settings: object) -> None:
        self.built += 1
        self.tree(self.work / "build", {"image": f"sha256:{9:064x}", "base": "slug"})
        self.tree(self.work / "build/processes", {f"{name}/command": "run" for name in self.types})
        self.meanwhile()

    def deploy(self) -> int:
        return deploy.deploy(self.operation)

    def options(self, *words: str) -> None:
        self.send({"options": "\n".join(words)})


class DeployTest(DeployCase):
    def test_from_source_to_live(self) -> None:
        self.live(1, {"tree": "t1", "settings/domains": "a.example.com\nb.example.com\n"})
        self.send({"settings/domains": "b.example.com\nc.example.com\n"})
        self.assertEqual(self.deploy(), 0)
        directory = self.paths.release("shop", 2)
        self.assertEqual(self.activated, [2])
        self.assertEqual(values.need(directory / "change"), "Fix the cart")
        self.assertEqual(values.need(directory / "who"), "ann")
        self.assertEqual(values.need(directory / "build.log"), "builder: unknown\nbuilt\n")
        self.assertEqual((self.looked, self.aligned, self.reconciled), ([("c.example.com",)], [2], 2))
        self.assertEqual(0, self.reached)
        self.assertEqual(values.need(self.app / "roots"), "r")
        self.assertEqual(
            self.reporter.lines[:5],
            [
                "+result\tprevious\tv1",
                "+result\trelease\tv2",
                f"+result\tcommit\t{'d' * 40}",
                "+result\turl\thttp://b.example.com",
                "+result\turl\thttp://c.example.com",
            ],
        )
        for name in ("build.lock", "lock"):
            self.assertFalse(locks.is_held(self.app / name))

    def test_what_is_live_already_is_not_built(self) -> None:
        self.live(1, {"tree": "t2", "commit": "d" * 40, "settings/domains": "a.example.com\n"})
        self.assertEqual(self.deploy(), 0)
        self.assertEqual((self.built, self.aligned), (0, [1]))
        # No release does it.
        self.assertEqual(1, self.reached)
        self.assertEqual(
            self.reporter.lines,
            ["+result\tunchanged\tyes", "+result\trelease\tv1", "+result\turl\thttp://a.example.com"],
        )

    def image(self, digest: str) -> None:
        """The live release is an image that was `1`; its name stands for this one now."""
        files = {"tree": "t2", "reference": "r.example/shop:1", "digest": f"r.example/shop@sha256:{'1' * 64}"}
        self.live(1, {**files, "settings/image": "r.example/shop:1", "settings/domains": "a.example.com\n"})
        self.send({"settings/image": "r.example/shop:1"})

        def resolve(operation: Operation, _settings: object) -> str:
            found = f"r.example/shop@sha256:{digest * 64}"
            values.write(operation.work.directory / "digest", found)
            return found

        self.patch(ready_image, "resolve", resolve)
        self.assertEqual(self.deploy(), 0)

    def test_the_same_image_is_not_started_again(self) -> None:
        self.image("1")
        self.assertEqual(self.built, 0)
        self.assertNotIn("another image", "".join(self.reporter.lines))

    def test_a_tag_that_has_moved_is_another_thing(self) -> None:
        self.image("2")
        self.assertEqual(self.built, 1)
        told = "".join(self.reporter.lines)
        self.assertIn("r.example/shop:1 is another image than in v1: 111111111111 is now 222222222222", told)

    def test_what_makes_it_another_thing(self) -> None:
        self.live(1, {"tree": "t2", "settings/domains": "a.example.com\n"})
        settings = self.work / "values/settings"
        self.assertTrue(deploy_checks.is_live(self.operation, settings, 1))
        self.assertEqual(deploy.take_stock(self.operation, settings, True).unchanged, None)
        self.running = Running(changed=True)
        self.assertEqual(deploy.take_stock(self.operation, settings, False).unchanged, None)
        self.running = Running()
        self.operator(A="new")
        self.assertEqual(deploy.take_stock(self.operation, settings, False).unchanged, 1)
        self.tree(self.app / "operator/pending", {"id": "1", "env/A": "2", "env.json/A": '"A=2"'})
        self.assertEqual(deploy.take_stock(self.operation, settings, False), deploy.Stock(1, None))
        self.tree(self.app, {"operator/stopped": ""})
        self.assertFalse(deploy_checks.is_live(self.operation, settings, 1))
        self.assertFalse(deploy_checks.is_live(self.operation, settings, None))
        (self.app / "operator/stopped").unlink()
        self.tree(self.work, {"tree": "t3"})
        self.assertFalse(deploy_checks.is_live(self.operation, settings, 1))

    def test_a_plain_push_goes_by_the_apps_settings_and_leaves_the_branch_to_git(self) -> None:
        self.live(1, {"tree": "t1", "settings/domains": "kept.example.com\n"})
        values.remove_tree(self.work / "values/settings")
        self.deploy()
        self.assertEqual(values.lines(self.paths.release("shop", 2) / "settings/domains"), ("kept.example.com",))
        self.assertEqual(self.aligned, [])

    def scale(self, release: int) -> str:
        return scale.text(scale.instances(self.paths, "shop", self.paths.release("shop", release)))

    def test_new_types_wait_for_scale(self) -> None:
        self.types = ["web", "worker", "console", "clock"]
        self.send({"settings/processes/clock/scale": "2"})
        self.assertEqual(self.deploy(), 0)
        self.assertEqual(self.scale(1), "web=1 clock=2")
        self.assertIn("+note\tconsole, worker wait: pocketpaas scale console=1", self.reporter.lines)
        self.tree(self.app, {"operator/scale/worker": "3"})
        self.assertEqual(self.scale(1), "web=1 clock=2 worker=3")

    def test_what_earlier_programs_have_started_runs_on(self) -> None:
        self.live(1, {"tree": "t1", "processes/worker/command": "work"})
        self.assertEqual(self.scale(1), "web=1 worker=1")
        self.types = ["web", "worker", "console"]
        self.deploy()
        self.assertEqual(self.scale(2), "web=1 worker=1")
        self.assertIn("+note\tconsole waits: pocketpaas scale console=1", self.reporter.lines)
        lines = len(self.reporter.lines)
        self.operation = self.operate("deploy")
        self.work = self.operation.work.directory
        self.tree(self.work, {"tree": "t3", "commit": "e" * 40, "subject": "More", "log": ""})
        self.deploy()
        self.assertEqual(self.scale(3), "web=1 worker=1")
        self.assertNotIn("wait", "".join(self.reporter.lines[lines:]))

    def test_an_app_without_web_has_no_address(self) -> None:
        self.types = ["worker"]
        self.send({"settings/domains": ""})
        self.deploy()
        self.assertEqual((self.scale(1), self.looked), ("", [()]))
        self.assertNotIn("+result\turl", "".join(self.reporter.lines))

    def test_a_web_that_is_written_otherwise_is_refused(self) -> None:
        self.live(1, {"tree": "t1"})
        self.types = ["Web"]
        with self.assertRaisesRegex(Failed, 'has a process "Web" and no "web"') as raised:
            self.deploy()
        self.assertEqual(raised.exception.cause, "no-web")
        self.assertEqual(self.activated, [])

    def test_a_web_that_is_gone_is_told(self) -> None:
        self.live(1, {"tree": "t1"})
        self.types = ["worker"]
        self.deploy()
        self.assertIn("shop has no process web any more", "".join(self.reporter.lines))

    def test_what_did_not_lead_here_is_looked_at_again(self) -> None:
        self.live(1, {"tree": "t1", "settings/domains": "a.example.com\n"})
        self.tree(self.app, {"unreached": "a.example.com\nold.example.com\n"})
        self.deploy()
        self.assertEqual((self.looked, self.told), ([("a.example.com",)], [("a.example.com",)]))
        self.assertEqual(values.lines(self.app / "unreached"), ("old.example.com",))

    def test_a_plain_push_is_not_refused_for_settings_of_older_limits(self) -> None:
        self.live(1, {"tree": "t1", "settings/stop-timeout": "0", "settings/limits/pids": "1"})
        self.tree(self.paths.app("shop"), {"settings/stop-timeout": "0", "settings/limits/pids": "1"})
        values.remove_tree(self.work / "values/settings")
        self.assertEqual(self.deploy(), 0)
        self.assertEqual(values.read(self.paths.release("shop", 2) / "settings/stop-timeout"), "0")

    def test_what_was_overtaken_is_not_switched(self) -> None:
        self.live(1, {"tree": "t1"})
        self.meanwhile = lambda: self.live(2) and None
        with self.assertRaises(Refused) as raised:
            self.deploy()
        self.assertEqual(
            raised.exception.text,
            "while this was building, v2 went live (Fix the cart) by bob; nothing was switched",
        )
        self.assertEqual(self.activated, [])

    def test_what_is_refused_before_the_build(self) -> None:
        settings = self.work / "values/settings"
        self.tree(self.paths.app("other"), {"settings/domains": "a.example.com\n"})
        with self.assertRaisesRegex(Refused, "a.example.com belongs to the app other"):
            deploy.take_stock(self.operation, settings, False)
        self.send({"settings/secrets": "TOKEN\n", "settings/domains": ""})
        with self.assertRaisesRegex(Refused, "the app needs TOKEN"):
            deploy.take_stock(self.operation, settings, False)
        self.send({"settings/drain": "x"})
        with self.assertRaises(BadRequest):
            self.deploy()
        self.assertEqual(self.built, 0)

    def test_secrets_come_along_and_are_the_operators_when_it_is_live(self) -> None:
        self.send({"settings/secrets": "TOKEN\n"})
        self.send_env(TOKEN="t")
        self.deploy()
        self.assertEqual(values.need(self.app / "operator/env/TOKEN"), "t")

    def test_one_deploy_at_a_time(self) -> None:
        lock = locks.build_lock(self.paths, "shop", Holder("bob", "deploy of 1234567"))
        with self.assertRaisesRegex(Busy, "shop is busy: deploy of 1234567 by bob"):
            self.deploy()
        lock.release()

    def test_options(self) -> None:
        self.options("stop-first", "now", "wait")
        self.deploy()
        self.assertTrue(self.operation.stop_first and self.operation.now)

    def test_after_a_failed_release_what_nothing_needs_goes_meanwhile(self) -> None:
        pruned: list[str] = []
        self.patch(prune, "prune", lambda _paths, _engine, app: pruned.append(app))
        self.live(1, {"tree": "t1"})
        self.release(2, {"status": "failed"})
        self.deploy()
        self.assertEqual(pruned, ["shop"])

    def test_a_release_that_migrates_is_stored_before_and_has_the_slot_for_itself(self) -> None:
        self.live(1, {"tree": "t1"})
        self.send({"settings/release": "migrate"})
        seen: list[object] = []
        self.patch(activate, "clear_slot", lambda _o, running, slot: seen.append(slot) or running)
        self.patch(
            release_command,
            "run",
            lambda _o, release: seen.append((self.paths.release("shop", release) / "identity").exists()),
        )
        self.deploy()
        self.assertEqual(seen, ["green", True])

    def test_a_failure_leaves_a_release_that_says_why(self) -> None:
        self.live(1, {"tree": "t1"})

        def fails(*_: object) -> None:
            raise Failed("exited", "web.1 exited")

        self.patch(activate, "activate", fails)
        with self.assertRaises(Failed) as raised:
            self.deploy()
        self.reporter.failed(raised.exception)
        self.operation.take_back()
        self.assertEqual(bundle.status(self.paths, "shop", 2), "failed")
        self.assertEqual(values.need(self.paths.release("shop", 2) / "failure"), "web.1 exited")


class ChecksTest(DeployCase):
    def test_every_type_has_something_to_run(self) -> None:
        directory = self.release(1, {"processes/web/command": ""})
        deploy_checks.need_commands(directory)
        self.tree(directory, {"base": "slug"})
        with self.assertRaisesRegex(Failed, "the process type web has no command"):
            deploy_checks.need_commands(directory)
        values.remove_tree(directory / "processes")
        with self.assertRaisesRegex(Failed, "no process type is known"):
            deploy_checks.need_commands(directory)

    def test_what_does_not_come_from_code_and_manifest_is_told(self) -> None:
        settings = self.tree(self.paths.root / "s", {"env/A": "1", "env/B": "1"})
        self.operator(A="2", B="1", C="3")
        self.tree(
            self.app / "operator", {"domains": "x.example.com\n", "scale/web": "2", "scale/gone": "1", "nginx": "x"}
        )
        deploy_checks.note_differences(self.operation, settings, self.release(1))
        self.assertEqual(
            self.reporter.lines,
            [
                "+note\tdomains kept from `domains add`: x.example.com",
                "+note\tnginx snippet kept (set by `nginx set`)",
                "+note\tscale web=2 kept (set by `scale`)",
                "+note\tenv A kept (set by `env set`, not the manifest's)",
            ],
        )


class ReleaseCommandTest(DeployCase):
    def setUp(self) -> None:
        super().setUp()
        self.release(1, {"release": "migrate"})
        self.state = State("exited", 0)
        self.removed: list[str] = []
        self.patch(containers, "create", lambda _engine, spec: "1" * 64)
        self.patch(containers, "remove", lambda _engine, ids: self.removed.extend(ids) or True)
        self.patch(containers, "state", lambda *_: self.state)
        self.patch(attach, "run", lambda _engine, _id, each: each(b"migrating\n"))
        self.operation.engine.need = lambda: None  # type: ignore[method-assign]

    def test_its_output_is_told(self) -> None:
        release_command.run(self.operation, 1)
        self.assertEqual(self.reporter.lines, ["+step\trelease\tstart\t", "|migrating", "+step\trelease\tdone\t"])
        self.assertEqual(self.removed, ["1" * 64])
        release_command.run(self.operation, 2)

    def test_one_that_fails(self) -> None:
        for code, cure in ((1, "its output above"), (127, "it was not found"), (137, "it was killed")):
            self.state = State("exited", code)
            with self.assertRaises(Failed) as raised:
                release_command.run(self.operation, 1)
            self.assertEqual(
                raised.exception.text, f"the release command ended with exit code {code}; nothing was switched"
            )
            self.assertTrue(raised.exception.cure.startswith(cure))
        self.assertEqual(self.reporter.lines[-1], "+step\trelease\tfail\t")
        self.assertEqual(len(self.removed), 3)

    def test_an_engine_that_was_started_anew_has_let_it_go_on(self) -> None:
        def away(*_: object) -> None:
            raise EngineAway("restart")

        self.patch(attach, "run", away)
        self.patch(containers, "wait", lambda *_: 0)
        self.state = State("running", 0)
        release_command.run(self.operation, 1)
        # One that was made and never started has not succeeded.
        self.state = State("created", 0)
        with self.assertRaisesRegex(Failed, "could not be started: the Docker engine went away"):
            release_command.run(self.operation, 1)
        self.patch(containers, "state", lambda *_: None)
        with self.assertRaisesRegex(Failed, "exit code unknown"):
            release_command.run(self.operation, 1)

    def test_one_that_the_engine_does_not_take(self) -> None:
        def refuses(*_: object) -> None:
            raise EngineError(400, "no such image")

        self.patch(attach, "run", refuses)
        with self.assertRaisesRegex(Failed, "could not be started: no such image"):
            release_command.run(self.operation, 1)
        self.assertEqual(len(self.removed), 1)
        self.patch(containers, "create", refuses)
        with self.assertRaisesRegex(Failed, "could not be started: no such image"):
            release_command.run(self.operation, 1)


class BranchTest(ChangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.repository = self.app / "repo.git"
        subprocess.run(["git", "init", "--quiet", "--bare", str(self.repository)], check=True)
        self.tree(self.app, {"branch": "main"})
        self.patch(branch, "as_git_user", list)

    def git(self, *arguments: str, stdin: str = "") -> str:
        identity = {
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@b",
        }
        return subprocess.run(
            ["git", "-C", str(self.repository), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/bin:/bin", **identity},
        ).stdout.strip()

    def commit(self, message: str) -> str:
        return self.git("commit-tree", self.git("mktree"), stdin=message)

    def test_the_branch_is_the_live_commit_or_goes(self) -> None:
        one = self.commit("one")
        two = self.commit("a snapshot\n\nPocketPaaS-Snapshot: yes\n")
        for release, commit, shown in (
            (1, one, one),
            (2, two, ""),
            (1, one, one),
            (3, "e" * 40, ""),
            (1, one, one),
            (4, "", ""),
        ):
            self.release(release, {"commit": commit})
            branch.align(self.operation, release)
            self.assertEqual(self.git("rev-parse", "--verify", "--quiet", "refs/heads/main"), shown, commit)

    def test_without_a_branch_there_is_nothing_to_align(self) -> None:
        (self.app / "branch").unlink()
        self.release(1, {"commit": self.commit("one")})
        branch.align(self.operation, 1)
        self.assertEqual(self.git("for-each-ref"), "")

    def test_what_a_plain_push_deploys_is_remembered(self) -> None:
        self.tree(self.operation.work.directory, {"branch": "trunk", "roots": "r1\nr2"})
        branch.remember_source(self.operation)
        self.assertEqual((values.need(self.app / "branch"), values.need(self.app / "roots")), ("trunk", "r1\nr2"))

    def test_an_app_without_a_branch_gets_the_one_that_was_shipped(self) -> None:
        for before, shipped, after in ((None, "main", "main"), ("main", "feature", "main"), (None, None, None)):
            (self.app / "branch").unlink(missing_ok=True)
            self.tree(self.app, {} if before is None else {"branch": before})
            self.tree(self.operation.work.directory, {} if shipped is None else {"first-branch": shipped})
            branch.remember_source(self.operation)
            self.assertEqual(values.read(self.app / "branch"), after)
            (self.operation.work.directory / "first-branch").unlink(missing_ok=True)


if __name__ == "__main__":
    unittest.main()
