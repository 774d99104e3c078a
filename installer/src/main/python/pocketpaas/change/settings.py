"""What a laptop sends is looked at once, before anything is made of it, by the limits that the laptop has: numbers are
numbers, paths are paths, JSON is what it should be. What is in a bundle has passed here."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import BadRequest
from pocketpaas.schedule import timers
from pocketpaas.state import names, values

_ZONES = "install its time zones: apt-get install tzdata"
_CURE = 'is the program as new as the host? run "pocketpaas manifest check"'
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def check(settings: Path) -> None:
    """Raises `BadRequest` for settings (docs/protocol.md) that are not as they should be; the first setting that is
    wrong is named. Nothing is wrong with a directory that is not there."""
    for name in values.names(settings / "blobs"):
        _each(settings, f"blobs/{name}", _is_blob)
    _build(settings)
    _processes(settings)
    for name in ("memory", "cpus", "pids"):
        _number(settings, f"limits/{name}", name)
    _number(settings, "drain")
    _number(settings, "stop-timeout")
    _one_of(settings, "stop-signal", rules.words("signals"))
    for capability in values.lines(settings / "capabilities"):
        if capability not in rules.words("capabilities-optional"):
            raise _invalid("capabilities", f'holds "{capability}"')
    _each(settings, "branch", names.is_branch)
    _each(settings, "release", names.is_command)
    for name in ("port", "timeout", "deadline", "interval"):
        _number(settings, f"check/{name}", f"check-{name}")
    _each(settings, "check/path", lambda text: rules.pattern("url-path").fullmatch(text) is not None)
    _each(settings, "check/status", _is_status)
    _one_of(settings, "ssl/automatic", ("off",))
    _number(settings, "ssl/hsts", "hsts")
    _http(settings)
    _volumes(settings)
    _one_of(settings, "backup/mode", rules.words("backup-modes"))
    _each(settings, "backup/hook", names.is_command)
    if values.read(settings / "backup" / "mode") == "hook" and not (settings / "backup" / "hook").exists():
        raise _invalid("backup/hook", "is missing")
    _previews(settings)
    for service in values.names(settings / "services"):
        if not names.is_service(service):
            raise _invalid(f"services/{service}", "is not the name of a service")
        _each(settings, f"services/{service}", _is_service_version)
    _cron(settings)
    for domain in values.lines(settings / "domains"):
        if not names.is_domain(domain):
            raise _invalid("domains", f'holds "{domain}"')
    check_environment(settings / "env", settings / "env.json")


def check_environment(env: Path, env_json: Path) -> None:
    """Every variable has its value, and the same as one JSON string "KEY=value", which goes to the engine as it is.
    Raises `BadRequest`."""
    check_variables(_variables(env), _variables(env_json))


def _variables(directory: Path) -> dict[str, str | None]:
    return {name: values.read(directory / name) for name in values.names(directory)}


def check_variables(env: Mapping[str, str | None], env_json: Mapping[str, str | None]) -> None:
    """The same of variables by name; None for a value that cannot be read."""
    for key in sorted({*env, *env_json}):
        if not names.is_variable(key):
            raise _invalid(f"env/{key}", "is not the name of a variable that an app can have")
        pair = env_json.get(key)
        if env.get(key) is None or pair is None:
            raise _invalid(f"env/{key}", "has no value")
        if not _is_pair(key, pair):
            raise _invalid(f"env.json/{key}", "is not a JSON string")


def refuse(path: str, what: str) -> BadRequest:
    """The failure that names a setting."""
    return _invalid(path, what)


def _invalid(path: str, what: str) -> BadRequest:
    return BadRequest(f"the settings are not valid: {path} {what}", "bad-settings", _CURE)


# ---------------------------------------------------------------- one setting


def _each(settings: Path, path: str, valid: Callable[[str], bool]) -> None:
    """Where there is such a file, its value has to be valid."""
    text = values.read(settings / path)
    if text is None:
        if (settings / path).exists():
            raise _invalid(path, "is not a value")
    elif not valid(text):
        raise _invalid(path, f'is "{text}"')


def _number(settings: Path, path: str, limit: str = "") -> None:
    least, most = rules.limits(limit or path)
    _each(settings, path, lambda text: names.is_number(text, least, most))


def _one_of(settings: Path, path: str, words: tuple[str, ...]) -> None:
    _each(settings, path, lambda text: text in words)


def _is_service_version(text: str) -> bool:
    kind, colon, major = text.partition(":")
    rule = rules.service(kind)
    return names.is_service_type(text) and rule is not None and (not colon or major in rule["majors"])


def _is_blob(text: str) -> bool:
    return names.is_commit(text) or names.is_sha256(text)


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_status(text: str) -> bool:
    least, _, most = text.partition("-")
    return rules.pattern("status-range").fullmatch(text) is not None and (not most or least <= most)


def _is_pair(key: str, text: str) -> bool:
    """Whether it is one JSON string that begins with KEY=."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return False
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, str) and found.startswith(f"{key}=")


# ---------------------------------------------------------------- groups


def _build(settings: Path) -> None:
    """What the build goes by. It also reads lists of buildpacks in the source, and checks those itself."""
    _one_of(settings, "builder", rules.words("builders"))
    _one_of(settings, "buildpacks-from", ("app.json",))
    for line in values.lines(settings / "buildpacks"):
        if not names.is_buildpack(line):
            raise _invalid("buildpacks", "holds what is neither a name nor an address")
    for path in ("dockerfile", "source/directory", "source/manifest"):
        _each(settings, path, names.is_source_path)
    for path in values.lines(settings / "source" / "include"):
        if not names.is_source_path(path):
            raise _invalid("source/include", f'holds "{path}"')
    _each(settings, "image", names.is_image_reference)
    _one_of(settings, "image-from", ("option", "local"))
    for name in values.names(settings / "build" / "args"):
        if not names.is_build_argument(name):
            raise _invalid(f"build/args/{name}", "is not the name of a build argument")
        _each(settings, f"build/args/{name}", _is_text)
    for name in values.lines(settings / "secrets"):
        if not names.is_variable(name):
            raise _invalid("secrets", f'holds "{name}"')


def _processes(settings: Path) -> None:
    directory = settings / "processes"
    for name in values.names(directory):
        path = f"processes/{name}"
        if not names.is_process_type(name) or name == "release" or not (directory / name).is_dir():
            raise _invalid(path, "is not a process type")
        _number(settings, f"{path}/scale", "web-instances" if name == "web" else "scale")
        for setting in ("memory", "cpus", "pids", "stop-timeout", "stays-up"):
            _number(settings, f"{path}/{setting}", setting)
        _one_of(settings, f"{path}/stop-signal", rules.words("signals"))
        _one_of(settings, f"{path}/overlap", ("true", "false"))
        _each(settings, f"{path}/command", names.is_command)
        for label in values.lines(directory / name / "place"):
            if not names.is_labelled(label):
                raise _invalid(f"{path}/place", f'holds "{label}"')
        _each(settings, f"{path}/spread", names.is_label)


def _previews(settings: Path) -> None:
    """What the app says of its previews."""
    _number(settings, "previews/ttl", "preview-ttl")
    _number(settings, "previews/max", "previews")
    _one_of(settings, "previews/cron", ("true", "false"))
    for name in values.lines(settings / "previews" / "secrets"):
        if not names.is_variable(name):
            raise _invalid("previews/secrets", f'holds "{name}"')
    check_environment(settings / "previews" / "env", settings / "previews" / "env.json")
    for service in values.names(settings / "previews" / "services"):
        if not names.is_service(service):
            raise _invalid(f"previews/services/{service}", "is not the name of a service")
        _one_of(settings, f"previews/services/{service}", rules.words("preview-services"))


def _http(settings: Path) -> None:
    _number(settings, "http/max-body", "http-max-body")
    _number(settings, "http/timeout", "http-timeout")
    _number(settings, "http/response-headers", "http-response-headers")
    _one_of(settings, "http/gzip", ("true", "false"))
    for name in ("allow", "trusted-proxies"):
        for line in values.lines(settings / "http" / name):
            if not _is_network(line):
                raise _invalid(f"http/{name}", f'holds "{line}"')
    lines = values.lines(settings / "http" / "redirects")
    sources = {line.partition("\t")[0] for line in lines}
    for line in lines:
        source, _, target = line.partition("\t")
        plain = names.is_domain(source) and names.is_domain(target) and "*" not in source + target
        if not plain or target in sources:
            raise _invalid("http/redirects", f'holds "{line}"')


def _is_network(text: str) -> bool:
    """An address or a range, IPv4 or IPv6, as nginx takes it."""
    if not names.is_range(text):
        return False
    address, slash, bits = text.partition("/")
    four = ":" not in address
    if slash and not names.is_number(bits, 0, 32 if four else 128):
        return False
    if four:
        return True
    try:
        return ipaddress.IPv6Address(address).ipv4_mapped is None
    except ValueError:
        return False


def _cron(settings: Path) -> None:
    for name in values.names(settings / "cron"):
        path = f"cron/{name}"
        directory = settings / path
        if not names.is_job(name) or not directory.is_dir():
            raise _invalid(path, "is not the name of a cron job")
        if values.read(directory / "command") is None:
            raise _invalid(f"{path}/command", "is missing")
        _each(settings, f"{path}/command", names.is_command)
        _each(settings, f"{path}/schedule", lambda text: names.is_command(text) and "\n" not in text)
        _number(settings, f"{path}/timeout", "job-timeout")
        _one_of(settings, f"{path}/overlap", rules.words("job-overlap"))
        _one_of(settings, f"{path}/missed", rules.words("job-missed"))
        _each(settings, f"{path}/timezone", names.is_zone)
        calendar = values.lines(directory / "calendar")
        if not calendar or not all(names.is_calendar(line) for line in calendar):
            raise _invalid(f"{path}/calendar", "does not say when the job runs")
        for line in calendar:
            zone = line.rpartition(" ")[2]
            if not timers.known_zone(zone):
                raise BadRequest(f"the host does not know the time zone {zone}", "no-zone", _ZONES)


def _volumes(settings: Path) -> None:
    used: set[str] = set()
    for line in values.lines(settings / "volumes"):
        name, _, path = line.partition("\t")
        if {name, path} & used:
            raise _invalid("volumes", f'has "{line}", one half of it twice')
        used |= {name, path}
        if rules.pattern("volume-name").fullmatch(name) is None:
            raise _invalid("volumes", f'has the name "{name}"')
        if not is_volume_path(path):
            raise _invalid("volumes", f'has the path "{path}"')


def is_volume_path(path: str) -> bool:
    """Whether a volume there hides nothing that a container needs to start."""
    if not path.startswith("/") or len(path) > rules.limits("volume-path-length")[1] or _CONTROL.search(path):
        return False
    if any(part in ("", ".", "..") for part in path[1:].split("/")) or path in rules.words("volume-whole"):
        return False
    return not any(path == place or path.startswith(f"{place}/") for place in rules.words("volume-below"))
