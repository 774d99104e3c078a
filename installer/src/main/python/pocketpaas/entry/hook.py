"""git's hook pre-receive, for every app: which ref may do what; hands the deploy branch's source to the receiver. Runs
as the git user in the repository.

Standard input: lines OLD NEW REF. From the door: PP_KEY, PP_APP, PP_BRANCH (empty: no branch yet), PP_FINGERPRINT,
PP_SENT. Exit codes: 0 the refs may move; 1 refused, or the deploy failed. """

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.entry import source
from pocketpaas.entry.place import PLACE_VARIABLES, Place
from pocketpaas.entry.source import git_environment
from pocketpaas.failure import Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import run
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

_NOTHING = "0" * 40
_OWN_REF = re.compile(r"refs/pocketpaas/[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_OWN_RECEIVER = Path("/etc/pocketpaas/receiver")
#: A branch's lock that is older was left behind: git takes one only after this hook.
_STALE_LOCK_SECONDS = 600.0
_USUAL_BRANCHES = ("main", "master")


class _TurnedAway(Exception):
    """Refuses the whole push, with these lines."""


@dataclass(frozen=True)
class Push:
    """What somebody pushes: each branch, tag and ref of ours with its new commit."""

    branches: Mapping[str, str]
    tags: Mapping[str, str]

    @staticmethod
    def of(lines: Sequence[str]) -> Push:
        """From git's lines; turns away refs that nobody may push."""
        branches, tags = {}, {}
        for line in lines:
            _, new, ref = line.rstrip("\n").split(" ", 2)
            if ref.startswith("refs/pocketpaas/"):
                if not _OWN_REF.fullmatch(ref):
                    raise _TurnedAway(f"There is no such ref: {ref}")
            elif ref.startswith("refs/tags/"):
                tags[ref.removeprefix("refs/tags/")] = new
            elif ref.startswith("refs/heads/"):
                branches[ref.removeprefix("refs/heads/")] = new
            else:
                raise _TurnedAway(f"Only branches and tags can be pushed here, not {ref}.")
        return Push(branches, tags)

    def deploy_branch(self, apps_own: str) -> str:
        """The branch that this push may deploy: the app's, or for an app without one the only branch pushed, or a usual
        one; maybe empty."""
        if apps_own:
            return apps_own
        if len(self.branches) == 1:
            return next(iter(self.branches))
        return next((name for name in _USUAL_BRANCHES if name in self.branches), "")


def main(paths: HostPaths, _reporter: Reporter, _arguments: Sequence[str]) -> int:
    """See the module."""
    try:
        return _receive(paths)
    except _TurnedAway as turned:
        _say(*turned.args)
        return 1


def _say(*lines: str) -> None:
    """In the style of the stream's text form."""
    for line in lines:
        sys.stdout.buffer.write(values.encode(f" !     {line}\n"))
    sys.stdout.flush()


def _receive(paths: HostPaths) -> int:
    app = os.environ["PP_APP"]
    # So that the door knows whether anything was sent at all.
    Path(os.environ["PP_SENT"]).touch()
    push = Push.of([values.decode(line) for line in sys.stdin.buffer])
    if _git("rev-parse", "--is-shallow-repository") == "true":
        raise _TurnedAway(
            "This push comes from a shallow clone: the host would get a history with holes.",
            "Either: git fetch --unshallow, then push again; or: pocketpaas deploy "
            "(which ships shallow clones as they are).",
        )
    branch = push.deploy_branch(os.environ.get("PP_BRANCH", ""))
    refuse_tags_named_as_branches(app, branch, push)
    commit = commit_of(app, branch, push)
    if not commit:
        if push.tags and not push.branches:
            goal = f"refs/heads/{branch or 'main'}"
            print(f"       Tags are kept; nothing was deployed. To deploy one: git push pocketpaas TAG^{{}}:{goal}")
        return 0
    stuck = _branch_stuck(branch)
    if stuck:
        raise _TurnedAway(
            f"git cannot move the branch {branch} on the host: {stuck}. Nothing was deployed.",
            'Push again in a moment; if it stays so, an admin looks at the file. "pocketpaas deploy" needs no branch.',
        )
    if not _deploy(paths, app, branch, commit):
        return 1
    stuck = _branch_stuck(branch)
    if stuck:
        _say(
            f"The release is live, but git cannot move the branch {branch} on the host and will say so: {stuck}.",
            "Push again later: it finds the release live and only moves the branch.",
        )
    return 0


def refuse_tags_named_as_branches(app: str, branch: str, push: Push) -> None:
    """git makes a tag of `v1.0:main` where there is no branch main yet: nothing would be deployed, and no push to main
    would ever work again."""
    for tag in push.tags:
        if push.tags[tag] != _NOTHING and tag in (branch, *_USUAL_BRANCHES):
            raise _TurnedAway(
                f"This would make a tag named {tag}, which deploys nothing and stands in the way of the branch {tag}.",
                f"To deploy a tag to {app}: git push pocketpaas TAG^{{}}:refs/heads/{tag}",
            )


def commit_of(app: str, branch: str, push: Push) -> str:
    """What is to be deployed; empty where none of it is. Turns away a push of another branch."""
    commit = ""
    for name, new in push.branches.items():
        if not names.is_branch(name):
            raise _TurnedAway(
                "The branch's name holds characters that a deploy branch cannot have.",
                "Rename it: git branch -m main",
            )
        if name != branch:
            wanted = branch or "main"
            raise _TurnedAway(
                f"{app} deploys from the branch {wanted}; you pushed {name}, so nothing was deployed.",
                f"To ship it: git push pocketpaas {name}:{wanted}",
                f'To deploy from {name} from now on: set "branch: {name}" in pocketpaas.yml '
                'and run "pocketpaas deploy".',
            )
        if new == _NOTHING:
            raise _TurnedAway(
                f"{name} is the deploy branch of {app} and cannot be deleted.",
                "To remove the app: pocketpaas destroy",
            )
        commit = new
    return commit


def _git(*arguments: str) -> str:
    return run(["/usr/bin/git", *arguments], environment=git_environment(), directory=Path.cwd()).text


def _branch_stuck(branch: str) -> str:
    """Why git will not be able to move the branch, after the deploy and too late; empty where it will."""
    ref = Path(_git("rev-parse", "--git-path", f"refs/heads/{branch}"))
    lock = ref.with_name(ref.name + ".lock")
    try:
        if time.time() - lock.stat().st_mtime > _STALE_LOCK_SECONDS:
            values.remove(lock)
    except FileNotFoundError:
        pass
    if lock.exists():
        return f"it is locked ({lock})"
    if ref.parent.is_dir() and not os.access(ref.parent, os.W_OK):
        return f"the repository cannot be written ({ref.parent})"
    return ""


def _tree(commit: str) -> str:
    place = Place.of_environment()
    try:
        return source.tree_of(commit, Path.cwd(), place=place)
    except Refused as refused:
        raise _TurnedAway(f"{refused.text}.", refused.cure) from refused


def _deploy(paths: HostPaths, app: str, branch: str, commit: str) -> bool:
    """The source to the receiver. The tar is made inside git's quarantine, where the new objects are. Whether the
    deploy succeeded."""
    receiver = _OWN_RECEIVER if os.access(_OWN_RECEIVER, os.X_OK) else paths.programs / "receiver"
    # An annotated tag stands for its commit.
    commit = _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    if not names.is_commit(commit):
        raise _TurnedAway("What was pushed is not a commit.")
    environment = git_environment()
    archive = subprocess.Popen(
        ["/usr/bin/git", "archive", "--format=tar", _tree(commit)], stdout=subprocess.PIPE, env=environment
    )
    command = [str(receiver), app, commit, os.environ["PP_KEY"], os.environ.get("PP_FINGERPRINT", "")]
    own = {name: os.environ[name] for name in (*PLACE_VARIABLES, "PP_ROOT", "PP_LOG") if name in os.environ}
    sys.stdout.flush()
    with archive:
        code = subprocess.call(command, stdin=archive.stdout, env={**environment, **own, "PP_BRANCH": branch})
        # Where the receiver did not read to the end.
        if archive.stdout is not None:
            archive.stdout.close()
    return code == 0
