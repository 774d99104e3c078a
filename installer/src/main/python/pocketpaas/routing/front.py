"""What stands in front of an app in nginx, inside `location /`, so that paths of our own (an authority's challenge)
come before it: maintenance, redirects, who may come, sizes and timeouts. Values were checked when they came, and are
looked at again here: they go into nginx's configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import Damaged
from pocketpaas.routing import names as app_names
from pocketpaas.routing.tried import NOTHING, Tried
from pocketpaas.state import names, previews, values
from pocketpaas.state.paths import HostPaths

_GZIP_TYPES = (
    "text/plain text/css text/xml text/javascript application/javascript application/json application/xml "
    "application/manifest+json image/svg+xml"
)


@dataclass(frozen=True)
class Front:
    """`state` is the directory of the app; `redirects` are pairs of a name and the address that it sends on to;
    a preview is kept out of search engines;
    `max_body` in bytes, `timeout` in seconds; `response_headers` in bytes, None for what every app has."""

    app: str
    state: Path
    redirects: tuple[tuple[str, str], ...] = ()
    trusted: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    max_body: int = 0
    timeout: int = 60
    gzip: bool = True
    response_headers: int | None = None
    is_preview: bool = False


def read(paths: HostPaths, app: str, settings: Path, tried: Tried = NOTHING) -> Front:
    """By the settings. Raises `Damaged`."""
    http = settings / "http"
    headers = http / "response-headers"
    return Front(
        app,
        paths.app(app),
        tuple(
            (found.source, app_names.url(paths, app, found.target, tried)) for found in app_names.redirects(settings)
        ),
        _ranges(http / "trusted-proxies"),
        _ranges(http / "allow"),
        values.number(http / "max-body", int(rules.default("http-max-body"))),
        values.number(http / "timeout", int(rules.default("http-timeout"))),
        values.read_or(http / "gzip", "true") == "true",
        values.number(headers, 0) if headers.exists() else None,
        previews.is_preview(paths, app),
    )


def text(front: Front, header: str = "", name: str = "$host") -> str:
    """The lines, each but the first indented as in `location /`. `header` is a directive of the server that would be
    lost where another header is added; `name` holds the name that was asked for."""
    maintenance = ["    add_header Retry-After 120 always;", *([f"    {header}"] if header else [])]
    maintenance.append(f'    return 503 "{front.app} is down for maintenance\\n";')
    lines = [f"if (-f {front.state}/maintenance) {{", *maintenance, "}"]
    for source, url in front.redirects:
        # 308 keeps the method: a form that is sent to the old name arrives.
        lines += [f"if ({name} = {source}) {{", f"    return 308 {url}$request_uri;", "}"]
    lines += _trusted(front)
    lines += [f"allow {found};" for found in front.allow]
    if front.allow:
        lines.append("deny all;")
    lines += ["auth_basic $pocketpaas_realm;", f"auth_basic_user_file {front.state}/visitors;"]
    lines.append(f"client_max_body_size {front.max_body};")
    if front.is_preview:
        # Search engines find no preview.
        lines += ['add_header X-Robots-Tag "noindex, nofollow" always;', *([header] if header else [])]
    lines += [f"proxy_read_timeout {front.timeout}s;", f"proxy_send_timeout {front.timeout}s;"]
    if front.response_headers is not None:
        # Of an answer's header nginx keeps as much as one buffer holds.
        lines += [f"proxy_buffer_size {front.response_headers};", f"proxy_buffers 8 {front.response_headers};"]
    if front.gzip:
        lines += [
            "gzip on;",
            "gzip_proxied any;",
            "gzip_vary on;",
            "gzip_min_length 1024;",
            f"gzip_types {_GZIP_TYPES};",
        ]
    else:
        lines.append("gzip off;")
    return "\n        ".join(lines)


def trusted(front: Front) -> str:
    """The same of the proxies alone that tell whom they ask for."""
    return "\n        ".join(_trusted(front))


def _trusted(front: Front) -> list[str]:
    lines = [f"set_real_ip_from {found};" for found in front.trusted]
    return [*lines, "real_ip_header X-Forwarded-For;", "real_ip_recursive on;"] if lines else []


def _ranges(file: Path) -> tuple[str, ...]:
    found = values.lines(file)
    if not all(names.is_range(line) for line in found):
        raise Damaged(file, "does not hold addresses")
    return found
