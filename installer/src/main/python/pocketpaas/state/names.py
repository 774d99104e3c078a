"""What a valid name is, by the rules that the laptop has, too. Each function takes text from outside and says yes or
no."""

from __future__ import annotations

import re

from pocketpaas import rules


def _is(pattern: str, text: str) -> bool:
    return rules.pattern(pattern).fullmatch(text) is not None


def _has_length(text: str, limit: str) -> bool:
    least, most = rules.limits(limit)
    return least <= len(text) <= most


def is_app(text: str) -> bool:
    """A DNS label of at most 40 characters that begins with a letter."""
    return _is("app", text)


def is_process_type(text: str) -> bool:
    """The name of a process type."""
    return _is("type", text)


def is_service(text: str) -> bool:
    """The name of a service."""
    return _is("service", text)


def is_service_type(text: str) -> bool:
    """A kind of service and perhaps its major version, by its form."""
    return _is("service-type", text)


def is_variable(text: str) -> bool:
    """The name of an environment variable that is not one of ours."""
    own = text in rules.words("reserved-variables") or text.startswith(rules.words("own-variables"))
    return _is("variable", text) and not own


def is_build_argument(text: str) -> bool:
    """The name of a build argument of a Dockerfile. Any but those that tell BuildKit itself what to do: its caches'
    namespace is what keeps apps apart."""
    return _is("build-argument", text) and not is_builders_argument(text)


def is_builders_argument(text: str) -> bool:
    """Whether the name tells BuildKit itself what to do."""
    return text.upper().startswith(rules.words("builders-arguments"))


def is_key(text: str) -> bool:
    """The name of an SSH key."""
    return _is("key", text)


def is_node(text: str) -> bool:
    """The name of a machine of a cluster."""
    return _is("node", text)


def is_label(text: str) -> bool:
    """The name of a label of a machine."""
    return _is("node-label", text)


def is_labelled(text: str) -> bool:
    """A label of a machine with its value: NAME=VALUE."""
    name, equals, value = text.partition("=")
    return bool(equals) and is_label(name) and _is("node-label-value", value)


def is_ipv4(text: str) -> bool:
    """An IPv4 address."""
    return _is("ipv4", text)


def is_job(text: str) -> bool:
    """The name of a cron job."""
    return _is("job", text)


def is_run(text: str) -> bool:
    """The number of a run in the background, as people write it."""
    return re.fullmatch("[0-9a-f]{8}", text) is not None


def is_backup(text: str) -> bool:
    """The id of a backup."""
    return _is("backup", text)


def is_backup_destination(text: str) -> bool:
    """Where backups can go: a directory, a bucket, a directory of another machine, or one behind a remote of rclone."""
    return _is("backup-destination", text) and _has_length(text, "backup-destination-length")


def is_rclone_option(text: str) -> bool:
    """An option of a remote of rclone that names nothing of the machine that rclone runs on."""
    return _is("rclone-option", text)


def is_fingerprint(text: str) -> bool:
    """Of an SSH key, as ssh shows it."""
    return _is("fingerprint", text)


def is_time_of_day(text: str) -> bool:
    """HH:MM."""
    return _is("time-of-day", text)


def is_calendar(text: str) -> bool:
    """When a cron job runs, as the laptop writes it for systemd."""
    return len(text) <= 1000 and _is("calendar", text)


def is_zone(text: str) -> bool:
    """The name of a time zone, by its form."""
    return _is("zone", text)


def is_release(text: str) -> bool:
    """A release number, without the v."""
    return _is("release", text)


def is_commit(text: str) -> bool:
    """An object id of git, whole."""
    return _is("commit", text)


def is_sha256(text: str) -> bool:
    """A SHA-256 in hexadecimal."""
    return _is("sha256", text)


def is_number(text: str, least: int = 0, most: int = 999_999_999_999_999) -> bool:
    """A decimal number without sign and leading zeros, within bounds."""
    return _is("number", text) and least <= int(text) <= most


def is_domain(text: str) -> bool:
    """A host name in lower case with at least two labels, optionally `*.name`; the last label is no number."""
    return len(text) <= 253 and _is("domain", text) and re.search(r"\.[0-9]+\Z", text) is None


def is_range(text: str) -> bool:
    """An address or a range, by its form; nginx's own test has the last word."""
    return len(text) <= 50 and _is("range", text)


def is_branch(text: str) -> bool:
    """A branch name that can be an argument of a verb (git itself allows more)."""
    return _has_length(text, "branch-length") and _is("branch", text)


def is_command(text: str) -> bool:
    """Something to run: no control characters but ends of line and tabs."""
    return _has_length(text, "command-length") and _is("command", text)


def is_source_path(text: str) -> bool:
    """The path of a file in an app's source: relative, and nothing that leads out of it."""
    return _is("source-path", text)


def is_image_reference(text: str) -> bool:
    """The name of an image in a registry, with or without tag and digest."""
    return _has_length(text, "image-length") and _is("image-reference", text)


def is_buildpack(text: str) -> bool:
    """A buildpack's name, or an address without a login; what it stands for the build decides."""
    return _is("buildpack", text)


def is_tree_path(text: str) -> bool:
    """A path in a value tree: no component begins with a dot, so none can leave its directory."""
    return len(text) <= 1024 and _is("path", text) and all(len(part) <= 255 for part in text.split("/"))


def is_argument(text: str) -> bool:
    """What may stand on a verb's command line at all."""
    return _has_length(text, "argument-length") and _is("argument", text)


def is_image(text: str) -> bool:
    """The id of an image."""
    return _is("image", text)


def is_work(text: str) -> bool:
    """The id of an operation."""
    return _is("work", text)
