"""Types into a real interactive shell on a pseudo-terminal, and reports what Tab made of each line.

Arguments: SHELL (bash, zsh or fish) SCRIPT (the completion script; "-": what the shell reads itself when it starts) DIRECTORY (where to start it).
Standard input: lines to type, each completed by one Tab; those that begin with ? are completed by Tabs until the choices are listed.
Standard output: for each line the line as it stands after Tab, or the choices (the screen, on one line); then "ms N", the longest that a Tab
took, each tried a few times and the shortest time taken.
"""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

LIMIT = 20
SOON = 40
MARK = "\x1e"

# Each shell gets a key that prints its line between two marks: what stands on a screen could be anything.
START = {
    "bash": (
        ["bash", "-i"],
        ["--noprofile", "--norc"],
        "PS1='READY> '; bind 'set bell-style none' 'set completion-query-items 10000' 'set page-completions off'; "
        'bind -x \'"\\C-g": printf "\\036%s\\036" "$READLINE_LINE"\'',
        "; . {script}",
    ),
    "zsh": (
        ["zsh", "-i"],
        ["-f"],
        "PS1='READY> '; unsetopt beep; LISTMAX=10000; "
        "_tell() { printf '\\036%s\\036' \"$BUFFER\" }; zle -N _tell; bindkey '^G' _tell; zstyle ':completion:*' list-prompt ''",
        "; autoload -Uz compinit; compinit -u -D; source {script}",
    ),
    "fish": (
        ["fish", "-i"],
        ["--no-config"],
        "function fish_prompt; echo 'READY> '; end; function fish_greeting; end; "
        "bind \\cu 'commandline \"\"'; bind \\cg 'printf \"\\036%s\\036\" (commandline | string collect)'",
        "; source {script}",
    ),
}


class Shell:
    """A shell on a terminal of our own."""

    def __init__(self, name, script, directory):
        words, alone, begin, load = START[name]
        if script != "-":
            words = words[:1] + alone + words[1:]
            begin += load
        self.name = name
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(directory)
            os.environ["TERM"] = "xterm"
            os.execvp(words[0], words)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 160, 0, 0))
        self.seen = ""
        self.send(begin.replace("{script}", script) + "\n")
        self.until("READY> ", 2 if name == "bash" else 1)
        self.settle()

    def send(self, text):
        os.write(self.terminal, text.encode())

    def read(self, wait):
        ready, _, _ = select.select([self.terminal], [], [], wait)
        if not ready:
            return False
        self.seen += os.read(self.terminal, 65536).decode("utf-8", "replace")
        # A terminal answers when it is asked what it is.
        if "\x1b[c" in self.seen or "\x1b[0c" in self.seen:
            self.seen = self.seen.replace("\x1b[c", "").replace("\x1b[0c", "")
            self.send("\x1b[?62;c")
        return True

    def until(self, text, times=1):
        end = time.monotonic() + LIMIT
        while self.seen.count(text) < times:
            if time.monotonic() > end:
                sys.exit(f"{self.name} shows no {text!r}: {self.seen!r}")
            self.read(0.1)

    def settle(self):
        """Until nothing has come for a while."""
        while self.read(0.15):
            pass

    def line(self):
        self.seen = ""
        self.send("\x07")
        self.until(MARK, 2)
        return self.seen.split(MARK)[1]

    def clear(self):
        """Empties the line."""
        self.send("\x15")
        while self.line():
            self.send("\x15")

    def complete(self, text):
        """The line after one Tab, and the milliseconds until the shell did what was typed after it."""
        self.send(text)
        self.line()
        begin = time.monotonic()
        self.send("\t")
        line = self.line()
        took = (time.monotonic() - begin) * 1000
        self.clear()
        return line, took

    def choices(self, text):
        """What the screen shows after Tab was pressed until there was a list."""
        self.send(text)
        self.line()
        self.seen = ""
        # bash lists what there is at the second Tab that changes nothing.
        for _ in range(3 if self.name == "bash" else 2):
            self.send("\t")
            self.settle()
        shown = self.seen
        self.send("\x1b" if self.name == "fish" else "\x07")
        self.settle()
        self.clear()
        return " ".join(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>(][B0]?|[\r\x07\x1e\x0f]", "", shown).split())


def main():
    name, script, directory = sys.argv[1:]
    lines = sys.stdin.read().splitlines()
    shell = Shell(name, script, directory)
    longest = 0.0
    for line in lines:
        if line.startswith("?"):
            print(shell.choices(line[1:]))
        else:
            completed, took = shell.complete(line)
            print(completed)
            # Where there is nothing to offer, fish stops for a tenth of a second to flash the line.
            if completed == line:
                continue
            # Other work of the machine is in it: a time that is short is believed.
            tries = 1
            while took > SOON and tries < 20:
                took = min(took, shell.complete(line)[1])
                tries += 1
            longest = max(longest, took)
    print("ms", round(longest, 1))


main()
