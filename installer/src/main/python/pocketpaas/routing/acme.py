"""certbot, asked for one certificate: with directories of our own, so that neither its own timer nor an owner's
certificates have to do with ours."""

from __future__ import annotations

import re
import shlex
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import CannotWrite
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import ENVIRONMENT, Ended, run
from pocketpaas.routing import certificates, places
from pocketpaas.state import host_settings, values
from pocketpaas.state.paths import HostPaths

_SECONDS = 120
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_LETS_ENCRYPT = ("https://acme-v02.api.letsencrypt.org/", "https://acme-staging-v02.api.letsencrypt.org/")
_TERMS = "https://letsencrypt.org/repository/"
_LIMITED = re.compile(r"rate.?limit|too many", re.IGNORECASE)
_ISSUER = ("openssl", "x509", "-noout", "-nameopt", "RFC2253,utf8,-esc_msb", "-serial", "-issuer", "-dates", "-in")


@dataclass(frozen=True)
class Asked:
    """The certificate's directory (fullchain.pem, key.pem, info/), or None: then `detail` is why, as one sentence, and
    `limited` whether it is asked too often."""

    certificate: Path | None
    detail: str = ""
    limited: bool = False


def client(paths: HostPaths) -> Path:
    """certbot's own directory (0700)."""
    return paths.root / "acme-client"


def tell_terms(paths: HostPaths, reporter: Reporter) -> None:
    """Said once, before the host's first certificate. Raises `Damaged`."""
    if (client(paths) / "accounts").is_dir():
        return
    authority = host_settings.need(paths, "acme-directory")
    if authority.startswith(_LETS_ENCRYPT):
        reporter.note(f"Certificates come from Let's Encrypt. By using them you accept its terms: {_TERMS}")
    else:
        reporter.note(f"Certificates come from {authority}. By using them you accept its terms.")


def ask(paths: HostPaths, domain: str, also: Sequence[str] = ()) -> Asked:
    """Asks the authority, two minutes at most; the machines `also` answer its question, too. Raises `Damaged` where the
    host has no authority."""
    authority = host_settings.need(paths, "acme-directory")
    try:
        ended = run(_command(paths, authority, domain, also), seconds=_SECONDS, environment=_environment(paths))
    except (OSError, CannotWrite):
        return Asked(None, "the client could not be started (disk full?)")
    output = _keep_output(paths, ended)
    try:
        certificate = _take(paths, domain) if ended.ok else None
    except (OSError, CannotWrite, ValueError) as error:
        return Asked(None, f"the certificate could not be taken over: {error}")
    return Asked(certificate, detail(output), _LIMITED.search(output) is not None)


def _command(paths: HostPaths, authority: str, domain: str, also: Sequence[str]) -> list[str]:
    own, mail = client(paths), host_settings.text(paths, "acme-email")
    register = ["--email", mail, "--no-eff-email"] if mail else ["--register-unsafely-without-email"]
    return [
        *("certbot", "certonly", "--non-interactive", "--agree-tos", *register, "--server", authority),
        *("--config-dir", str(own), "--work-dir", str(own / "work"), "--logs-dir", str(own / "logs")),
        *("--max-log-backups", "5", "--no-directory-hooks"),
        *(_hooks(paths, also) if also else ("--webroot", "--webroot-path", str(places.challenges(paths)))),
        *("--preferred-challenges", "http"),
        *("--key-type", "ecdsa", "--no-autorenew", "--force-renewal", "--cert-name", domain, "--domain", domain),
    ]


def _hooks(paths: HostPaths, also: Sequence[str]) -> tuple[str, ...]:
    """certbot has our program put the challenge on the machines, and waits for it, before it has the authority look.
    What it starts are command lines: of our program's path, a word and names of machines."""
    put, remove = (shlex.join((str(paths.programs / "challenge"), action, *also)) for action in ("put", "remove"))
    return "--manual", "--manual-auth-hook", put, "--manual-cleanup-hook", remove


def _environment(paths: HostPaths) -> dict[str, str]:
    """With the host's own authorities, where it has some."""
    bundle, extra = _AUTHORITIES, host_settings.text(paths, "ca-certificates.pem")
    if extra:
        bundle = client(paths) / "authorities.pem"
        values.write(bundle, _AUTHORITIES.read_text("utf-8", "surrogateescape") + extra, durable=False)
    return {**ENVIRONMENT, "REQUESTS_CA_BUNDLE": str(bundle)}


def _keep_output(paths: HostPaths, ended: Ended) -> str:
    output = values.decode(ended.out + ended.err)
    if ended.code == 124:
        output += f"\nDetail: the authority did not answer within {_SECONDS} seconds\n"
    try:
        values.write_file(client(paths) / "output", values.encode(output), durable=False)
    except OSError:
        # For people who look for more than the one sentence.
        pass
    return output


def _take(paths: HostPaths, domain: str) -> Path | None:
    """From what the client has left; None where that is no certificate that nginx can serve. Raises OSError,
    `CannotWrite`, ValueError."""
    live, got = client(paths) / "live" / domain, client(paths) / "got"
    values.fresh_directory(got)
    values.make_directory(got / "info")
    for source, target in (("fullchain.pem", "fullchain.pem"), ("privkey.pem", "key.pem")):
        data = (live / source).read_bytes()
        if not data:
            raise ValueError(f"{source} is empty")
        values.write_file(got / target, data, durable=False)
    objection = certificates.objection(got)
    if objection is not None:
        raise ValueError(objection)
    for name, text in {**facts(got / "fullchain.pem"), "names": domain, "source": "automatic"}.items():
        values.put(got / "info" / name, text)
    # The app's directory is the only place where the key is kept; the next one is a new request, with a new key.
    for left in (live, client(paths) / "archive" / domain, client(paths) / "renewal" / f"{domain}.conf"):
        values.remove_tree(left)
    return got


def facts(chain: Path) -> dict[str, str]:
    """serial, issuer, not-before and not-after (seconds) of the first certificate. Raises ValueError."""
    ended = run([*_ISSUER, str(chain)])
    if not ended.ok:
        raise ValueError(ended.complaint)
    found = dict(line.partition("=")[::2] for line in ended.text.split("\n"))
    try:
        return {
            "serial": found["serial"],
            "issuer": issuer(found["issuer"].strip()),
            "not-before": str(int(ssl.cert_time_to_seconds(found["notBefore"]))),
            "not-after": str(int(ssl.cert_time_to_seconds(found["notAfter"]))),
        }
    except KeyError as error:
        raise ValueError(f"openssl does not tell its {error}") from error


def issuer(name: str) -> str:
    """Organisation and common name of an issuer in the form of RFC 2253."""
    organisation, common = _part(name, "O"), _part(name, "CN")
    return common if organisation in common else f"{organisation} {common}"


def _part(name: str, kind: str) -> str:
    found = re.findall(rf"(?:^|,){kind}=([^,]+)", name)
    return str(found[-1]) if found else ""


def detail(output: str) -> str:
    """What the authority had against it, as one sentence, in what certbot printed."""
    lines = output.split("\n")
    for line in lines:
        if line.lstrip(" ").startswith("Detail:"):
            return line.lstrip(" ").removeprefix("Detail:").lstrip(" ")
    for line, following in zip(lines, lines[1:]):
        if line.startswith("An unexpected error occurred:") and following:
            return following
    rest = [line for line in lines if line.strip(" ") and not line.startswith(("Saving debug log", "Ask for help"))]
    return rest[-1] if rest else "the client gave no reason"
