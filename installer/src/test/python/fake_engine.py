"""A Docker engine for tests: the part of its API that the host programs use, on a socket of the test's own. It keeps
what it is given and writes down what it is asked."""

from __future__ import annotations

import fnmatch
import hashlib
import io
import json
import os
import re
import shutil
import socketserver
import struct
import tarfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Callable
from urllib.parse import parse_qsl, urlsplit

from host_fixture import HostCase
from pocketpaas.engine.client import Engine
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work

Answer = tuple[int, Any]
#: The state that the engine's list still shows of a container.
_LISTED = "listed"


def frame(kind: int, data: bytes) -> bytes:
    """A piece of a container's output as the engine sends it."""
    return struct.pack(">BxxxL", kind, len(data)) + data


class FakeEngine:
    """`containers`, `images` and `volumes` are the engine's documents by id or name; `calls` what it was asked, as
    `METHOD PATH`. `refusals` are patterns of calls, each with the answer that it gets instead."""

    def __init__(self, directory: Path) -> None:
        self.socket = directory / "docker.sock"
        self.pid_file = directory / "docker.pid"
        self.calls: list[str] = []
        self.queries: list[dict[str, str]] = []
        self.containers: dict[str, dict[str, Any]] = {}
        self.images: list[dict[str, Any]] = []
        #: What can be pulled: documents of images by REPOSITORY@DIGEST.
        self.registry: dict[str, dict[str, Any]] = {}
        self.volumes: dict[str, dict[str, Any]] = {}
        self.networks: dict[str, dict[str, Any]] = {}
        self.refusals: dict[str, Answer] = {}
        #: What it says of itself, and tars that it has loaded.
        self.info: dict[str, Any] = {}
        self.version: dict[str, Any] = {}
        self.loaded: list[bytes] = []
        #: What containerd has, by their SHA-256.
        self.blobs: dict[str, bytes] = {}
        self.logs: dict[str, bytes] = {}
        self.archives: dict[str, bytes] = {}
        self.events: list[dict[str, Any]] = []
        #: Where new volumes have their files; nowhere unless a test says so.
        self.mounts = Path("/nowhere")
        #: What `docker save` gives of each image, by id.
        self.saved: dict[str, bytes] = {}
        #: What `docker load` makes of it; of another one what is in the tar.
        self.loads: dict[bytes, dict[str, Any]] = {}
        #: What a container that is started becomes.
        self.started: dict[str, Any] = {"Status": "running", "Pid": os.getpid(), "ExitCode": 0}
        self.on_start: Callable[[str], None] = lambda container: None
        self._lock = threading.Lock()
        self._server: socketserver.ThreadingUnixStreamServer | None = None

    def begin(self) -> None:
        """Listens from here on."""
        fake = self

        class Handler(_Handler):
            engine = fake

        self.socket.unlink(missing_ok=True)
        server = _Server(str(self.socket), Handler)
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def end(self) -> None:
        """Is away."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
            self.socket.unlink(missing_ok=True)

    def add(self, container: str, slot: str, state: str = "running", **labels: str) -> None:
        """A container of the app shop: release 1, web.1 unless said otherwise."""
        found = {"app": "shop", "release": "1", "type": "web", "slot": slot, "instance": "1", **labels}
        self.containers[container] = {
            "Id": container,
            "Config": {"Labels": {f"pocketpaas.{name}": value for name, value in found.items()}, "Tty": False},
            "State": {"Status": state, "Pid": os.getpid() if state == "running" else 0, "ExitCode": 0},
            "HostConfig": {"Memory": 0, "NanoCpus": 0},
            "NetworkSettings": {"Networks": {"pocketpaas-shop": {"IPAddress": "127.0.0.32"}}},
            "RestartCount": 0,
        }

    def asked(self, pattern: str) -> list[str]:
        """The calls that match, in their order."""
        return [call for call in self.calls if re.search(pattern, call)]

    # ------------------------------------------------------------ what it does

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        """The status and the document (or bytes)."""
        call = f"{method} {path}"
        with self._lock:
            self.calls.append(call)
            self.queries.append(query)
        for pattern, refusal in self.refusals.items():
            if re.search(pattern, call):
                return refusal
        filters = json.loads(query.get("filters", "{}"))
        kind, _, rest = path.removeprefix("/").partition("/")
        name, _, what = rest.rpartition("/") if "/" in rest else (rest, "", "")
        if kind == "containers":
            return self._containers(method, name, what, query, filters, body)
        if (method, path) == ("POST", "/images/load"):
            return self._load(body)
        if kind == "images":
            return self._images(method, rest, query, filters)
        if kind == "volumes":
            return self._volumes(method, rest, filters, body)
        if kind == "networks":
            return self._networks(method, rest, filters, body)
        if kind in ("info", "version"):
            return 200, self.info if kind == "info" else self.version
        if kind == "events":
            return 200, b"".join(json.dumps(one).encode() + b"\n" for one in self.events)
        if kind == "commit":
            committed = "sha256:" + "c" * 64
            self.images.append({"Id": committed})
            return 201, {"Id": committed}
        return 200, {}

    def _containers(
        self, method: str, name: str, what: str, query: dict[str, str], filters: dict[str, list[str]], body: bytes
    ) -> Answer:
        if name == "json" and not what:
            return 200, [self._summary(one) for one in list(self.containers.values()) if _matches(one, filters)]
        if name == "create":
            return self._create(query.get("name", ""), json.loads(body))
        found = self.containers.get(name)
        if found is None:
            return 404, {"message": f"No such container: {name}"}
        if method == "DELETE":
            del self.containers[name]
        elif what == "json":
            found.pop(_LISTED, None)
            return 200, found
        elif what in ("start", "restart"):
            ids = [one.get("Id") for one in self.networks.values()]
            for there in found["NetworkSettings"]["Networks"].values():
                if there.get("NetworkID") and there["NetworkID"] not in ids:
                    return 404, {"message": f"network {there['NetworkID']} not found"}
            found["State"].update(self.started)
            self.on_start(name)
        elif what in ("stop", "kill"):
            # As the engine does: its list knows a moment later, or as soon as somebody has inspected it.
            found.setdefault(_LISTED, found["State"]["Status"])
            found["State"].update(Status="exited", Pid=0)
        elif what in ("pause", "unpause"):
            found["State"].update(Status="paused" if what == "pause" else "running")
        elif what == "update":
            found["HostConfig"].update(json.loads(body))
        elif what == "wait":
            return 200, {"StatusCode": found["State"]["ExitCode"]}
        elif what in ("logs", "attach"):
            return 200, self.logs.get(name, b"")
        elif what == "archive" and method == "GET":
            return (200, self.archives[name]) if name in self.archives else (404, {"message": "no such file"})
        elif what == "archive":
            self.archives[name] = body
        return 204, b""

    def _create(self, name: str, document: dict[str, Any]) -> Answer:
        with self._lock:
            container = f"{len(self.containers) + 1:064x}"
            self.containers[container] = {
                "Id": container,
                "Name": name,
                "Created": document,
                "Config": {
                    "Labels": document.get("Labels") or {},
                    "Tty": bool(document.get("Tty")),
                    "Cmd": document.get("Cmd"),
                },
                "State": {"Status": "created", "Pid": 0, "ExitCode": 0},
                "HostConfig": dict(document.get("HostConfig") or {}),
                "NetworkSettings": {"Networks": {}},
                "RestartCount": 0,
            }
        return 201, {"Id": container}

    @staticmethod
    def _summary(document: dict[str, Any]) -> dict[str, Any]:
        return {
            "Id": document["Id"],
            "Labels": document["Config"]["Labels"],
            "State": document.get(_LISTED, document["State"]["Status"]),
        }

    def _images(self, method: str, rest: str, query: dict[str, str], filters: dict[str, list[str]]) -> Answer:
        if rest == "get":
            named = [one["Id"] for one in self.images if query["names"] in (one["Id"], *one.get("RepoTags", ()))]
            return (200, self.saved[named[0]]) if named else (404, {"message": "no such image"})
        if rest == "json":
            return 200, [one for one in self.images if _matches({"Config": one, **one}, filters)]
        if rest == "create":
            digest = f"{query['fromImage']}@{query['tag']}"
            if digest not in self.registry:
                return 404, {"message": "no registry"}
            self.images.append({**self.registry[digest], "RepoDigests": [digest]})
            return 200, b'{"status":"Already exists","progressDetail":{},"id":"471f4d49d49a"}\n'
        name, tagged = rest.removesuffix("/json"), rest.removesuffix("/tag")
        for one in self.images:
            if tagged == one["Id"] and method == "POST":
                one["RepoTags"] = [*one.get("RepoTags", ()), f"{query['repo']}:{query['tag']}"]
                return 201, b""
            if name == one["Id"] or name in one.get("RepoTags", ()) or name in one.get("RepoDigests", ()):
                if method == "DELETE":
                    tagged_so = name in one.get("RepoTags", ())
                    for kind in ("RepoTags", "RepoDigests"):
                        one[kind] = [other for other in one.get(kind, ()) if other != name]
                    if name == one["Id"] or tagged_so and not one["RepoTags"] and not one["RepoDigests"]:
                        self.images.remove(one)
                return 200, [] if method == "DELETE" else one
        return 404, {"message": f"No such image: {name}"}

    def _load(self, body: bytes) -> Answer:
        """Takes a layer that is not in the tar only where it has that one above the same others."""
        self.loaded.append(body)
        if body in self.loads:
            self.images.append(dict(self.loads[body]))
            return 200, b'{"stream":"Loaded image"}\n'
        tar = tarfile.open(fileobj=io.BytesIO(body))
        texts = {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]
        if "oci-layout" in texts:
            return self._load_layout(texts)
        manifest = json.loads(texts["manifest.json"])[0]
        config = texts[manifest["Config"]]
        layers = json.loads(config)["rootfs"]["diff_ids"]
        for number, name in enumerate(manifest["Layers"], 1):
            has = any((one.get("RootFS") or {}).get("Layers", [])[:number] == layers[:number] for one in self.images)
            if name not in texts and not has:
                return 200, b'{"errorDetail":{"message":"x"},"error":"open layer.tar: no such file"}\n'
            if name in texts and f"sha256:{hashlib.sha256(texts[name]).hexdigest()}" != layers[number - 1]:
                return 200, b'{"error":"invalid diffID"}\n'
        digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
        document = {"Id": digest, "RepoTags": manifest["RepoTags"], "RootFS": {"Layers": layers}}
        self.images.append({**document, "Os": "linux", "Architecture": "amd64", "Config": {}})
        return 200, b'{"stream":"Loaded image"}\n'

    def _load_layout(self, texts: dict[str, bytes]) -> Answer:
        """As containerd does: with blobs that it has from before."""
        for name, data in texts.items():
            if name.startswith("blobs/sha256/"):
                if hashlib.sha256(data).hexdigest() != name.removeprefix("blobs/sha256/"):
                    return 500, {"message": f"unexpected commit digest of {name}"}
                self.blobs[name.removeprefix("blobs/sha256/")] = data
        entry = json.loads(texts["index.json"])["manifests"][0]
        manifest = json.loads(self.blobs[entry["digest"][7:]])
        for one in manifest["layers"]:
            if len(self.blobs.get(one["digest"][7:], b"")) != one["size"]:
                return 200, b'{"error":"failed to get reader from content store: not found"}\n'
        name = entry["annotations"]["io.containerd.image.name"].removeprefix("docker.io/library/")
        config = json.loads(self.blobs[manifest["config"]["digest"][7:]])
        document = {"Id": entry["digest"], "RepoTags": [name], "RootFS": {"Layers": config["rootfs"]["diff_ids"]}}
        self.images.append({**document, "Os": "linux", "Architecture": "amd64", "Config": {}})
        return 200, b'{"stream":"Loaded image"}\n'

    def _volumes(self, method: str, rest: str, filters: dict[str, list[str]], body: bytes) -> Answer:
        if rest == "create":
            document = json.loads(body)
            mount = self.mounts / document["Name"] / "_data"
            if self.mounts.is_dir():
                mount.mkdir(parents=True)
            self.volumes[document["Name"]] = {"Driver": "local", **document, "Mountpoint": str(mount)}
            return 201, self.volumes[document["Name"]]
        if not rest:
            return 200, {"Volumes": [one for one in self.volumes.values() if _matches({"Config": one}, filters)]}
        if rest not in self.volumes:
            return 404, {"message": "no such volume"}
        if method == "DELETE":
            shutil.rmtree(self.volumes.pop(rest)["Mountpoint"], ignore_errors=True)
            return 204, b""
        return 200, self.volumes[rest]

    def _networks(self, method: str, rest: str, filters: dict[str, list[str]], body: bytes) -> Answer:
        if rest == "create":
            document = json.loads(body)
            self.networks[document["Name"]] = {**document, "Id": "n" + document["Name"]}
            return 201, {"Id": "n" + document["Name"]}
        if not rest:
            return 200, [one for one in self.networks.values() if _matches({"Config": one, **one}, filters)]
        network, _, what = rest.partition("/")
        if what and network in self.networks:
            return self._plug(network, what, json.loads(body))
        name = next((one for one, document in self.networks.items() if rest in (one, document.get("Id"))), "")
        if not name:
            return 404, {"message": "no such network"}
        if method == "DELETE":
            del self.networks[name]
            return 204, b""
        return 200, self.networks[name]

    def _plug(self, network: str, what: str, document: dict[str, Any]) -> Answer:
        found = self.containers.get(document["Container"])
        if found is None:
            return 404, {"message": "No such container"}
        there = found["NetworkSettings"]["Networks"]
        if what == "connect" and network in there:
            return 403, {"message": "endpoint exists already"}
        if what == "connect":
            there[network] = {"IPAddress": "10.213.4.200", "NetworkID": self.networks[network].get("Id", "")}
        else:
            there.pop(network, None)
        return 200, b""


def _matches(document: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    labels = document["Config"].get("Labels") or {}
    for label in filters.get("label", ()):
        name, equals, value = label.partition("=")
        if name not in labels or (equals and labels[name] != value):
            return False
    if "status" in filters and document["State"]["Status"] not in filters["status"]:
        return False
    if "reference" in filters:
        tags = document.get("RepoTags") or ()
        names = [*tags, *(tag.rpartition(":")[0] for tag in tags)]
        return any(fnmatch.fnmatchcase(name, wanted) for name in names for wanted in filters["reference"])
    return "id" not in filters or document["Id"] in filters["id"]


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asked has gone away before the answer."""


class _Handler(BaseHTTPRequestHandler):
    engine: FakeEngine
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Api-Version", "1.43")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _do(self) -> None:
        parts = urlsplit(self.path)
        path = re.sub(r"^/v1\.[0-9]+", "", parts.path)
        status, document = self.engine.answer(self.command, path, dict(parse_qsl(parts.query)), self._body())
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        if self.headers.get("Upgrade"):
            self.wfile.write(b"HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n" + data)
            self.close_connection = True
            return
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if status != 204:
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = _do

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while length := int(self.rfile.readline(), 16):
            data += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def address_string(self) -> str:
        return "test"

    def log_message(self, *_arguments: object) -> None:
        pass


class EngineCase(HostCase):
    """A test with a host and an engine of its own: `self.fake`, `self.engine`, the app shop, and an operation of it."""

    def setUp(self) -> None:
        super().setUp()
        self.fake = FakeEngine(self.paths.root)
        self.fake.begin()
        self.addCleanup(self.fake.end)
        self.engine = Engine(self.paths, self.fake.socket, self.fake.pid_file)
        self.state("host/domain", "example.org")
        self.state("apps/shop/network", "127.0.0.0/24")
        self.operation = self.operation_of("restart")

    def operation_of(self, kind: str) -> Operation:
        """An operation of shop by ann."""
        directory = self.paths.work("20260131T120000Z-12345678")
        directory.mkdir(exist_ok=True)
        work = Work(directory.name, directory)
        return Operation(self.paths, self.reporter, self.engine, work, "shop", kind, "ann")

    def state(self, path: str, text: str) -> Path:
        """Writes a value of the state."""
        file = self.paths.root / path
        self.tree(self.paths.root, {path: text})
        return file

    def read(self, path: str) -> str:
        """A value of the state."""
        return (self.paths.root / path).read_text()
