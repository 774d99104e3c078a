"""Previews of an app.

Arguments: APP, what is to be done, LABEL (a branch or another name, or that of the preview's app) and for `open` and
`extend` perhaps how many seconds it lasts after each deploy. `name`: which app it is, or would be; `open`: made
where there is none, and lasts its whole time again; `extend`: the same of one that is there; `remove`: an operation;
`plan`: what `open` would come to, and nothing is changed. The others answer with a tree: app, exists (yes, no), ends;
of a new one new, and left-out (variables of APP that the preview does not have). `plan` also with env (the names of its
variables), variables (those that have a value of their own in previews), service/NAME (new, copy, share, none), ttl
(seconds), cron (whether jobs run), and blocked (why there can be none)."""

from __future__ import annotations

import time

from pocketpaas import rules
from pocketpaas.entry.changes import change_of
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation import preview
from pocketpaas.operation.audit import audit
from pocketpaas.service import links
from pocketpaas.state import clock, names, previews
from pocketpaas.state.previews import Policy, Preview


def serve(request: Request) -> int:
    """See the module."""
    parent, action, label, *more = request.arguments
    if not names.is_branch(label):
        raise BadRequest(
            f'"{label[:60]}" cannot be the name of a preview',
            cure="use letters, digits and . _ - /; at most 200 characters",
        )
    _refuse_nested(request, parent)
    if action == "name" and not more:
        return _name(request, parent, label)
    if action == "plan" and not more:
        return answer(_planned(request, parent, label))
    if action in ("open", "extend"):
        return _keep(request, parent, label, action == "open", _seconds(more))
    if action == "remove" and not more:
        return _remove(request, parent, label)
    raise BadRequest("preview: name, plan, open, extend or remove, with an app and a label")


def _seconds(words: list[str]) -> int | None:
    least, most = rules.limits("preview-ttl")
    if not words:
        return None
    if len(words) > 1 or not names.is_number(words[0], least, most):
        raise BadRequest(f"a preview lasts from {least} to {most} seconds")
    return int(words[0])


def _refuse_nested(request: Request, parent: str) -> None:
    if previews.is_preview(request.paths, parent):
        raise Refused(
            "is-preview",
            f"{parent} is a preview itself",
            f"name the app that it is a preview of: --app {previews.parent_of(request.paths, parent)}",
        )


def _need(request: Request, parent: str, label: str) -> Preview:
    found = previews.labelled(request.paths, parent, label)
    if found is None:
        raise Refused("no-preview", f"{parent} has no preview {label}", f"see: pocketpaas previews --app {parent}")
    return found


def _name(request: Request, parent: str, label: str) -> int:
    found = previews.labelled(request.paths, parent, label)
    if found is not None:
        return _tell(found)
    return answer({"app": preview.free_name(request.paths, parent, label), "exists": "no"})


def _planned(request: Request, parent: str, label: str) -> dict[str, str]:
    paths, policy = request.paths, Policy.of(request.paths, parent)
    found = previews.labelled(paths, parent, label)
    told = {"ttl": str(policy.ttl), "variables": "\n".join(policy.variables)}
    told["cron"] = "yes" if policy.runs_jobs else "no"
    told |= {f"service/{link.service.name}": policy.service(link.service.name) for link in links.of_app(paths, parent)}
    if found is not None:
        return {**told, "app": found.app, "exists": "yes", "ends": clock.text_of(found.ends)}
    taken, left_out = preview.variables(paths, parent, policy.variables, policy.secrets)
    own = [path.rpartition("/")[2] for path in taken if path.startswith("operator/env/")]
    told |= {"env": "\n".join((*own, *policy.variables)), "left-out": "\n".join(left_out)}
    try:
        preview.refuse_full(paths, parent, policy.most)
    except Refused as refused:
        told["blocked"] = refused.text
    return {**told, "app": preview.free_name(paths, parent, label), "exists": "no"}


def _keep(request: Request, parent: str, label: str, makes: bool, seconds: int | None) -> int:
    with host_lock(request.paths, Holder(request.key, f"opening a preview of {parent}")):
        found = previews.labelled(request.paths, parent, label)
        if found is not None:
            return _tell(previews.renew(request.paths, found, time.time(), seconds))
        if not makes:
            _need(request, parent, label)
        ttl = seconds if seconds is not None else Policy.of(request.paths, parent).ttl
        made = preview.make(request.paths, parent, label, ttl, request.key)
    return _tell(made.preview, {"new": "yes", "left-out": "\n".join(made.left_out)})


def _tell(found: Preview, more: dict[str, str] | None = None) -> int:
    return answer({"app": found.app, "exists": "yes", "ends": clock.text_of(found.ends), **(more or {})})


def _remove(request: Request, parent: str, label: str) -> int:
    found = _need(request, parent, label)
    audit(request.paths, request.key, parent, f"preview remove {found.app}", 0)
    return change_of(request, "destroy", found.app, ("volumes",))
