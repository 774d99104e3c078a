"""Where a process is started, and with what: each place is listed here and in docs/security.md ("Where users' values
go"). A new one fails until both name it."""

from __future__ import annotations

import ast
import unittest
from collections.abc import Iterator
from pathlib import Path

from test_house import ROOT, modules, name_of

#: What starts a process.
STARTERS = {
    *("run", "process.run", "stream", "process.stream", "stream_lines", "streaming.stream_lines"),
    *("subprocess.Popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output"),
    *("os.execv", "os.execve", "os.execvp", "os.execvpe", "os.execl", "os.execle", "os.execlp", "os.execlpe"),
    *("os.spawnv", "os.spawnve", "os.spawnvp", "os.posix_spawn", "os.posix_spawnp", "os.fork", "os.startfile"),
    *("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "pty.spawn", "multiprocessing.Process"),
}
#: Their environment is `process.ENVIRONMENT` where none is given.
OURS = {"run", "process.run", "stream", "process.stream"}
FIXED = {"ENVIRONMENT", "GIT_ENVIRONMENT", "dict(ENVIRONMENT)", "dict(GIT_ENVIRONMENT)"}

#: The functions that start processes, by module.
PLACES = {
    "backup/quiet.py": {"copy"},
    "backup/recovering.py": {"_reconciled"},
    "backup/sftp.py": {"_make_key", "scan", "objection"},
    "backup/tool.py": {"_ask", "stream"},
    "build/buildpacks.py": {"_git"},
    "build/stack.py": {"_is_being_fetched"},
    "change/backups.py": {"_look"},
    "change/branch.py": {"_git"},
    "cluster/encryption.py": {"is_possible"},
    "cluster/firewall.py": {"guard", "_jump", "facts", "forget"},
    "cluster/host_firewall.py": {"_at_work", "_ufw", "_is_applied", "_rich_rules", "_is_running", "_reload"},
    "cluster/joining.py": {"address_towards", "name_of"},
    "cluster/live_restore.py": {"_reload"},
    "cluster/peers.py": {"make_key", "own_port", "ask", "kept_open", "meet", "refuse_lost"},
    "cluster/streams.py": {"hand_on"},
    "engine/networks.py": {"guard", "unguard"},
    "entry/cancel.py": {"serve"},
    "entry/deploy.py": {"_clean_refs"},
    "entry/door.py": {"_verb", "_git"},
    "entry/handover.py": {"hand_over"},
    "entry/hook.py": {"_git", "_deploy"},
    "entry/keys.py": {"_fingerprint"},
    "entry/mend.py": {"_timers", "_nginx", "_start"},
    "entry/receiver.py": {"main"},
    "entry/source.py": {"__call__", "is_whole", "archive"},
    "machine/apart.py": {"main"},
    "machine/packages.py": {"apt"},
    "machine/process.py": {"run", "stream"},
    "machine/streaming.py": {"stream_lines"},
    "machine/units.py": {"is_active", "stop"},
    "notice/notify.py": {"_run"},
    "notice/sweep.py": {"_put_right"},
    "operation/apps.py": {"make_repository"},
    "operation/cancelling.py": {"cancel"},
    "operation/heir.py": {"appoint"},
    "operation/mirroring.py": {"start"},
    "operation/work.py": {"start"},
    "query/far_logs.py": {"__init__"},
    "query/logs.py": {"_started"},
    "query/auth.py": {"_digest"},
    "move/watching.py": {"_tell"},
    "operation/move_watch.py": {"watch"},
    "query/checkup.py": {"_timers", "_docker", "_nginx", "_enabled"},
    "query/audit.py": {"sshd", "_reaches", "updates", "_is_unattended", "clock"},
    "query/audit_network.py": {"_ufw", "_firewalld", "_nftables", "_iptables"},
    "system/boot.py": {"_begun"},
    "release/catching_up.py": {"_bring"},
    "release/drain.py": {"_start_unit", "_tidy_repository"},
    "routing/acme.py": {"ask", "facts"},
    "schedule/drains.py": {"_put_configuration", "_systemctl"},
    "schedule/forwarder.py": {"_systemctl"},
    "schedule/timers.py": {"_systemctl", "next_times", "_calendar"},
    "routing/certificates.py": {"objection"},
    "routing/guard.py": {"mend"},
    "routing/metadata.py": {"_rule", "rules", "forget"},
    "routing/passage.py": {"make_certificate"},
    "routing/nginx.py": {"version", "try_with", "master_process", "reload"},
    "system/found.py": {"units_at_work", "installed"},
    "system/hardening.py": {
        *("missing", "_ssh", "_firewall", "_bans", "_arm"),
        *("_undo_firewall", "_undo_bans", "_disarm", "reload_sshd"),
    },
    "system/removing.py": {"_units", "_state"},
    "system/restoring.py": {"nginx", "swap", "firewall", "system"},
}

#: Those with an environment of their own, and what it is made by. It adds what stands behind it to the fixed one.
ENVIRONMENTS = {
    ("backup/tool.py", "_ask", "environment"),  # names of files of ours
    ("backup/tool.py", "stream", "environment"),  # the same; how often progress is told
    ("build/buildpacks.py", "_git", "environment"),  # the host's proxy and authorities
    ("cluster/streams.py", "hand_on", "environment"),  # TERM, by a pattern
    ("entry/door.py", "_verb", "handover.environment()"),  # TERM, by a pattern
    ("entry/handover.py", "hand_over", "environment()"),  # the same
    ("entry/door.py", "_git", "_git_environment(paths, key, app, facts, sent)"),  # PP_*, GIT_PROTOCOL by a pattern
    ("entry/hook.py", "_git", "git_environment()"),  # git's own, of the quarantine
    ("entry/hook.py", "_deploy", "environment"),
    ("entry/hook.py", "_deploy", "{**environment, **own, 'PP_BRANCH': branch}"),  # a branch by a pattern
    ("entry/source.py", "__call__", "environment"),  # git's own, of the quarantine; an index of ours
    ("machine/apart.py", "main", "dict(os.environ)"),  # what it was started with: that of restic or cp
    ("machine/process.py", "run", "dict(environment)"),
    ("machine/process.py", "stream", "environment"),
    ("machine/streaming.py", "stream_lines", "dict(environment)"),
    ("notice/notify.py", "_run", "environment"),  # HOME
    ("schedule/timers.py", "_calendar", "UTC_ENVIRONMENT"),  # a constant
    ("schedule/timers.py", "next_times", "UTC_ENVIRONMENT"),
    ("routing/acme.py", "ask", "_environment(paths)"),  # the host's authorities
}

#: f-strings within lists, in modules that start processes: what they put together has been looked at.
PUT_TOGETHER = {
    "change/backups.py": {"f'{one.text}: {error.text}'"},
    "backup/tool.py": {"f'sftp.command=ssh -F {self._destination.ssh_config} {ALIAS} -s sftp'"},
    "backup/quiet.py": {"f'{containers.APP}={app}'"},
    "build/buildpacks.py": {
        "f'refs/heads/{ref}'",
        "f'refs/tags/{ref}'",
        "f'refs/tags/{ref}^{{}}'",
        "f'{commit}^{{tree}}'",
    },
    "build/stack.py": {"f'LABEL {BUILD}='", "f'LABEL {_LABEL}={key}'", "f'{name}: {why}'"},
    "cluster/encryption.py": {"f\"0x{'11' * 20}\""},
    "cluster/firewall.py": {"f':{CHAIN} - [0:0]'", "f'-A {CHAIN} -i lo -j RETURN'", "f'-A {CHAIN} -j DROP'"},
    "cluster/host_firewall.py": {  # constants and an address by is_ipv4
        "f'<protocol value=\"{self.protocol}\"/>'",
        "f'{start} protocol value=\"{self.protocol}\" accept'",
    },
    "cluster/peers.py": {
        "f'{name}={value}'",  # constants, a number, a node's name
        "f'pocketpaas/{rules.protocol()}'",
    },
    "engine/networks.py": {"f'{APP}={app}'"},
    "entry/door.py": {"f\"core.hooksPath={paths.programs / 'hooks'}\""},
    "entry/source.py": {"f'--grep={_SNAPSHOT}'", "f'blobs/{name}'"},
    "notice/sweep.py": {"f'pocketpaas.build={app}'"},
    "operation/work.py": {
        "f'StandardOutput=append:{work.log}'",
        "f'StandardError=append:{work.log}'",
        "f'PocketPaaS: {program} {work.id}'",
        "f'ExecStopPost={paths.programs / name}'",
    },
    "query/audit.py": {"f'{name} (empty)'"},  # a message
    "query/logs_wanted.py": {
        "f'--output-fields={_FIELDS}'",
        "f'--lines={self.lines}'",
        "f'--since=@{self.since}'",
        "f'--until=@{self.until}'",
        "f'lines={self.lines}'",
        "f'since={self.since}'",
        "f'{self.label}={self.app}'",
        "f'POCKETPAAS_TYPE={self.type}'",
        "f'POCKETPAAS_RELEASE={self.release}'",
        "f'POCKETPAAS_INSTANCE={self.cron}'",
        "f'POCKETPAAS_RUN={self.run}'",
    },
    "release/drain.py": {"f'PocketPaaS: draining {app}'"},
    "routing/passage.py": {"f'/CN={name[:60]}'"},  # an app
    "schedule/timers.py": {"f'--base-time=@{base}'"},
    "system/found.py": {"f'{_MINE}*'"},
    "system/hardening.py": {"f'{port}/tcp'", "f'{UNIT}.timer'"},
    "system/restoring.py": {"f'--remove-service={port}'"},
}

#: Modules that start nothing, and make the words with which others start something.
MAKERS = ("query/logs_wanted.py",)

#: Where our own environment is read, and what of it.
READ = {
    "cluster/challenge.py": {"CERTBOT_TOKEN", "CERTBOT_VALIDATION"},
    "entry/door.py": {"SSH_ORIGINAL_COMMAND", "GIT_PROTOCOL", "name"},
    "entry/handover.py": {"SSH_ORIGINAL_COMMAND", "TERM"},
    "entry/hook.py": {"PP_APP", "PP_SENT", "PP_BRANCH", "PP_KEY", "PP_FINGERPRINT", "name"},
    "entry/place.py": {"name"},
    "entry/receiver.py": {"PP_BRANCH"},
    "entry/source.py": {"name"},
    "machine/channel.py": {"TERM"},
    "state/paths.py": {"PP_ROOT", "PP_LOG"},
}


def own_calls(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    """The calls of a function, and of the functions in it."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield node


def outermost(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions and methods that are not in another one."""
    for node in tree.body:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield inner


def module_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


class ProcessesTest(unittest.TestCase):
    maxDiff = None

    def found(self) -> Iterator[tuple[str, str, ast.Call]]:
        for path, tree in modules():
            for function in outermost(tree):
                for call in own_calls(function):
                    if name_of(call.func) in STARTERS:
                        yield module_name(path), function.name, call

    def test_every_place_that_starts_a_process_is_known(self) -> None:
        places: dict[str, set[str]] = {}
        for module, function, _ in self.found():
            places.setdefault(module, set()).add(function)
        self.assertEqual(places, PLACES)

    def test_the_page_about_security_names_each(self) -> None:
        page = (Path(__file__).parents[4] / "docs" / "security.md").read_text(encoding="utf-8")
        for module in PLACES:
            self.assertIn(f"`{module}`", page)

    def test_no_process_is_started_outside_of_a_function(self) -> None:
        for path, tree in modules():
            inside = {id(call) for function in outermost(tree) for call in own_calls(function)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and name_of(node.func) in STARTERS:
                    self.assertIn(id(node), inside, path)

    def test_the_environment_is_a_fixed_one(self) -> None:
        used = set()
        for module, function, call in self.found():
            given = [ast.unparse(word.value) for word in call.keywords if word.arg in ("env", "environment")]
            if name_of(call.func) in ("os.execve", "os.execvpe", "stream_lines"):
                given = [ast.unparse(call.args[5 if name_of(call.func) == "stream_lines" else 2])]
            where = f"{module} {function}"
            if not given:
                self.assertIn(name_of(call.func), OURS, f"{where}: inherits our environment")
                continue
            if given[0] not in FIXED:
                used.add((module, function, given[0]))
        self.assertEqual(used, ENVIRONMENTS)

    def test_no_command_is_text_that_was_put_together(self) -> None:
        found: dict[str, set[str]] = {}
        for path, tree in modules():
            if module_name(path) in (*PLACES, *MAKERS):
                texts = {ast.unparse(text) for node in ast.walk(tree) for text in put_together(node)}
                if texts:
                    found[module_name(path)] = texts
        self.assertEqual(found, PUT_TOGETHER)

    def test_a_command_is_a_list_of_words(self) -> None:
        for module, function, call in self.found():
            self.assertFalse(isinstance(call.args[0], (ast.JoinedStr, ast.Constant)), f"{module} {function}")

    def test_what_of_our_own_environment_is_read(self) -> None:
        read: dict[str, set[str]] = {}
        for path, tree in modules():
            for node in ast.walk(tree):
                at = None
                if isinstance(node, ast.Subscript) and name_of(node.value) == "os.environ":
                    at = node.slice
                if isinstance(node, ast.Call) and name_of(node.func) in ("os.environ.get", "os.getenv"):
                    at = node.args[0]
                if at is not None:
                    named = at.value if isinstance(at, ast.Constant) else ast.unparse(at)
                    read.setdefault(module_name(path), set()).add(str(named))
        self.assertEqual(read, READ)


def put_together(node: ast.AST) -> Iterator[ast.expr]:
    """Texts of a list (a tuple, what is appended to a list) that are put together."""
    words: list[ast.expr] = []
    if isinstance(node, (ast.List, ast.Tuple)):
        words = [word.value if isinstance(word, ast.Starred) else word for word in node.elts]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "insert"):
        words = list(node.args)
    for word in words:
        joined = isinstance(word, ast.BinOp) and isinstance(word.op, (ast.Add, ast.Mod))
        formatted = isinstance(word, ast.Call) and isinstance(word.func, ast.Attribute) and word.func.attr == "format"
        if isinstance(word, ast.JoinedStr) or joined or formatted:
            yield word


if __name__ == "__main__":
    unittest.main()
