"""A place that logs are sent to: syslog+tls://HOST:PORT, syslog+tcp://HOST:PORT, or https://… with what a log service
asks for. Of an HTTPS address only the host is shown: a login, a path or a query may be a secret."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from pocketpaas import rules

HTTPS = "https"
#: Of the formats, `rules.words("drain-formats")`.
LOGPLEX, JSON = "logplex", "json"
MOST_HEADERS = 5
_PORTS = {"tls": "6514", "tcp": "514", HTTPS: "443"}
_CLOUD = ipaddress.ip_address("fd00:ec2::254")


@dataclass(frozen=True)
class Target:
    """What was given; it is one (`is_target`)."""

    text: str

    @property
    def kind(self) -> str:
        """tls, tcp or https."""
        return self.text.partition("://")[0].removeprefix("syslog+")

    @property
    def _authority(self) -> str:
        rest = self.text.partition("://")[2]
        return rest[: min((rest.find(mark) for mark in "/?" if mark in rest), default=len(rest))]

    @property
    def login(self) -> str:
        """Empty, or what stands before the host, percent-encoded."""
        return self._authority.rpartition("@")[0]

    @property
    def _place(self) -> str:
        return self._authority.rpartition("@")[2]

    @property
    def host(self) -> str:
        """A name or an IPv4 address."""
        return self._place.partition(":")[0]

    @property
    def port(self) -> str:
        """The kind's own where none is stated."""
        return self._place.partition(":")[2] or _PORTS[self.kind]

    @property
    def path(self) -> str:
        """What is asked for there, with its query."""
        rest = self.text.partition("://")[2][len(self._authority) :]
        return rest if rest.startswith("/") else f"/{rest}"

    @property
    def shown(self) -> str:
        """As it may be shown."""
        if self.kind != HTTPS or self.text == f"https://{self._place}":
            return self.text
        return f"https://{self._place}/..."


def is_target(text: str) -> bool:
    """Whether it is where logs can be sent, and nothing else."""
    known = any(rules.pattern(name).fullmatch(text) for name in ("drain-target", "drain-url"))
    return known and 1 <= int(Target(text).port) <= 65535


def is_closed(address: str) -> bool:
    """Whether nothing is sent there: the machine itself, its link (where clouds tell machines things), many at once."""
    one = ipaddress.ip_address(address.partition("%")[0])
    mapped = one.ipv4_mapped if isinstance(one, ipaddress.IPv6Address) else None
    one = mapped or one
    return one.is_link_local or one.is_loopback or one.is_multicast or one.is_unspecified or one == _CLOUD


def headers(text: str) -> dict[str, str] | None:
    """`Name: value`, a line each; None where one is not, where there are too many, or where it is one of our own."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not colon or rules.pattern("drain-header").fullmatch(f"{name}:{value.strip()}") is None:
            return None
        if name.lower() in {known.lower() for known in found} | set(rules.words("drain-headers")):
            return None
        found[name] = value.strip()
    return found if len(found) <= MOST_HEADERS else None
