"""The SSH keys that may use the host: `keys/<name>/` is the truth, authorized_keys is generated from it. Changes need
the host's lock."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.state import names, nodes, previews, rights, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

ADMIN, DEPLOY, PREVIEW, READ = "admin", "deploy", "preview", "read"
#: Of another machine of the cluster: nobody adds it by hand, and it may ask for `peer` alone.
NODE = "node"
#: Which verbs a role may use at all, by the rights that they need; an admin's key uses all but a machine's.
_MAY = {
    DEPLOY: ("any", "read", "preview", "deploy"),
    PREVIEW: ("any", "read", "preview", "deploy"),
    READ: ("any", "read"),
    NODE: (NODE,),
}
_PUBLIC = re.compile(
    r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)"
    r"|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com)"
    r" ([A-Za-z0-9+/]{60,16000}={0,2})(?: [^\n]*)?\n?"
)
_MAX_PUBLIC = 20_000
_FIELDS = ("role", "apps", "fingerprint", "added", "public")


def is_public(text: str) -> bool:
    """Whether it is a public key in OpenSSH's form, on one line."""
    return len(text) <= _MAX_PUBLIC and "\n" not in text and _PUBLIC.fullmatch(text) is not None


def exists(paths: HostPaths, key: str) -> bool:
    """Whether there is such a key."""
    if node := nodes.of_key(key):
        return nodes.is_known(paths, node)
    return names.is_key(key) and (paths.keys / key).is_dir()


def role(paths: HostPaths, key: str) -> str:
    """admin, deploy, preview, read or node; raises `Damaged`."""
    if nodes.of_key(key):
        return NODE
    return values.need(paths.keys / key / "role", lambda text: text in rules.words("roles"))


def apps(paths: HostPaths, key: str) -> tuple[str, ...]:
    """The apps that a key is for which is not an admin's."""
    return rights.of(paths, key)


def may(paths: HostPaths, key: str, rights: str) -> bool:
    """Whether a verb that needs these rights (`rules.verb`) is one for the key at all."""
    found = role(paths, key)
    return rights != NODE if found == ADMIN else rights in _MAY[found]


def sees(paths: HostPaths, key: str, app: str) -> bool:
    """Whether the key may see the app, and where its role allows it deploy it. An admin's key: every app. Another one:
    its apps and their previews; one for previews only those."""
    found = role(paths, key)
    if found == ADMIN:
        return True
    own = apps(paths, key)
    return previews.parent_of(paths, app) in own or (found != PREVIEW and app in own)


def previews_of(paths: HostPaths, key: str, app: str) -> bool:
    """Whether the key may make previews of the app, and remove them."""
    found = role(paths, key)
    return found == ADMIN or (found != READ and app in apps(paths, key))


def all_keys(paths: HostPaths) -> list[str]:
    """Their names, in order."""
    return [name for name in values.names(paths.keys) if names.is_key(name)]


def listing(paths: HostPaths) -> dict[str, str]:
    """NAME/role, apps, fingerprint, added, public."""
    found = {}
    for name in all_keys(paths):
        for field in _FIELDS:
            value = values.read(paths.keys / name / field)
            if value is not None:
                found[f"{name}/{field}"] = value
        if values.read(paths.keys / name / "role") != ADMIN:
            found[f"{name}/apps"] = "\n".join(rights.of(paths, name))
    return found


@dataclass(frozen=True)
class NewKey:
    """A key that somebody wants to add: public is type and key, without a comment (that would be somebody else's text
    in a file of ours)."""

    name: str
    role: str
    apps: tuple[str, ...]
    public: str

    @staticmethod
    def of(paths: HostPaths, name: str, key_role: str, app_list: str, public: str) -> NewKey:
        """Checked; raises `BadRequest`, or `Refused` for an app that is not there."""
        if not names.is_key(name):
            raise BadRequest(
                "this is not the name of a key",
                cure="use letters, digits, dot, dash, underscore and @, at most 64 characters",
            )
        if key_role not in rules.words("roles"):
            raise BadRequest(f"a key is {', '.join(rules.words('roles'))}")
        match = _PUBLIC.fullmatch(public) if len(public) <= _MAX_PUBLIC else None
        if match is None:
            raise BadRequest(
                "this is not a public key in OpenSSH's form",
                "bad-key",
                "a public key is one line that begins with ssh-ed25519, ecdsa-sha2-… or ssh-rsa "
                "(the file that ends in .pub)",
            )
        return NewKey(name, key_role, _apps_of(paths, key_role, app_list), f"{match[1]} {match[2]}")


def _apps_of(paths: HostPaths, key_role: str, app_list: str) -> tuple[str, ...]:
    if key_role == ADMIN:
        if app_list:
            raise BadRequest("an admin's key is for every app")
        return ()
    wanted = tuple(app for app in app_list.split(",") if app)
    if not wanted:
        raise BadRequest("a key that is not an admin's needs the apps it is for")
    for app in wanted:
        if not names.is_app(app):
            raise BadRequest(f'"{app}" is not the name of an app')
        if not paths.app(app).is_dir():
            raise Refused("no-app", f"there is no app {app} on this host", "deploy it once, then add the key")
    return wanted


def is_known(paths: HostPaths, new: NewKey) -> bool:
    """Whether the very same is there already; raises `Refused` for a name or a key that is taken."""
    for name in all_keys(paths):
        directory = paths.keys / name
        if values.read(directory / "public") == new.public:
            same = values.read(directory / "role") == new.role and rights.of(paths, name) == new.apps
            if name == new.name and same:
                return True
            raise Refused(
                "key-known",
                f"this key is already on the host, as {name}",
                f"one key has one name; to change its rights: pocketpaas keys remove {name}, then add it again",
            )
        if name == new.name:
            raise Refused(
                "key-known",
                f"there is another key with the name {name}",
                f"choose another name, or: pocketpaas keys remove {name}",
            )
    return False


def add(paths: HostPaths, new: NewKey, fingerprint: str) -> None:
    """Stores the key, all or nothing, and has it in force."""
    directory = paths.keys / f".new.{os.getpid()}"
    values.fresh_directory(directory)
    fields = {"public": new.public, "role": new.role, "fingerprint": fingerprint, "added": now()}
    if new.role != ADMIN:
        fields["apps"] = "\n".join(new.apps)
    for name, value in fields.items():
        values.put(directory / name, value)
    values.sync_tree(directory)
    os.rename(directory, paths.keys / new.name)
    try:
        values.sync(paths.keys)
        authorize(paths)
    except BaseException:
        values.remove_tree(paths.keys / new.name)
        raise


def remove(paths: HostPaths, name: str) -> None:
    """The key may not use the host any more; raises `Refused` for the last one of an admin, which would lock everybody
    out."""
    if not names.is_key(name) or not exists(paths, name):
        raise Refused("no-key", f"there is no key {name} on this host", 'see "pocketpaas keys"')
    admins = [key for key in all_keys(paths) if role(paths, key) == ADMIN]
    if admins == [name]:
        raise Refused(
            "last-admin",
            f"{name} is the last admin's key of this host",
            "add another one first: pocketpaas keys add NAME",
        )
    # Out of the way at once, whatever happens to its parts.
    gone = paths.keys / f".gone.{os.getpid()}"
    values.remove_tree(gone)
    os.rename(paths.keys / name, gone)
    try:
        values.sync(paths.keys)
        authorize(paths)
    except BaseException:
        os.rename(gone, paths.keys / name)
        raise
    values.remove_tree(gone)


def authorize(paths: HostPaths) -> None:
    """Writes authorized_keys. sshd reads it as the user pocketpaas, who must not be able to write it."""
    for directory in (paths.root / "home", paths.root / "home" / ".ssh"):
        values.make_directory(directory, 0o755)
    text = authorized_keys(paths, paths.programs.parent / "current" / "door")
    values.write(paths.root / "home" / ".ssh" / "authorized_keys", text, 0o644)


def authorized_keys(paths: HostPaths, door: Path) -> str:
    """The text of the file: each key may only start the door."""
    text = '# Generated by PocketPaaS; change it with "pocketpaas keys".\n'
    for name in all_keys(paths):
        options = "restrict,pty" if role(paths, name) == ADMIN else "restrict"
        text += f'{options},command="{door} {name}" {values.need(paths.keys / name / "public")}\n'
    for node in nodes.others(paths):
        text += f'restrict,pty,command="{door} {nodes.MARK}{node.name}" {node.public}\n'
    return text
