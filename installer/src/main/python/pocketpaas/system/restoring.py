"""Puts back what `init host` changed in other programs' configuration: nginx, Docker, systemd, the firewall, swap."""

from __future__ import annotations

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import run
from pocketpaas.state import values
from pocketpaas.system import files
from pocketpaas.system.before import Before
from pocketpaas.system.files import Machine

_STOCK, _STOCK_GOAL = "etc/nginx/sites-enabled/default", "/etc/nginx/sites-available/default"
_DAEMON = "etc/docker/daemon.json"
_BASE = "etc/nginx/conf.d/pocketpaas.conf"


def nginx(machine: Machine, before: Before, reporter: Reporter) -> None:
    """Without our files, with its own site where it was enabled. It keeps serving what others have in it."""
    base = machine.path(_BASE)
    if files.is_ours(base):
        values.remove(base)
    values.remove_tree(machine.path(files.SITES))
    stock = machine.path(_STOCK)
    goal = machine.path(_STOCK_GOAL.lstrip("/"))
    restored = before.stock_site and goal.is_file() and not stock.exists()
    if restored:
        values.remove(stock)
        stock.symlink_to(_STOCK_GOAL)
    if not machine.path("usr/sbin/nginx").exists():
        return
    tested = run(["nginx", "-t"])
    if not tested.ok and restored:
        # Without IPv6 nginx cannot start with the site that it comes with.
        values.remove(stock)
        reporter.warn(f"nginx refuses its own default site, so it stays disabled: {tested.complaint}")
        tested = run(["nginx", "-t"])
    if not tested.ok:
        reporter.warn(f"nginx refuses its configuration and goes on with the old one: {tested.complaint}")
    elif run(["systemctl", "--quiet", "is-active", "nginx.service"]).ok:
        run(["systemctl", "reload", "nginx.service"])


def swap(machine: Machine, reporter: Reporter) -> None:
    """Without our swap file."""
    table, file = machine.path("etc/fstab"), machine.path(files.SWAP)
    text = values.read_or(table, "")
    kept = [line for line in text.splitlines(keepends=True) if not files.in_fstab(line)]
    if "".join(kept) != text:
        values.write(table, "".join(kept), table.stat().st_mode & 0o777)
    if not file.exists():
        return
    if f"{file} " in values.read_or(machine.path("proc/swaps"), ""):
        off = run(["swapoff", str(file)], seconds=600)
        if not off.ok:
            reporter.warn(f"the swap file is in use: {off.complaint}")
            return
    values.remove(file)


def firewall(before: Before, reporter: Reporter) -> None:
    """Ports that `init host` opened are closed again."""
    for line in before.firewall:
        program, _, port = line.partition(" ")
        if program == "ufw":
            ended = run(["ufw", "delete", "allow", port])
        else:
            ended = run(["firewall-cmd", "--quiet", "--permanent", f"--remove-service={port}"])
        if not ended.ok:
            reporter.warn(f"{program} does not close {port} again: {ended.complaint}")
    if any(line.startswith("firewalld ") for line in before.firewall):
        run(["firewall-cmd", "--quiet", "--reload"])


def system(machine: Machine, before: Before, engine: Engine | None) -> None:
    """Without our parts of other programs' units and settings."""
    changed = machine.marked()
    daemon = machine.path(_DAEMON)
    if before.daemon and values.read(daemon) == before.daemon:
        values.remove(daemon)
        changed.append(daemon)
    for path in changed:
        values.remove(path)
    machine.tidy()
    run(["systemctl", "daemon-reload"])
    if any(path.parent.name == "journald.conf.d" for path in changed):
        run(["systemctl", "restart", "systemd-journald.service"])
    if engine is not None and any("docker" in str(path) for path in changed) and not _has_containers(engine):
        run(["systemctl", "restart", "docker.service"], seconds=120)
    for unit in before.disabled:
        run(["systemctl", "disable", "--quiet", "--now", unit], seconds=120)


def _has_containers(engine: Engine) -> bool:
    """Whether somebody's container runs: then the engine keeps its settings until it is started again by them."""
    try:
        return bool(engine.get("/containers/json"))
    except EngineError:
        return True
