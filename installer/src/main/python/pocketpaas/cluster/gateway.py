"""From a machine's nginx to the processes of an app, wherever they run. A machine cannot reach the addresses of an
overlay network, so on each runs a gateway for each app, which is in that network: the machine's own nginx program in an
empty container. It listens at sockets in a directory of the machine, one for each slot, so no port is open anywhere,
and looks up the addresses of a slot's processes itself, each second: what the managers start elsewhere is found with
nothing of ours at work.

A gateway that starts makes sockets of its own, and then puts links to them in place by rename. One that is replaced
(an app listens on another port, or the programs are newer) ends only when the links lead to its successor, with the
requests that it has: so no request is lost by it. A name of a socket begins with what its gateway was made from, which
tells whether the one that is wanted is at work."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pocketpaas import rules
from pocketpaas.engine import networks, swarm_services
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.service_spec import TASK_ID, File, ServiceSpec
from pocketpaas.engine.spec import Bind, ContainerSpec, Limits
from pocketpaas.routing import addresses
from pocketpaas.state.paths import HostPaths

#: Of the service and of its files: the app.
LABEL = "pocketpaas.gateway"
#: Of its tasks: what they are made from.
MADE_FROM = "pocketpaas.gateway.made-from"
_SOCKETS = "/run/gateway"
_CONFIGURATION, _PROGRAM = "/gateway.conf", "/gateway.sh"
_NUMBER = 12
#: Until a gateway that was started has its sockets in place.
_READY_SECONDS, _POLL = 30.0, 0.05

_TEXT = """\
daemon off;
user root;
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 8192; }
http {
    access_log off;
    server_tokens off;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    resolver 127.0.0.11 valid=1s ipv6=off;
    map $http_upgrade $hop { default upgrade; "" ""; }
    ignore_invalid_headers off;
    underscores_in_headers on;
    large_client_header_buffers 4 64k;
    client_max_body_size 0;
    keepalive_timeout 65s;
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_buffer_size 64k;
    proxy_buffers 8 64k;
    proxy_read_timeout 1d;
    proxy_send_timeout 1d;
    # A process that died is found out at its first connection, and the next one is asked instead.
    proxy_connect_timeout 1s;
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 0;
    proxy_next_upstream_timeout 10s;
    proxy_set_header Host $http_host;
    proxy_set_header Connection $hop;
    proxy_set_header Upgrade $http_upgrade;
@SERVERS@}
"""

_SERVER = """\
    server {
        listen unix:@SOCKETS@/@OWN@-@SLOT@.sock;
        location / {
            set $processes "tasks.@SERVICE@:@PORT@";
            proxy_pass http://$processes;
            error_page 502 504 = @other;
        }
        # A machine that was away at a switch is still asked for the slot of before, of which nothing runs any more.
        location @other {
            set $processes "tasks.@OTHER_SERVICE@:@OTHER_PORT@";
            proxy_pass http://$processes;
        }
    }
"""

_START = f"""\
set -eu
cd {_SOCKETS}
own="$MADE_FROM-$TASK"
sed "s/@OWN@/$own/g" {_CONFIGURATION} >/tmp/nginx.conf
nginx -c /tmp/nginx.conf &
nginx=$!
# The one that replaces this one was started before: requests go there in a moment, or nobody comes.
end() {{
    trap "" TERM
    left=60
    while [ "$left" -gt 0 ] && [ "$(readlink green.sock)" = "$own-green.sock" ]; do
        sleep 0.05
        left=$((left - 1))
    done
    kill -QUIT "$nginx" || true
}}
trap end TERM
until [ -S "$own-blue.sock" ] && [ -S "$own-green.sock" ]; do
    kill -0 "$nginx"
    sleep 0.05
done
for slot in blue green; do
    ln -s "$own-$slot.sock" "$own-$slot.link"
    mv -T "$own-$slot.link" "$slot.sock"
done
# What gateways that were killed have left. Who has just followed a link has connected by now; what is younger is of one
# that replaces this one.
sleep 1
for old in *-blue.sock *-green.sock *.link; do
    if [ ! -e "$old" ] || [ "$old" -ot "$own-blue.sock" ]; then rm -f "$old"; fi
done
while kill -0 "$nginx" 2>/dev/null; do wait "$nginx" || true; done
"""


def make_directory(paths: HostPaths, app: str) -> None:
    """nginx's workers may connect there. Raises OSError."""
    directory = addresses.gateway(paths, app)
    for place in (directory.parent, directory):
        place.mkdir(exist_ok=True)
        os.chmod(place, 0o755)


def service_name(app: str) -> str:
    """Of the service that is the app's gateways."""
    return f"pocketpaas_{app}_gateway"


def text(services: Mapping[str, str], ports: Mapping[str, int]) -> str:
    """The configuration: the name of a service and its port by slot. `@OWN@` is filled in where it starts."""
    servers = ""
    for slot, other in (("blue", "green"), ("green", "blue")):
        tokens = {"SOCKETS": _SOCKETS, "SLOT": slot}
        tokens |= {"SERVICE": services[slot], "PORT": str(ports[slot])}
        tokens |= {"OTHER_SERVICE": services[other], "OTHER_PORT": str(ports[other])}
        server = _SERVER
        for token, value in tokens.items():
            server = server.replace(f"@{token}@", value)
        servers += server
    return _TEXT.replace("@SERVERS@", servers)


def ensure(
    paths: HostPaths, engine: Engine, app: str, image: str, services: Mapping[str, str], ports: Mapping[str, int]
) -> None:
    """The app has gateways with that configuration. Raises `EngineError`."""
    configuration = text(services, ports).encode("ascii")
    wanted = _spec(paths, engine, app, image, configuration)
    found = swarm_services.service(engine, wanted.name)
    if found is None:
        swarm_services.create_service(engine, wanted.document())
    elif found.labels.get(LABEL) != wanted.labels[LABEL]:
        swarm_services.update_service(engine, found, wanted.document())
        _forget_files(engine, app, {one.config for one in wanted.files})


def made_from(engine: Engine, app: str) -> str:
    """What the gateways that are wanted are made from; empty where the app has none. Raises `EngineError`."""
    found = swarm_services.service(engine, service_name(app))
    return found.labels.get(LABEL, "") if found is not None else ""


def objection(paths: HostPaths, app: str, wanted: str) -> str:
    """Waits until the gateway of this machine is one that is made from that; what is wrong, empty for nothing."""
    links = [addresses.socket(paths, app, slot) for slot in addresses.SLOTS]
    until = time.monotonic() + _READY_SECONDS
    while not all(_goal(link).startswith(f"{wanted}-") for link in links):
        if time.monotonic() >= until:
            return "the gateway of the app is not at work"
        time.sleep(_POLL)
    return ""


def _goal(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


def remove(engine: Engine, app: str) -> None:
    """Gone, with its files. Raises `EngineError`."""
    swarm_services.remove_service(engine, service_name(app))
    _forget_files(engine, app, set())


def _spec(paths: HostPaths, engine: Engine, app: str, image: str, configuration: bytes) -> ServiceSpec:
    files = (_file(engine, app, _CONFIGURATION, configuration), _file(engine, app, _PROGRAM, _START.encode("ascii")))
    return _of(paths, app, image, files, _digest(engine, _of(paths, app, image, files, "")))


def _digest(engine: Engine, spec: ServiceSpec) -> str:
    """What all of it is made from. The managers name a file by an id, too, which says nothing of it; what they make of
    the rest depends on the version of the engine, as one leaves out what it does not know."""
    named = replace(spec, files=tuple(replace(one, id="") for one in spec.files))
    text = json.dumps([named.document(), engine.version()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_NUMBER]


def _of(paths: HostPaths, app: str, image: str, files: tuple[File, ...], made: str) -> ServiceSpec:
    binds = [Bind("/usr", "/usr"), Bind("/usr/lib", "/lib"), Bind("/etc/passwd", "/etc/passwd")]
    binds += [Bind("/etc/group", "/etc/group"), Bind(str(addresses.gateway(paths, app)), _SOCKETS, read_only=False)]
    if Path("/usr/lib64").is_dir():
        binds.append(Bind("/usr/lib64", "/lib64"))
    container = ContainerSpec(
        image=image,
        command=("/usr/bin/sh", _PROGRAM),
        environment=("PATH=/usr/sbin:/usr/bin", f"MADE_FROM={made}"),
        labels={LABEL: app, MADE_FROM: made},
        mounts=tuple(binds),
        tmpfs=dict.fromkeys(("/tmp", "/var/log/nginx", "/var/lib/nginx"), ""),
        limits=Limits(pids=64),
        init=True,
        stop_signal="SIGTERM",
        log="journald",
        log_options={"tag": f"{app}/gateway"},
        drop_capabilities=("ALL",),
        add_capabilities=("SETUID", "SETGID"),
    )
    return ServiceSpec(
        service_name(app),
        container,
        {LABEL: made},
        (networks.over_cluster(app),),
        None,
        files=files,
        templates=(f"TASK={TASK_ID}",),
        restart_delay=0.5,
        # A request that one has may last as long as a release may take to drain.
        grace=rules.limits("drain")[1],
        start_first=True,
    )


def _file(engine: Engine, app: str, target: str, content: bytes) -> File:
    """Named by its content, which never changes."""
    name = f"pocketpaas_{app}_{hashlib.sha256(content).hexdigest()[:_NUMBER]}"
    found = swarm_services.config(engine, name)
    made = found.id if found is not None else swarm_services.create_config(engine, name, content, {LABEL: app})
    return File(name, made, target)


def _forget_files(engine: Engine, app: str, kept: set[str]) -> None:
    for one in swarm_services.configs(engine, f"{LABEL}={app}"):
        if one.name not in kept:
            try:
                swarm_services.remove_config(engine, one.name)
            except EngineError:
                # A gateway that is just ending has it; the next change tries again.
                continue
