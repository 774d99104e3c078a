"""The certificates of an app's domains. Routing only: no container is touched, no release is made. The link `current`
is set only where nginx serves with the certificate; killed before it, reconcile puts nginx back."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pocketpaas.change import certificates as asking
from pocketpaas.change import outcome
from pocketpaas.change.changing import Changing
from pocketpaas.failure import BadRequest, CannotWrite, Failed, Failure, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.routing import automatic, certificates
from pocketpaas.routing import names as app_names
from pocketpaas.routing.tried import Tried
from pocketpaas.state import names, values


def change(changing: Changing, arguments: Sequence[str]) -> int:
    """add, automatic, remove or revert; values/domains (lines; none for automatic: all that shall have one)."""
    action = arguments[0] if len(arguments) == 1 else " ".join(arguments)
    domains = tuple(dict.fromkeys(changing.lines("domains")))
    if not domains and action != "automatic":
        raise BadRequest("no domain is named")
    for domain in domains:
        if not names.is_domain(domain):
            raise BadRequest(f'"{domain}" is not a valid domain', "bad-domain")
    actions = {"add": _add, "automatic": _automatic, "remove": _remove, "revert": _revert}
    if action not in actions:
        raise BadRequest(f'"{action}" is not add, automatic, remove or revert')
    code = actions[action](changing, domains)
    return code


def _add(changing: Changing, domains: tuple[str, ...]) -> int:
    """values/id, values/fullchain.pem, values/key.pem, values/info/."""
    operation = changing.operation
    paths, app = operation.paths, operation.app
    certificate = _id(changing)
    _need_domains(operation, domains)
    _check(changing)
    tried = {}
    for domain in domains:
        current = certificates.current(paths, app, domain)
        if current is None or current.name != certificate:
            try:
                tried[domain] = certificates.store(paths, app, domain, certificate, changing.sent)
            except CannotWrite as error:
                raise _failed("the certificate could not be stored (disk full?)") from error
    if not tried:
        return outcome.nothing_to_do(operation, "this certificate is there already")
    _route(operation, Tried(tried), domains)
    for domain in domains:
        _use(operation, domain, certificate)
    return _done(operation)


def _id(changing: Changing) -> str:
    found = values.read_or(changing.sent / "id", "")
    if not names.is_sha256(found):
        raise BadRequest("the certificate's id is missing")
    return found


def _check(changing: Changing) -> None:
    """The files are what they should be; what nginx cannot use is told before anything is changed."""
    for name in ("fullchain.pem", "key.pem"):
        if not values.read_or(changing.sent / name, ""):
            raise BadRequest(f"the certificate is incomplete: {name} is missing")
    values.make_directory(changing.sent / "info")
    for name in ("not-before", "not-after"):
        if not names.is_number(values.read_or(changing.sent / "info" / name, "")):
            raise BadRequest(f"the certificate's {name} is missing")
    objection = certificates.objection(changing.sent)
    if objection is not None:
        raise _failed(f"nginx cannot use the certificate: {objection}")


def _need_domains(operation: Operation, domains: Sequence[str]) -> None:
    """Each is one of the app's names."""
    paths, app = operation.paths, operation.app
    release = slots.live_release(paths, app)
    settings = (paths.app(app) if release is None else paths.release(app, release)) / "settings"
    known = app_names.names_of(paths, app, settings)
    for domain in domains:
        if domain not in known:
            raise Refused(
                "no-domain", f"{domain} is not a domain of {app}", f"add it first: pocketpaas domains add {domain}"
            )


def _automatic(changing: Changing, domains: tuple[str, ...]) -> int:
    """One from the host's authority for each, now."""
    operation = changing.operation
    paths, app = operation.paths, operation.app
    if not automatic.ready(paths):
        raise Refused(
            "no-authority",
            "this host asks no authority for certificates",
            "bring one (--cert, --key), or let it: pocketpaas init host HOST --acme-directory URL",
        )
    release = slots.live_release(paths, app)
    if release is None:
        raise Refused("not-live", f"nothing of {app} is live", "deploy it first; the deploy asks for the certificate")
    _need_domains(operation, domains)
    own_cure = "bring a certificate of your own: --cert, --key"
    for domain in domains:
        if not automatic.is_public(domain):
            raise Refused("no-domain", f"no authority can check the name {domain}", own_cure)
    automatic.switch_on(paths, app, domains)
    wanted = domains or automatic.wanted(paths, app, paths.release(app, release))
    if not wanted:
        raise Refused(
            "no-domain",
            f"{app} has no domain that an authority could check",
            f"pocketpaas domains add NAME, a name in the public DNS; or {own_cure}",
        )
    asked = [domain for domain in wanted if _may_be_renewed(operation, domain)]
    if not asked:
        return outcome.nothing_to_do(operation, "each has a certificate that need not be renewed yet")
    if len(asking.ask(operation, changing.lock, asked)) < len(asked):
        raise _failed("not every domain has a certificate; the lines above say why")
    return _done(operation)


def _may_be_renewed(operation: Operation, domain: str) -> bool:
    current = certificates.current(operation.paths, operation.app, domain)
    return current is None or not automatic.is_own(current) or automatic.expires(current, time.time())


def _remove(changing: Changing, domains: tuple[str, ...]) -> int:
    """Back to plain HTTP, and no certificate by itself."""
    operation = changing.operation
    paths, app = operation.paths, operation.app
    automatic.switch_off(paths, app, domains)
    known = []
    for domain in domains:
        if certificates.current(paths, app, domain) is not None:
            known.append(domain)
        else:
            operation.reporter.note(f"{domain} has no certificate")
    if not known:
        return outcome.nothing_to_do(operation, "there is no certificate to remove")
    _route(operation, Tried({domain: None for domain in known}), domains)
    for domain in known:
        certificates.forget(paths, app, domain)
    return _done(operation)


def _revert(changing: Changing, domains: tuple[str, ...]) -> int:
    """Where the certificate of values/id is in use, the one before it again, or none."""
    operation = changing.operation
    paths, app = operation.paths, operation.app
    certificate = _id(changing)
    tried = {}
    for domain in domains:
        current = certificates.current(paths, app, domain)
        if current is not None and current.name == certificate:
            tried[domain] = certificates.previous(paths, app, domain)
    if not tried:
        return outcome.nothing_to_do(operation, "this certificate is not in use any more")
    _route(operation, Tried(tried), domains)
    for domain, before in tried.items():
        if before is None:
            certificates.forget(paths, app, domain)
        else:
            _use(operation, domain, before.name)
    return _done(operation)


def _use(operation: Operation, domain: str, certificate: str) -> None:
    try:
        certificates.use(operation.paths, operation.app, domain, certificate)
    except CannotWrite as error:
        raise _failed("the certificate could not be put in use (disk full?)") from error


def _route(operation: Operation, tried: Tried, domains: Sequence[str]) -> None:
    """nginx works by what is tried, or all is as it was, and this raises."""
    if not asking.is_served(operation):
        return
    operation.reporter.step("routing", "start")
    try:
        asking.serve(operation, tried)
    except Failure:
        operation.reporter.step("routing", "fail")
        raise
    operation.reporter.step("routing", "done", app_names.shown(domains))


def _failed(text: str) -> Failed:
    return Failed("certificate", text)


def _done(operation: Operation) -> int:
    outcome.tell_names(operation, slots.live_release(operation.paths, operation.app))
    return 0
