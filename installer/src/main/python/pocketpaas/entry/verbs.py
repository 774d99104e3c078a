"""Which module answers which verb. What a verb needs (rights, arguments) is declared in `rules`; the module is loaded
when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from pocketpaas.machine.request import Handler

#: Each module has a function `serve(request)`.
MODULES: Mapping[str, str] = {
    "admit": "pocketpaas.entry.admit",
    "attach": "pocketpaas.entry.attach",
    "backup": "pocketpaas.entry.backup",
    "buildpacks": "pocketpaas.query.buildpacks",
    "cancel": "pocketpaas.entry.cancel",
    "clone": "pocketpaas.entry.clone",
    "create": "pocketpaas.entry.create",
    "deploy": "pocketpaas.entry.deploy",
    "destroy": "pocketpaas.entry.changes",
    "domains": "pocketpaas.entry.changes",
    "env": "pocketpaas.entry.changes",
    "keys": "pocketpaas.entry.keys",
    "preview": "pocketpaas.entry.preview",
    "promote": "pocketpaas.entry.promote",
    "move": "pocketpaas.entry.move",
    "move-host": "pocketpaas.entry.move_host",
    "push": "pocketpaas.entry.push",
    "refresh": "pocketpaas.entry.refresh",
    "registries": "pocketpaas.query.registries",
    "restart": "pocketpaas.entry.changes",
    "rename": "pocketpaas.entry.rename",
    "retry": "pocketpaas.entry.retry",
    "rollback": "pocketpaas.entry.changes",
    "scale": "pocketpaas.entry.changes",
    "ssl": "pocketpaas.entry.changes",
    "service": "pocketpaas.entry.service",
    "start": "pocketpaas.entry.changes",
    "stop": "pocketpaas.entry.changes",
    "apps": "pocketpaas.query.apps",
    "audit": "pocketpaas.query.audit",
    "auth": "pocketpaas.query.auth",
    "upload": "pocketpaas.entry.upload",
    "backups": "pocketpaas.query.backups",
    "connect": "pocketpaas.query.connect",
    "cron": "pocketpaas.query.cron",
    "detach": "pocketpaas.query.detach",
    "digests": "pocketpaas.query.digests",
    "exec": "pocketpaas.query.inside",
    "drains": "pocketpaas.query.drains",
    "files": "pocketpaas.query.files",
    "hello": "pocketpaas.query.hello",
    "checkup": "pocketpaas.query.checkup",
    "lock": "pocketpaas.query.lock",
    "log": "pocketpaas.query.log",
    "logs": "pocketpaas.query.logs",
    "maintenance": "pocketpaas.query.maintenance",
    "mend": "pocketpaas.entry.mend",
    "nginx": "pocketpaas.entry.nginx",
    "previews": "pocketpaas.query.previews",
    "prune": "pocketpaas.query.prune",
    "run": "pocketpaas.query.run",
    "service-stream": "pocketpaas.query.service_stream",
    "services": "pocketpaas.query.services",
    "settings": "pocketpaas.query.settings",
    "runs": "pocketpaas.query.detach",
    "shared": "pocketpaas.query.shared",
    "show": "pocketpaas.query.show",
    "status": "pocketpaas.query.status",
}


def handler(verb: str) -> Handler:
    """What answers the verb."""
    found: Handler = import_module(MODULES[verb]).serve
    return found
