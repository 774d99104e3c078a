"""A push: the hook, the receiver and the door as whole programs, in repositories of the test's own, with a stand-in for
sudo and systemd."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import time
import unittest
from pathlib import Path

from pocketpaas.entry import source
from pocketpaas.entry.place import TOP, Place
from pocketpaas.failure import Refused
from pocketpaas.state import tree, values
from program_fixture import HOSTILE, ProgramCase, Repository

NOTHING = "0" * 40
PROGRAMS = Path(values.__file__).parents[2]


class Programs:
    """A copy of the programs as they are installed, in which sudo, systemd and the receiver are stand-ins."""

    def __init__(self, case: ProgramCase) -> None:
        self.root = case.paths.root
        self.current = case.paths.root / "lib" / "current"
        self.home = case.paths.root / "lib" / ("a" * 64)
        ignored = shutil.ignore_patterns("__pycache__", ".mypy_cache")
        shutil.copytree(PROGRAMS, self.home, ignore=ignored)
        self.current.symlink_to(self.home)
        self.environment = {"PP_ROOT": str(self.root), "PP_LOG": str(case.paths.log)}
        self.sudo = self.script("sudo", f'shift 2; exec env -i PP_ROOT="{self.root}" PP_LOG="{case.paths.log}" "$@"')
        # The unit of an operation: tells, ends well.
        self.systemd = self.script(
            "systemd",
            f"""for id; do :; done
            work="{self.root}/work/$id"
            cp "$work/source.tar" "{self.root}/deployed.tar"
            printf '+step\\tbuild\\tstart\\t\\n|npm ci\\n+result\\trelease\\tv7\\n' >>"$work/log"
            : >"$work/pid"
            printf "${{RESULT-0}}" >"$work/result"
            """,
        )
        for path, old, new in (
            ("pocketpaas/entry/handover.py", '"/usr/bin/sudo"', f'"{self.sudo}"'),
            ("pocketpaas/entry/receiver.py", '"/usr/bin/sudo"', f'"{self.sudo}"'),
            ("pocketpaas/operation/work.py", '"systemd-run"', f'"{self.systemd}"'),
        ):
            text = (self.home / path).read_text()
            case.assertIn(old, text)
            (self.home / path).write_text(text.replace(old, new))

    def script(self, name: str, text: str) -> Path:
        """A program of the shell."""
        file = self.root / f"stand-in-{name}"
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    def replace(self, name: str, text: str) -> None:
        """One of the programs becomes one of the shell."""
        (self.home / name).write_text(f"#!/bin/sh\n{text}\n")


class HookTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.programs = Programs(self)
        self.programs.replace(
            "receiver",
            f'printf "%s\\n" "$@" "$PP_BRANCH" "${{SECRET-none}}" >"{self.paths.root}/got"; cat >"$0.tar"',
        )
        self.repository = Repository(self.paths.root / "repo")
        self.repository.write("index.html", "hello")
        self.commit = self.repository.commit('First "commit" $(touch canary)')

    def push(self, branch: str, *lines: str, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", str(self.programs.home / "hooks" / "pre-receive")],
            input=values.encode("".join(f"{line}\n" for line in lines)),
            capture_output=True,
            cwd=self.repository.git_directory,
            env={
                **self.programs.environment,
                **{"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "GIT_DIR": ".", "PP_KEY": "ci", "PP_APP": "shop"},
                **{"PP_BRANCH": branch, "PP_FINGERPRINT": "SHA256:x", "PP_SENT": str(self.paths.root / "sent")},
                **environment,
            },
            check=False,
        )
        self.assertEqual(done.stderr, b"")
        return done.returncode, values.decode(done.stdout)

    def new(self, ref: str, commit: str = "") -> str:
        return f"{NOTHING} {commit or self.commit} {ref}"

    def refused(self, branch: str, *lines: str) -> str:
        code, said = self.push(branch, *lines)
        self.assertEqual(code, 1)
        self.assertTrue(all(line.startswith(" !     ") for line in said.splitlines()), said)
        self.assertFalse((self.paths.root / "got").exists())
        return said

    def test_tags_and_our_own_refs_are_taken(self) -> None:
        code, said = self.push("main", self.new("refs/tags/v1"), self.new("refs/tags/a/b"))
        self.assertEqual(code, 0)
        self.assertEqual(
            said,
            "       Tags are kept; nothing was deployed. To deploy one: git push pocketpaas TAG^{}:refs/heads/main\n",
        )
        self.assertEqual(self.push("main", self.new("refs/pocketpaas/20260101T000000Z-1")), (0, ""))
        self.assertTrue((self.paths.root / "sent").exists())

    def test_the_deploy_branch_goes_to_the_receiver_as_a_tar(self) -> None:
        self.assertEqual(self.push("main", self.new("refs/heads/main"), SECRET="x"), (0, ""))
        self.assertEqual(
            (self.paths.root / "got").read_text().splitlines(), ["shop", self.commit, "ci", "SHA256:x", "main", "none"]
        )
        self.assertTrue(source.is_whole(self.programs.home / "receiver.tar"))

    def test_of_an_app_in_a_directory_only_that_goes(self) -> None:
        self.repository.write("services/api/index.html", "api")
        commit = self.repository.commit("Several")
        pushed = self.push("main", self.new("refs/heads/main", commit), PP_DIRECTORY="services/api", PP_MANIFEST="m")
        self.assertEqual(pushed, (0, ""))
        with tarfile.open(self.programs.home / "receiver.tar") as tar:
            self.assertEqual(tar.getnames(), ["index.html"])

    def test_what_it_includes_of_the_repository_goes_too(self) -> None:
        for path in ("services/api/index.html", "libs/shared/a.js", "libs/other/b.js", "lock.json"):
            self.repository.write(path, path)
        commit = self.repository.commit("Several")
        given = {"PP_DIRECTORY": "services/api", "PP_INCLUDE": "libs/shared\nlock.json"}
        pushed = self.push("main", self.new("refs/heads/main", commit), **given)
        self.assertEqual(pushed, (0, ""))
        with tarfile.open(self.programs.home / "receiver.tar") as tar:
            names = [member.name for member in tar.getmembers() if member.isfile()]
        self.assertEqual(names, ["index.html", "libs/shared/a.js", "lock.json"])
        given["PP_INCLUDE"] = "libs/gone"
        said = self.refused_with(self.new("refs/heads/main", commit), **given)
        self.assertIn("has no libs/gone", said)

    def refused_with(self, line: str, **variables: str) -> str:
        (self.paths.root / "got").unlink()
        code, said = self.push("main", line, **variables)
        self.assertEqual((code, (self.paths.root / "got").exists()), (1, False))
        return said

    def test_an_annotated_tag_stands_for_its_commit_and_a_file_for_nothing(self) -> None:
        self.repository.git("tag", "--annotate", "--message", "x", "v1")
        tag = self.repository.git("rev-parse", "v1")
        self.assertEqual(self.push("", self.new("refs/heads/main", tag))[0], 0)
        self.assertIn(self.commit, (self.paths.root / "got").read_text())
        (self.paths.root / "got").unlink()
        blob = self.repository.git("rev-parse", "HEAD:index.html")
        self.assertIn("is not a commit", self.refused("main", self.new("refs/heads/main", blob)))

    def test_a_receiver_that_refuses_or_reads_nothing(self) -> None:
        self.repository.write("large", b"x" * 3_000_000)
        commit = self.repository.commit("Large")
        self.programs.replace("receiver", "exit 5")
        self.assertEqual(self.push("main", self.new("refs/heads/main", commit)), (1, ""))
        self.programs.replace("receiver", "exit 0")
        self.assertEqual(self.push("main", self.new("refs/heads/main", commit)), (0, ""))

    def test_what_is_turned_away(self) -> None:
        main, feature = self.new("refs/heads/main"), self.new("refs/heads/feature")
        said = self.refused("main", feature)
        self.assertIn("shop deploys from the branch main; you pushed feature, so nothing was deployed.", said)
        self.assertIn("git push pocketpaas feature:main", said)
        self.assertIn("you pushed feature", self.refused("", feature, main))
        self.assertIn("cannot be deleted", self.refused("main", f"{self.commit} {NOTHING} refs/heads/main"))
        self.assertIn("This would make a tag named main", self.refused("", self.new("refs/tags/main")))
        for ref in (
            *("refs/notes/x", "refs/pocketpaas/a/b", "refs/for/main", "HEAD", "refs/heads/$(touch canary)"),
            *("refs/heads/a b", "refs/heads/\udcff", "refs/heads/-x", "refs/pocketpaas/\u0661", "refs/heads/"),
        ):
            with self.subTest(ref):
                self.refused("", self.new(ref))

    def test_a_branch_that_git_could_not_move_is_refused_before_anything_is_deployed(self) -> None:
        lock = self.repository.git_directory / "refs" / "heads" / "main.lock"
        lock.touch()
        said = self.refused("main", self.new("refs/heads/main"))
        self.assertIn("git cannot move the branch main on the host: it is locked", said)
        self.assertIn("Nothing was deployed", said)
        self.assertTrue(lock.exists())
        # One that was left behind goes.
        old = time.time() - 700
        os.utime(lock, (old, old))
        self.assertEqual(self.push("main", self.new("refs/heads/main")), (0, ""))
        self.assertFalse(lock.exists())

    def test_one_that_it_cannot_move_any_more_is_told_of(self) -> None:
        self.programs.replace("receiver", ": >refs/heads/main.lock")
        code, said = self.push("main", self.new("refs/heads/main"))
        self.assertEqual(code, 0)
        self.assertIn("The release is live, but git cannot move the branch main", said)

    def test_a_shallow_push_is_explained(self) -> None:
        (self.repository.git_directory / "shallow").write_text(self.commit + "\n")
        said = self.refused("main", self.new("refs/heads/main"))
        self.assertIn("shallow clone", said)
        self.assertIn("git fetch --unshallow", said)


class WholePushTest(ProgramCase):
    """git push, through the door, git, the hook, the receiver and enter."""

    def setUp(self) -> None:
        super().setUp()
        self.programs = Programs(self)
        self.host = self.paths.app("shop") / "repo.git"
        subprocess.run(["/usr/bin/git", "init", "--quiet", "--bare", str(self.host)], check=True)
        self.repository = Repository(self.paths.root / "repo")
        self.repository.write("index.html", "hello")
        self.commit = self.repository.commit("Caf\u00e9 $(touch canary)")
        self.file("host/disk-needed", "0")
        door = f'export SSH_ORIGINAL_COMMAND="$2" PP_ROOT="{self.paths.root}" PP_LOG="{self.paths.log}"'
        ssh = self.programs.script("ssh", f'{door}; exec "{self.programs.current}/door" "${{KEY-ci}}"')
        self.ssh = {"GIT_SSH": str(ssh), "GIT_SSH_VARIANT": "simple"}

    def push(
        self, *arguments: str, app: str = "shop", repository: Repository | None = None, **more: str
    ) -> tuple[int, str]:
        done = subprocess.run(
            ["/usr/bin/git", "push", f"host:{app}", *arguments],
            cwd=(repository or self.repository).directory,
            env={"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", **self.ssh, **more},
            capture_output=True,
            check=False,
        )
        return done.returncode, values.decode(done.stderr + done.stdout)

    def test_it_deploys(self) -> None:
        code, said = self.push("main")
        self.assertEqual(code, 0, said)
        self.assertIn("Caf\u00e9 $(touch canary)", said)
        for line in ("-----> Building", "       npm ci", "-----> Released v7"):
            self.assertIn(f"remote: {line}", said)
        self.assertTrue(source.is_whole(self.paths.root / "deployed.tar"))
        (spool,) = values.names(self.paths.works)
        kept = {name: values.read(self.paths.work(spool) / name) for name in ("commit", "branch", "who", "app", "args")}
        self.assertEqual(
            kept,
            {"commit": self.commit, "branch": "main", "who": "ci", "app": "shop", "args": f"shop\n{self.commit}"},
        )
        self.assertEqual(self.repository.git("ls-remote", str(self.host), "main").split()[0], self.commit)
        # Once more, and nothing is sent.
        code, said = self.push("main")
        self.assertEqual(code, 0)
        self.assertIn("pocketpaas: nothing was sent, so nothing was deployed; nothing of shop is live", said)

    def test_what_is_refused_leaves_nothing(self) -> None:
        self.repository.write(
            "film.mp4", f"{'version https://git-lfs.github.com/spec/v1'}\noid sha256:{'0' * 64}\nsize 1\n"
        )
        self.repository.commit("A film")
        code, said = self.push("main")
        self.assertEqual(code, 1)
        self.assertIn("Git LFS pointers instead of the files: film.mp4", said)
        self.assertEqual((values.names(self.paths.works), self.repository.git("ls-remote", str(self.host))), ([], ""))

    def test_settings_that_were_never_deployed(self) -> None:
        self.repository.write("pocketpaas.yml", "app: shop\n")
        self.repository.commit("Settings")
        self.assertIn("pocketpaas.yml has never been deployed: run `pocketpaas deploy` once", self.push("main")[1])
        self.assertEqual(values.names(self.paths.works), [])

    def test_who_may_not_and_a_disk_that_is_full(self) -> None:
        self.assertIn("the key ci may not use the app blog", self.push("main", app="blog")[1])
        self.assertIn("not (or no longer) known", self.push("main", KEY="ghost")[1])
        self.file("host/disk-needed", "999999999999")
        self.assertIn("the host's disk has too little room", self.push("main")[1])

    def test_a_push_from_a_shallow_clone(self) -> None:
        self.repository.commit("Second")
        shallow = self.paths.root / "shallow"
        subprocess.run(
            ["/usr/bin/git", "clone", "--quiet", "--depth=1", f"file://{self.repository.directory}", str(shallow)],
            check=True,
        )
        clone = Repository.__new__(Repository)
        clone.directory = shallow
        code, said = self.push("main", repository=clone)
        self.assertEqual(code, 1)
        self.assertIn("This push comes from a shallow clone", said)
        self.assertEqual(values.names(self.paths.works), [])


class DescribeTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.repository = Repository(self.paths.root / "repo")
        self.repository.write("index.html", "hello")
        self.commit = self.repository.commit('First "commit" $(touch canary)')

    def describe(self, commit: str) -> dict[str, str]:
        found = source.describe(commit, self.repository.git_directory)
        assert found is not None
        return found

    def test_a_commit(self) -> None:
        self.repository.write("pocketpaas.yml", "app: shop\n")
        self.repository.write("sub/app.json", "{}")
        second = self.repository.commit("Second")
        self.assertEqual(
            self.describe(second),
            {
                "tree": self.repository.git("rev-parse", f"{second}^{{tree}}"),
                "subject": "Second",
                "author": 'Ann "\u00e9" $(touch canary)',
                "roots": self.commit,
                "blobs/pocketpaas.yml": self.repository.git("rev-parse", f"{second}:pocketpaas.yml"),
            },
        )
        self.assertEqual(self.describe(self.commit)["subject"], 'First "commit" $(touch canary)')

    def test_an_app_in_a_directory(self) -> None:
        self.repository.write("pocketpaas.yml", "app: top\n")
        self.repository.write("app.json", "{}")
        self.repository.write("services/api/pocketpaas.yml", "app: shop\n")
        self.repository.write("services/api/src/app.json", "{ }")
        self.repository.write("services/apiary/.git-not", "")
        commit = self.repository.commit("Several")

        def blobs(place: Place) -> tuple[str, str, str]:
            found = source.describe(commit, self.repository.git_directory, place=place)
            assert found is not None
            return found["tree"], found.get("blobs/pocketpaas.yml", ""), found.get("blobs/app.json", "")

        def id_of(path: str) -> str:
            return self.repository.git("rev-parse", f"{commit}:{path}")

        manifest = "services/api/pocketpaas.yml"
        self.assertEqual(blobs(Place("services/api", manifest)), (id_of("services/api"), id_of(manifest), ""))
        inner = id_of("services/api/src"), id_of(manifest), id_of("services/api/src/app.json")
        self.assertEqual(blobs(Place("services/api/src", manifest)), inner)
        self.assertEqual(blobs(Place("services/api"))[1:], (id_of("pocketpaas.yml"), ""))
        for path in ("services/ap", "nothing", "app.json"):
            with self.subTest(path), self.assertRaisesRegex(Refused, f"has no directory {path}"):
                blobs(Place(path))

    def test_an_app_that_includes_what_is_beside_it(self) -> None:
        for path in ("api/index.html", "api/taken/x", "libs/shared/a.js", "libs/.gitmodules", "taken/y", "lock.json"):
            self.repository.write(path, path)
        commit = self.repository.commit("Several")
        alone = self.repository.git("rev-parse", f"{commit}:api")

        def tree(include: str) -> str:
            found = source.describe(commit, self.repository.git_directory, place=Place("api", "", include))
            assert found is not None
            return found["tree"]

        both = tree("libs/shared\nlock.json")
        self.assertNotEqual(both, alone)
        listed = self.repository.git("ls-tree", "-r", "--name-only", both).splitlines()
        self.assertEqual(listed, ["index.html", "libs/shared/a.js", "lock.json", "taken/x"])
        self.assertEqual(tree("lock.json\nlibs/shared"), both)
        self.repository.write("other/file", "changed")
        commit = self.repository.commit("Elsewhere")
        self.assertEqual(tree("libs/shared\nlock.json"), both)
        self.repository.write("libs/shared/a.js", "changed")
        commit = self.repository.commit("In what it includes")
        self.assertNotEqual(tree("libs/shared\nlock.json"), both)
        for path, text in (("gone", "has no gone"), ("taken", "a taken of its own"), ("lib", "has no lib")):
            with self.subTest(path), self.assertRaisesRegex(Refused, text):
                tree(path)
        self.assertEqual(list(self.repository.git_directory.glob("pocketpaas-index*")), [])

    def test_only_what_is_in_the_apps_directory_keeps_it_from_being_shipped(self) -> None:
        self.repository.write("api/index.html", "x")
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n"
        self.repository.write("films/film.mp4", pointer)
        commit = self.repository.commit("A film")
        for directory, lfs in (("", True), ("api", False), ("films", True)):
            found = source.describe(commit, self.repository.git_directory, place=Place(directory))
            assert found is not None
            self.assertEqual("lfs" in found, lfs, directory)

    def test_a_place_is_what_the_settings_say_as_long_as_it_is_a_path(self) -> None:
        for text, place in (("a/b", Place("a/b", "")), ("../x", TOP), ("", TOP), ("a b$(id)", TOP)):
            self.file("app-settings/source/directory", text)
            self.assertEqual(Place.of_settings(self.paths.root / "app-settings"), place)
        self.file("app-settings/source/include", "libs\n../x\nlock.json")
        self.assertEqual(Place.of_settings(self.paths.root / "app-settings").included, ())
        self.file("app-settings/source/directory", "api")
        self.assertEqual(Place.of_settings(self.paths.root / "app-settings").included, ("libs", "lock.json"))

    def test_what_is_no_commit(self) -> None:
        blob = self.repository.git("rev-parse", "HEAD:index.html")
        for word in ("1" * 40, "", "$(id)", blob):
            self.assertIsNone(source.describe(word, self.repository.git_directory), word)

    def test_hostile_subjects_travel(self) -> None:
        for text in HOSTILE:
            if text:
                self.repository.git("commit", "--quiet", "--allow-empty", "--file", "-", given=values.encode(text))
                found = self.describe(self.repository.git("rev-parse", "HEAD"))
                self.assertEqual(tree.parse(tree.text(found)), found)
                self.assertLessEqual(len(values.encode(found["subject"])), 1000)

    def test_submodules_and_lfs_pointers(self) -> None:
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
        self.repository.write("a film.mp4", pointer)
        self.repository.write("the same\n.mp4", pointer)
        self.repository.write("about.md", "About\nversion https://git-lfs.github.com/spec/v1\n" + "and is none. " * 5)
        self.repository.write("small", "version https://git-lfs.github.com/spec/v1\n")
        self.repository.write("large", pointer + "x" * 1000)
        self.repository.commit("Third")
        self.repository.git("update-index", "--add", "--cacheinfo", f"160000,{self.commit},vendor/lib")
        self.repository.git("commit", "--quiet", "--message", "Fourth")
        found = self.describe("HEAD")
        self.assertEqual(found["submodules"], "vendor/lib")
        self.assertEqual(found["lfs"], "a film.mp4\nthe same\n.mp4")
        for name in ("submodules", "lfs"):
            with self.assertRaises(Refused) as caught:
                source.refuse_unshippable({name: found[name]})
            self.assertEqual(caught.exception.cause, name)

    def test_entries_named_dotgit_in_any_case(self) -> None:
        blob = self.repository.git("rev-parse", "HEAD:index.html")
        for name in (".git", ".GIT", ".gIt"):
            inner = self.repository.git("mktree", given=f"100644 blob {blob}\tconfig\n".encode())
            outer = self.repository.git("mktree", given=f"040000 tree {inner}\t{name}\n".encode())
            commit = self.repository.git("commit-tree", "-m", "x", outer)
            self.assertEqual(self.describe(commit)["dotgit"], f"{name}/config")
        with self.assertRaisesRegex(Refused, "a path named .git"):
            source.refuse_unshippable({"dotgit": ".git/config"})
        self.assertNotIn("dotgit", self.describe(self.commit))
        self.repository.write(".gitignore", "")
        self.repository.write(".github/x", "")
        self.assertNotIn("dotgit", self.describe(self.repository.commit("x")))

    def test_commits_without_their_history_are_no_beginning(self) -> None:
        tree_id = self.repository.git("rev-parse", "HEAD^{tree}")
        snapshot = self.repository.git("commit-tree", "-m", "Shop\n\nPocketPaaS-Snapshot: yes", tree_id)
        self.assertEqual(self.describe(snapshot)["roots"], "")
        merged = self.repository.git("commit-tree", "-m", "x", "-p", snapshot, "-p", self.commit, tree_id)
        self.assertEqual(self.describe(merged)["roots"], self.commit)

    def test_a_settings_file_that_is_a_link_is_none(self) -> None:
        (self.repository.directory / "pocketpaas.yml").symlink_to("index.html")
        self.assertNotIn("blobs/pocketpaas.yml", self.describe(self.repository.commit("x")))

    def test_latin_1_names_and_authors(self) -> None:
        self.repository.write(b"caf\xe9/pocketpaas.yml", "x")
        self.repository.write(b"caf\xe9.mp4", f"version https://git-lfs.github.com/spec/v1\noid {'0' * 64}\n")
        self.repository.git("add", "--all")
        latin = ("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "--file", "-")
        self.repository.git(*latin, given=b"Caf\xe9", more={"GIT_AUTHOR_NAME": "Ren\udce9"})
        found = self.describe("HEAD")
        self.assertEqual(found["lfs"], "caf\udce9.mp4")
        self.assertEqual((found["subject"], found["author"]), ("Caf\u00e9", "Ren\u00e9"))

    def test_a_huge_tree(self) -> None:
        blob = self.repository.git("rev-parse", "HEAD:index.html")
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n".encode()
        other = self.repository.git("hash-object", "-w", "--stdin", given=pointer)
        lines = "".join(f"100644 blob {other if n % 2 else blob}\tfile-{n:06}\n" for n in range(20_000))
        commit = self.repository.git("commit-tree", "-m", "x", self.repository.git("mktree", given=lines.encode()))
        before = time.monotonic()
        found = self.describe(commit)
        self.assertEqual(len(found["lfs"]), 1000)
        self.assertLess(time.monotonic() - before, 10)


class StoreTest(ProgramCase):
    def store(self, data: bytes) -> Path:
        file = self.paths.root / "source.tar"
        (self.paths.root / "sent").write_bytes(data)
        with open(self.paths.root / "sent", "rb") as sent:
            source.store(sent.fileno(), file)
        return file

    def test_all_of_it_private(self) -> None:
        self.assertEqual(self.store(b"x" * 3_000_000).stat().st_size, 3_000_000)
        self.assertEqual(self.store(b"").stat().st_mode & 0o777, 0o600)

    def test_one_that_is_too_large(self) -> None:
        self.patch(source, "SOURCE_BYTES", 1000)
        self.store(b"x" * 1000)
        with self.assertRaisesRegex(Refused, "the source has more than"):
            self.store(b"x" * 1001)

    def test_a_full_disk(self) -> None:
        with open("/dev/zero", "rb") as zero, self.assertRaisesRegex(Refused, "disk full"):
            source.store(zero.fileno(), Path("/dev/full"))

    def test_a_tar_that_was_cut_off_is_not_whole(self) -> None:
        repository = Repository(self.paths.root / "repo")
        repository.write("a", b"x" * 5000)
        commit = repository.commit("x")
        with source.archive(commit, repository.git_directory) as archive:
            assert archive.stdout is not None
            source.store(archive.stdout.fileno(), self.paths.root / "source.tar")
        data = (self.paths.root / "source.tar").read_bytes()
        self.assertTrue(source.is_whole(self.store(data)))
        for cut in (
            b"",
            data[:100],
            data[:3000],
            data.rstrip(b"\0") + b"\0" * 600,
            data[:512] + b"x" * 512 + data[1024:512],
            b"\0" * 1023,
        ):
            self.assertFalse(source.is_whole(self.store(cut)), len(cut))
        self.assertFalse(source.is_whole(self.paths.root / "nosuch"))


if __name__ == "__main__":
    unittest.main()
