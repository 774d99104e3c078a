"""Files into and out of a process's container, and a connection to a port of it."""

from __future__ import annotations

import base64
import io
import json
import os
import socket
import sys
import tarfile
import tempfile
import threading
import unittest
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from fake_engine import EngineCase
from pocketpaas.engine.client import EngineError
from pocketpaas.machine.client import Client
from pocketpaas.failure import Failure
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.request import Request
from pocketpaas.query import connect, files, owner
from pocketpaas.release import listeners, slots
from pocketpaas.state import tree
from program_fixture import Said, streams
from test_query_run import encoded

_DIRECTORY, _LINK = 1 << 31, 1 << 27


class ProcessCase(EngineCase):
    def setUp(self) -> None:
        super().setUp()
        for module in (files, connect):
            self.patch(module, "Engine", lambda paths: self.engine)
        self.tree(self.paths.release("shop", 1), {"image": "sha256:" + "1" * 64, "port": "5000"})
        slots.prepare(self.paths, "shop", "blue", 1)
        slots.switch(self.paths, "shop", "blue")
        self.fake.add("web1", "blue")
        self.fake.containers["web1"]["Config"]["WorkingDir"] = "/app"

    def patch(self, place: Any, name: str, value: Any) -> None:
        patcher = mock.patch.object(place, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)


class FilesCase(ProcessCase):
    def setUp(self) -> None:
        super().setUp()
        self.stats: dict[str, tuple[int, str]] = {"/app/": (_DIRECTORY, ""), "/": (_DIRECTORY, "")}
        self.patch(self.engine, "head", self.head)
        self.patch(files, "owner_of", lambda pid: (1000, 1001))

    def head(self, path: str, query: Mapping[str, str]) -> Mapping[str, str]:
        if query["path"] not in self.stats:
            raise EngineError(404, "no such file")
        mode, target = self.stats[query["path"]]
        document = {"name": "x", "size": 1, "mode": mode, "linkTarget": target}
        return {"x-docker-container-path-stat": base64.b64encode(json.dumps(document).encode()).decode()}

    def did(self, given: bytes, *words: str) -> tuple[int, Said]:
        with streams(given) as said:
            request = Request(self.paths, Reporter(), "ann", "files", ("shop", *words), sys.stdin.buffer)
            try:
                code = files.serve(request)
            except Failure as failure:
                Reporter().failed(failure)
                code = failure.code
        return code, said

    def put(self, path: str, name: str, kind: str, tar: bytes) -> tuple[int, Said]:
        return self.did(tree.text({"path": path, "name": name, "kind": kind}) + tar, "put", "web.1")

    def unpacked(self) -> dict[str, tarfile.TarInfo]:
        with tarfile.open(fileobj=io.BytesIO(self.fake.archives["web1"])) as tar:
            return {entry.name: entry for entry in tar}

    def asked_path(self) -> str:
        return [query["path"] for query in self.fake.queries if "path" in query][-1]


def tar_of(*entries: tuple[str, bytes | str | None]) -> bytes:
    """Bytes are a file, a text is a link to it, None a directory."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            entry.mode, entry.uid, entry.uname = 0o4755, 7, "somebody"
            if content is None:
                entry.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, content
            else:
                entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content) if isinstance(content, bytes) else None)
    return out.getvalue()


class PutTest(FilesCase):
    def test_a_file_into_a_directory_belongs_to_the_app(self) -> None:
        code, said = self.put("/app/", "a b", "file", tar_of(("content", b"\0\xff\r\n")))
        self.assertEqual((code, said.lines[-1]), (0, "+result\tpath\t/app/a b"))
        entry = self.unpacked()["a b"]
        self.assertEqual((entry.uid, entry.gid, entry.uname, entry.mode), (1000, 1001, "", 0o755))
        self.assertEqual(self.asked_path(), "/app")
        with tarfile.open(fileobj=io.BytesIO(self.fake.archives["web1"])) as tar:
            self.assertEqual(tar.extractfile("a b").read(), b"\0\xff\r\n")  # type: ignore[union-attr]
        self.assertIn('"what":"copy to web.1","result":"0"', (self.paths.log / "events.jsonl").read_text())

    def test_a_new_name_relative_to_the_working_directory_and_a_directory(self) -> None:
        given = tar_of(("content/", None), ("content/s\u00fcb/$(id)", b"x"), ("content/l", "s\u00fcb/$(id)"))
        code, said = self.put("new", "old", "directory", given)
        self.assertEqual((code, said.lines[-1]), (0, "+result\tpath\t/app/new"))
        self.assertEqual(list(self.unpacked()), ["new", "new/s\u00fcb/$(id)", "new/l"])

    def test_what_cannot_be_there(self) -> None:
        self.stats["/app/file"] = (0, "")
        for path, name, kind, code in (
            ("/none/x", "x", "file", 4),
            ("/app/x/", "x", "file", 4),
            ("/app/file", "x", "directory", 4),
            ("/app/", "..", "file", 2),
            ("/app/", "a/b", "file", 2),
            ("/app/", "", "file", 2),
            ("/app/", "x", "device", 2),
            ("/" + "x" * 5000, "x", "file", 2),
        ):
            found, _ = self.put(path, name, kind, tar_of(("content", b"x")))
            self.assertEqual(found, code, (path, name, kind))
        self.assertEqual(self.fake.archives, {})

    def test_a_tar_that_is_cut_off_or_holds_something_else_is_refused(self) -> None:
        whole = tar_of(("content", b"x" * 4000))
        for given in (
            whole[:2000],
            tar_of(("other", b"x")),
            tar_of(("content/../../x", b"x")),
            b"no tar" * 200,
        ):
            code, said = self.put("/app/", "x", "file", given)
            self.assertEqual(code, 2, said.lines)
        self.assertNotIn("web1", self.fake.archives)

    def test_an_engine_that_refuses(self) -> None:
        self.fake.refusals["PUT .*/archive"] = (403, {"message": "mounted volume is marked read-only"})
        code, said = self.put("/app/", "x", "file", tar_of(("content", b"x")))
        self.assertEqual(code, 5)
        self.assertIn("read-only", said.lines[0])


class GetTest(FilesCase):
    def test_a_link_is_followed_and_the_tar_comes_as_it_is(self) -> None:
        self.stats["/app/log"] = (_LINK, "/var/log/app")
        self.stats["/var/log/app"] = (_DIRECTORY, "")
        self.fake.archives["web1"] = b"\0tar"
        code, said = self.did(b"", "get", "web.1", encoded("log/."))
        self.assertEqual((code, said.out, said.err), (0, b"\0tar", b""))
        self.assertEqual(self.asked_path(), "/var/log/app")

    def test_what_is_not_there(self) -> None:
        for words, code in (
            (("get", "web.1", encoded("/none")), 4),
            (("get", "web.2", encoded("/app")), 4),
            (("get", "../x", encoded("/app")), 2),
            (("get", "web.1", "!"), 2),
            (("get", "web.1"), 2),
            (("take", "web.1", encoded("/app")), 2),
            (("get", "web.1", encoded("x" * 5000)), 2),
        ):
            found, said = self.did(b"", *words)
            self.assertEqual((found, said.out, said.told[0].split("\t")[0]), (code, b"", "+fail"), words)


class OwnerTest(unittest.TestCase):
    def test_the_program_behind_an_init_inside_a_user_namespace(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            proc = Path(name)
            for path, text in {
                "9/comm": "docker-init\n",
                "9/task/9/children": "10 \n",
                "10/comm": "node\n",
                "10/status": "Name:\tnode\nUid:\t0\t101000\t0\t0\nGid:\t0\t100100\t0\t0\n",
                "10/uid_map": "         0     100000      65536\n",
                "10/gid_map": "         0          0 4294967295\n",
            }.items():
                (proc / path).parent.mkdir(parents=True, exist_ok=True)
                (proc / path).write_text(text)
            self.assertEqual(owner.owner_of(9, proc), (1000, 100100))

    def test_this_process(self) -> None:
        self.assertEqual(owner.owner_of(os.getpid()), (os.geteuid(), os.getegid()))


class ConnectTest(ProcessCase):
    def did(self, *words: str) -> tuple[int, Said]:
        with streams(b"") as said:
            code = connect.serve(
                Request(self.paths, self.reporter, "ann", "connect", ("shop", *words), sys.stdin.buffer)
            )
        return code, said

    def test_the_streams_are_the_port_inside(self) -> None:
        asked: list[Any] = []
        near, far = socket.socketpair()
        self.addCleanup(far.close)

        def connected(pid: int, addresses: Any, port: int) -> socket.socket:
            asked.append((pid, addresses, port))
            threading.Thread(target=lambda: (far.sendall(b"\0answer"), far.close())).start()
            return near

        self.patch(connect.listeners, "connected_inside", connected)
        code, said = self.did("web", "-")
        self.assertEqual((code, said.out), (0, b"\0answer"))
        self.assertEqual(asked, [(os.getpid(), ("127.0.0.1", "::1", "127.0.0.32"), 5000)])

    def test_nobody_listens(self) -> None:
        self.patch(connect.listeners, "connected_inside", mock.Mock(side_effect=ConnectionRefusedError))
        self.patch(connect.listeners, "of_process", lambda pid: {3000: listeners.Reach.OPEN})
        code, said = self.did("web.1", "9229")
        self.assertEqual(code, 5)
        self.assertEqual(said.told[1], "+hint\tit listens on: 3000")

    def test_what_is_no_place(self) -> None:
        for words, code in (
            (("web.1", "0"), 2),
            (("web.1", "65536"), 2),
            (("web.1", "x"), 2),
            (("../x", "80"), 2),
            (("worker", "80"), 4),
        ):
            self.assertEqual(self.did(*words)[0], code, words)

    def test_a_client_that_goes_away_ends_it(self) -> None:
        near, far = socket.socketpair()
        self.addCleanup(far.close)
        self.patch(connect.listeners, "connected_inside", lambda *_arguments: near)
        self.patch(connect.Client, "of_this_process", lambda: Client(2**22, "1"))
        self.assertEqual(self.did("web", "-")[0], 129)


if __name__ == "__main__":
    unittest.main()
