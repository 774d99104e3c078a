"""The forced command of every key in authorized_keys: git, or one verb; nothing else. Runs as the user pocketpaas.

Arguments: KEY, the key's name. Reads SSH_ORIGINAL_COMMAND. Exit codes: those of the verb or of git; 4 where the command
is refused. """

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pocketpaas import rules
from pocketpaas.entry import handover
from pocketpaas.entry.place import Place
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.events import HumanText, Reporter
from pocketpaas.machine.process import GIT_ENVIRONMENT, run
from pocketpaas.state import names, tree, values
from pocketpaas.state.paths import HostPaths

_VERB = re.compile(r"pocketpaas/([0-9]{1,9})((?: [A-Za-z0-9._:/@=+,-]+)+)", re.ASCII)
_GIT = re.compile(r"git[- ](receive|upload)-pack '/?([^']*)'", re.ASCII)
_GIT_PROTOCOL = re.compile(r"version=[0-9](:[a-z0-9=-]{1,40})*", re.ASCII)

#: What our hosts ask of every repository: nothing of the machine's or the app's configuration has a say.
#: receive.shallowUpdate: else git runs the hook, which deploys, and refuses the branch afterwards; the hook refuses it
#: first. receive.advertisePushOptions: who has push.pushOption set for a forge can push here, too; options are taken
#: and ignored.
_GIT_SETTINGS = (
    "receive.fsckObjects=true",
    "receive.fsck.zeroPaddedFilemode=warn",
    "receive.fsck.badTimezone=warn",
    "receive.fsck.missingSpaceBeforeDate=warn",
    "receive.fsck.hasDotgit=warn",
    "receive.shallowUpdate=true",
    "receive.denyDeletes=false",
    "receive.maxInputSize=2g",
    "receive.autogc=false",
    "receive.denyCurrentBranch=ignore",
    "receive.advertisePushOptions=true",
)


class _TurnedAway(Exception):
    """For people and their tools: lines on standard error, exit code 4."""


def main(paths: HostPaths, _reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    try:
        return _serve(paths, arguments[0] if arguments else "", os.environ.get("SSH_ORIGINAL_COMMAND", ""))
    except _TurnedAway as turned:
        for line in turned.args:
            print(line, file=sys.stderr)
        return 4


def _serve(paths: HostPaths, key: str, command: str) -> int:
    if not names.is_key(key):
        raise _TurnedAway(
            'pocketpaas: this key\'s line in authorized_keys is damaged; run "pocketpaas init host" again'
        )
    if len(command) > handover.MAX_COMMAND:
        raise _TurnedAway("pocketpaas: the command is too long")
    if not command:
        raise _TurnedAway(
            f"Hello {key}. This is a PocketPaaS host: there is no shell here.",
            'Ship an app with "pocketpaas deploy", or with "git push pocketpaas main".',
        )
    verb = _VERB.fullmatch(command)
    if verb:
        return _verb(paths, key, int(verb[1]), verb[2].split())
    if command.startswith("pocketpaas/"):
        raise BadRequest("the command holds characters that no command has")
    git = _GIT.fullmatch(command)
    if git:
        app = git[2].removesuffix(".git")
        if not names.is_app(app):
            raise _TurnedAway(
                "pocketpaas: this is not the name of an app.",
                "A name has lower-case letters, digits and dashes, begins with a letter and has at most 40 characters: "
                "git push pocketpaas@HOST:NAME main",
            )
        return _git(paths, key, f"{git[1]}-pack", app)
    raise _TurnedAway(
        f"pocketpaas: the key {key} can push with git and use the pocketpaas program, nothing else "
        "(no shell, no file copies)."
    )


def _verb(paths: HostPaths, key: str, protocol: int, words: Sequence[str]) -> int:
    if protocol != rules.protocol():
        raise Refused(
            "protocol",
            f"this host speaks protocol {rules.protocol()}, the command came with protocol {protocol}",
            "use a pocketpaas program of the host's version, " 'or run "pocketpaas init host" with the newer one',
        )
    rule = rules.verb(words[0])
    if rule is not None and not rule["outside"]:
        # What only the programs of the host call.
        raise BadRequest(f'there is no verb "{words[0]}"', "unknown-verb")
    command = handover.enter(str(paths.programs), key, list(words))
    os.execve(command[0], command, handover.environment())


def _git(paths: HostPaths, key: str, service: str, app: str) -> int:
    """Hands over to git, for a key that may."""
    push = service == "receive-pack"
    admitted = run(handover.enter(str(paths.programs), key, ["admit", app, "push" if push else "fetch"]))
    if not admitted.ok:
        human = HumanText()
        shown = [line for one in admitted.text.split("\n") for line in human.lines_of(one)]
        raise _TurnedAway(*shown, *human.ending())
    facts = tree.parse(admitted.out)
    with tempfile.TemporaryDirectory(prefix="pocketpaas-push.") as directory:
        sent = Path(directory) / "sent"
        code = subprocess.call(
            _git_command(paths, service, app), env=_git_environment(paths, key, app, facts, sent), cwd="/"
        )
        if push and code == 0 and not sent.exists():
            _tell_nothing_sent(app, facts)
            _tell_of_a_tag(paths.app(app) / "repo.git", facts.get("branch", ""))
    return code if code >= 0 else 128 - code


def _git_command(paths: HostPaths, service: str, app: str) -> list[str]:
    command = ["/usr/bin/git", "-c", f"core.hooksPath={paths.programs / 'hooks'}"]
    for setting in _GIT_SETTINGS:
        command += ["-c", setting]
    return [*command, service, str(paths.app(app) / "repo.git")]


def _git_environment(paths: HostPaths, key: str, app: str, facts: dict[str, str], sent: Path) -> dict[str, str]:
    """Nothing of this host's git configuration, nor of the login's environment, has a say."""
    environment = {
        **GIT_ENVIRONMENT,
        "HOME": str(paths.root / "home"),
        "PP_KEY": key,
        "PP_APP": app,
        "PP_BRANCH": facts.get("branch", ""),
        "PP_FINGERPRINT": facts.get("fingerprint", ""),
        "PP_SENT": str(sent),
        **Place(*(facts.get(name, "") for name in Place._fields)).variables(),
    }
    protocol = os.environ.get("GIT_PROTOCOL", "")
    if _GIT_PROTOCOL.fullmatch(protocol):
        environment["GIT_PROTOCOL"] = protocol
    for name in ("PP_ROOT", "PP_LOG"):
        if name in os.environ:
            # Of a test.
            environment[name] = os.environ[name]
    return environment


def _tell_nothing_sent(app: str, facts: dict[str, str]) -> None:
    """git decided on the laptop to send nothing, and says why in its own words; what it cannot know is what is live."""
    live, commit = facts.get("live", ""), facts.get("commit", "")
    if live:
        shown = f"v{live}" + (f" ({commit[:7]})" if commit else "")
        text = (
            f"pocketpaas: nothing was sent, so nothing was deployed; live is {shown} of {app}.\n"
            'pocketpaas: if git says "rejected", commits were deployed that are not in this clone: '
            "pull them from where "
            "you share your code and push\n"
            '            again, or ship this clone as it is with "pocketpaas deploy".\n'
        )
    else:
        text = (
            f"pocketpaas: nothing was sent, so nothing was deployed; nothing of {app} is live: "
            'run "pocketpaas deploy".\n'
        )
    sys.stderr.write(values.decode(values.encode(text)))


def _tell_of_a_tag(repository: Path, branch: str) -> None:
    """With a tag and a branch of one name over here git on the laptop sends nothing to that name: "dst refspec …
    matches more than one"."""
    tags, heads = (_refs(repository, kind) for kind in ("tags", "heads"))
    both = [branch] if branch in tags else sorted(tags & heads)
    for name in both[:1]:
        text = (
            f"pocketpaas: the host has a tag named {name} beside the branch {name}, so git does not know which one you "
            f"mean.\n            Remove the tag: git push pocketpaas :refs/tags/{name}\n"
            f"            Or name the branch in full: git push pocketpaas HEAD:refs/heads/{name}\n"
        )
        sys.stderr.write(values.decode(values.encode(text)))


def _refs(repository: Path, kind: str) -> set[str]:
    """The names of the branches ("heads") or tags, as git keeps them: a file each, or a line of `packed-refs`."""
    place = repository / "refs" / kind
    found = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    packed = values.read_or(repository / "packed-refs", "").split("\n")
    begin = f"refs/{kind}/"
    return found | {
        words[1].removeprefix(begin) for words in map(str.split, packed) if words[1:] and words[1].startswith(begin)
    }
