"""The text of an app's nginx file, from the templates that Java writes (`SiteTemplate`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.routing import certificates, front, passage, places
from pocketpaas.routing import names as app_names
from pocketpaas.routing.addresses import SLOTS, upstreams
from pocketpaas.routing.passage import Passage
from pocketpaas.routing.snippets import Snippets
from pocketpaas.routing.templates import render
from pocketpaas.routing.tried import NOTHING, Tried
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

#: What has error pages, or may have in another file.
_ERROR_PAGE = re.compile(r"^\s*(error_page|include)\s", re.MULTILINE)


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
    #: Where the app is moved to.
    passage: Passage | None = None
    #: Whether an admin's own lines say what is answered in the place of errors: a location with such a line of ours
    #: would have none of theirs.
    own_errors: bool = False

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
        passage=passage.of(paths, app),
        own_errors=_ERROR_PAGE.search(Snippets(paths, app, tried).of(app)) is not None,
    )


def text(site: Site) -> str:
    """The file. Raises `Damaged` for templates that are not those of these programs."""
    tokens = _common(site)
    for slot in SLOTS:
        tokens[slot.upper()] = "\n    ".join(f"server {found} max_fails=0;" for found in site.upstreams[slot])
    tokens["SERVERS"] = _moved(site) + _plain(site, tokens) + _secure(site, tokens)
    return _render(site, "site.conf", tokens)


def arrival(site: Site, directory: Path, secret: str, move: str, here: bool, target: str = "") -> str:
    """The server for the other host of a move: `directory` holds its certificate. Where the app is not `here` it says
    so. `target` is the machine that the app goes to, for which the word is."""
    tokens = {
        **_common(site),
        "NAME": passage.server_name(site.app),
        "LISTEN_IPV6": _ipv6(site, "443 ssl"),
        "CERTIFICATE": str(directory),
        "SECRET": secret,
        "ID": move,
        "TARGET": f" {target}" if target else "",
    }
    asked = "$http_x_forwarded_host"
    forwarded = {
        "HOST": asked,
        "FORWARDED_FOR": "$http_x_forwarded_for",
        "FORWARDED_PROTO": "$http_x_forwarded_proto",
        "FORWARDED_PORT": "$http_x_forwarded_port",
        "MOVING": "",
        "MOVED": "",
        "PASSAGE": "",
        # Whom a proxy asks for the other host has found out.
        "FRONT": front.text(replace(site.front, trusted=()), "", asked),
    }
    body = "site-body.conf" if here else "site-arriving.conf"
    tokens["BODY"] = _render(site, body, _asked(site, {**tokens, **forwarded}))
    return _render(site, "site-arrival.conf", tokens)


def _common(site: Site) -> dict[str, str]:
    tokens = {
        "SITES": str(places.SITES),
        "TOKENS": str(places.tokens(site.paths)),
        "CHALLENGES": str(places.challenges(site.paths)),
        "STATE": str(site.paths.app(site.app)),
        "APP": site.app,
    }
    tokens["CHALLENGE"] = _render(site, "site-challenge.conf", tokens)
    return tokens


def _moved(site: Site) -> str:
    if site.passage is None:
        return ""
    address = f"[{site.passage.address}]" if ":" in site.passage.address else site.passage.address
    server = f"server {address}:{site.passage.port} max_fails=0;"
    lines = (f"upstream pocketpaas_{site.app}_moved {{", f"    {server}", "    keepalive 32;", "}", "")
    return "\n".join(lines)


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
    body = {
        **tokens,
        "FORWARDED_PORT": shown,
        "FRONT": front.text(site.front, header),
        "HOST": "$pocketpaas_host",
        "FORWARDED_FOR": "$proxy_add_x_forwarded_for",
        "FORWARDED_PROTO": "$scheme",
        "MOVING": "",
        "MOVED": "",
        "PASSAGE": "",
    }
    if site.passage is not None:
        to = {
            **body,
            "CLOSED": _nested(site, "site-closed.conf", body),
            "NAME": passage.server_name(site.app),
            "SECRET": site.passage.secret,
            "TRUSTED": front.trusted(site.front),
        }
        body["MOVING"] = "\n        " + _render(site, "site-moving.conf", to).rstrip("\n")
        body["MOVED"] = "\n" + _render(site, "site-moved.conf", to).rstrip("\n")
        body["PASSAGE"] = "\n" + _render(site, "site-passage.conf", to).rstrip("\n")
    return _render(site, "site-body.conf", _asked(site, body))


def _asked(site: Site, tokens: Mapping[str, str]) -> dict[str, str]:
    """The same with how the app is asked, and asked again where nothing could be sent to it."""
    ask = {**tokens, "ASK": _nested(site, "site-ask.conf", tokens)}
    if site.own_errors:
        return {**ask, "ERRORS": "", "AGAIN": ""}
    again = "\n" + _render(site, "site-again.conf", ask).rstrip("\n")
    return {**ask, "ERRORS": "error_page 502 504 = @pocketpaas_again;", "AGAIN": again}


def _nested(site: Site, template: str, tokens: Mapping[str, str]) -> str:
    """For a line of a location."""
    return _render(site, template, tokens).rstrip("\n")


def _ipv6(site: Site, port: str) -> str:
    return f"listen [::]:{port};" if site.ipv6 else ""


def _render(site: Site, template: str, tokens: Mapping[str, str]) -> str:
    return render(site.paths.programs / template, tokens)
