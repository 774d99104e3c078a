"""The text of an app's nginx file, from the templates that Java writes (`SiteTemplate`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.routing import certificates, front, places
from pocketpaas.routing import names as app_names
from pocketpaas.routing.addresses import SLOTS, upstreams
from pocketpaas.routing.templates import render
from pocketpaas.routing.tried import NOTHING, Tried
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class Site:
    """All that the text depends on. `upstreams` are ADDRESS:PORT by slot; `plain` the names without a certificate,
    `secure` the others, each with its certificate's directory; `hsts` the max-age in seconds, None for none;
    `http2_directive`: this nginx has `http2 on;` (1.25.1), not `listen … http2`."""

    paths: HostPaths
    app: str
    upstreams: Mapping[str, tuple[str, ...]]
    plain: tuple[str, ...]
    secure: tuple[tuple[str, Path], ...]
    front: front.Front
    http_port: int = 80
    https_port: int = 443
    hsts: int | None = None
    ipv6: bool = True
    http2_directive: bool = True

    def with_http2(self, directive: bool) -> Site:
        """The same for an nginx that has `http2 on;`, or has not."""
        return replace(self, http2_directive=directive)


def read(paths: HostPaths, app: str, scale: int, names: Sequence[str], settings: Path, tried: Tried = NOTHING) -> Site:
    """What the app's file is made from: `scale` web containers, these names, these settings. `http2_directive` is for
    the caller to say. Raises `Damaged`."""
    found = [(name, certificates.current(paths, app, name, tried)) for name in names]
    hsts = settings / "ssl" / "hsts"
    return Site(
        paths,
        app,
        {slot: upstreams(paths, app, slot, scale) for slot in SLOTS},
        tuple(name for name, certificate in found if certificate is None),
        tuple((name, certificate) for name, certificate in found if certificate is not None),
        front.read(paths, app, settings, tried),
        app_names.http_port(paths),
        app_names.https_port(paths),
        values.number(hsts, 0) if hsts.exists() else None,
        Path("/proc/net/if_inet6").exists(),
    )


def text(site: Site) -> str:
    """The file. Raises `Damaged` for templates that are not those of these programs."""
    tokens = {
        "SITES": str(places.SITES),
        "TOKENS": str(places.tokens(site.paths)),
        "CHALLENGES": str(places.challenges(site.paths)),
        "STATE": str(site.paths.app(site.app)),
        "APP": site.app,
    }
    for slot in SLOTS:
        tokens[slot.upper()] = "\n    ".join(f"server {found} max_fails=0;" for found in site.upstreams[slot])
    tokens["CHALLENGE"] = _render(site, "site-challenge.conf", tokens)
    tokens["SERVERS"] = _plain(site, tokens) + _secure(site, tokens)
    return _render(site, "site.conf", tokens)


def _plain(site: Site, common: Mapping[str, str]) -> str:
    """The servers on port 80."""
    tokens = {**common, "LISTEN_IPV6": _ipv6(site, "80")}
    servers = ""
    if site.plain:
        tokens |= {"NAMES": " ".join(site.plain), "BODY": _body(site, tokens, site.http_port, 80, "")}
        servers = _render(site, "site-plain.conf", tokens)
    if site.secure:
        tokens["NAMES"] = " ".join(name for name, _ in site.secure)
        tokens["HTTPS_PORT"] = "" if site.https_port == 443 else f":{site.https_port}"
        servers += _render(site, "site-redirect.conf", tokens)
    return servers


def _secure(site: Site, common: Mapping[str, str]) -> str:
    """A server for each name with a certificate."""
    if not site.secure:
        return ""
    listen = "" if site.http2_directive else " http2"
    header = "" if site.hsts is None else f'add_header Strict-Transport-Security "max-age={site.hsts}" always;'
    tokens = {
        **common,
        "HTTP2_LISTEN": listen,
        "HTTP2": "http2 on;" if site.http2_directive else "",
        "LISTEN_IPV6": _ipv6(site, f"443 ssl{listen}"),
        # An app's own header would make two of them.
        "HSTS": f"{header}\n    proxy_hide_header Strict-Transport-Security;" if header else "",
    }
    tokens["BODY"] = _body(site, tokens, site.https_port, 443, header)
    return "".join(
        _render(site, "site-secure.conf", {**tokens, "NAMES": name, "CERTIFICATE": str(certificate)})
        for name, certificate in site.secure
    )


def _body(site: Site, tokens: Mapping[str, str], port: int, usual: int, header: str) -> str:
    """What stands in each server that answers for the app. `port` is the one that people type."""
    shown = "$server_port" if port == usual else str(port)
    body = {**tokens, "FORWARDED_PORT": shown, "FRONT": front.text(site.front, header)}
    return _render(site, "site-body.conf", body)


def _ipv6(site: Site, port: str) -> str:
    return f"listen [::]:{port};" if site.ipv6 else ""


def _render(site: Site, template: str, tokens: Mapping[str, str]) -> str:
    return render(site.paths.programs / template, tokens)
