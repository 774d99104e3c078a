package dev.pocketpaas.cli.environment;

/** Every environment variable that the program reads, with its documentation; README's table is generated from it. */
public enum EnvironmentVariable {
    /** Where to act. */
    POCKETPAAS_HOST(
            "The host to act on, `[user@]address[:port]` or a name from `pocketpaas hosts`; `--host` wins over it."),
    /** What to act on. */
    POCKETPAAS_APP("The app to act on; `--app` wins over it."),
    /** Which stage. */
    POCKETPAAS_STAGE("The stage of `pocketpaas.yml` to act on; `--stage` wins over it."),
    /** The key to log in with. */
    POCKETPAAS_SSH_KEY(
            "Path of the private key to log in with. Without it: the ssh-agent and the usual files in `~/.ssh`."),
    /** Trusted host keys. */
    POCKETPAAS_KNOWN_HOSTS("Path of the file with the keys of trusted hosts, instead of `~/.ssh/known_hosts`."),
    /** What makes the connections. */
    POCKETPAAS_TRANSPORT(
            "What connects to hosts: `auto` (PocketPaaS itself, and OpenSSH where that is not enough), `built-in` or"
                    + " `openssh`; `--transport` wins over it."),
    /** Asks for passwords. */
    SSH_ASKPASS("Program that asks for passwords and passphrases where there is no terminal, as `ssh` uses it."),
    /** When to use it. */
    SSH_ASKPASS_REQUIRE("`force`, `prefer` or `never`: when `SSH_ASKPASS` is used, as with `ssh`."),
    /** The browser. */
    BROWSER("Browsers for `open`, separated by colons; the first that starts is used. `%s` stands for the address."),
    /** The display. */
    DISPLAY("Tells, as for `ssh`, that `SSH_ASKPASS` can show a window."),
    /** The shell. */
    SHELL("Your login shell: `completion install` is for it, and it runs a `ProxyCommand` of your ssh configuration."),
    /** The ssh-agent. */
    SSH_AUTH_SOCK("Socket of the ssh-agent, as `ssh` reads it."),
    /** Where Java is. */
    POCKETPAAS_JAVA_HOME("Directory of the Java to run with; read by the launcher."),
    /** Where Java is, second choice. */
    JAVA_HOME("Directory of the Java to run with where `POCKETPAAS_JAVA_HOME` is not set; read by the launcher."),
    /** Options for Java. */
    POCKETPAAS_JAVA_OPTS("Further options for Java, separated by blanks; read by the launcher."),
    /** Class-data archive. */
    POCKETPAAS_ARCHIVE(
            "`off`: start without the archives of class data that the launcher makes; `beside`: make them beside the program, as packages do; read by the"
                    + " launcher."),
    /** Where releases are. */
    POCKETPAAS_RELEASES(
            "Address of the releases that `upgrade --check` and `install.sh` look at, instead of the built-in one."),
    /** Continuous integration. */
    CI("When set, the launcher makes no archive of class data (it uses one that is there)."),
    /** The editor. */
    VISUAL("The editor of `env edit`."),
    /** The editor, second choice. */
    EDITOR("The editor of `env edit` where `VISUAL` is not set; without both `vi`."),
    /** Colours. */
    NO_COLOR("When set to anything, no colours."),
    /** Width of the output. */
    COLUMNS("Width of help, tables and messages, instead of the width of the window."),
    /** The terminal. */
    TERM("`dumb`: no colours and no redrawn lines. Passed to the far side by `run`."),
    /** Cache directory. */
    XDG_CACHE_HOME("Where caches go, instead of `~/.cache`."),
    /** Data directory. */
    XDG_DATA_HOME("Where `completion install` puts scripts for bash and zsh, instead of `~/.local/share`."),
    /** Zsh's directory. */
    ZDOTDIR("Where your `.zshrc` is, if not in your home directory."),
    /** Configuration directory. */
    XDG_CONFIG_HOME("Where the list of hosts is kept, instead of `~/.config`."),
    /** The configuration of rclone. */
    RCLONE_CONFIG("The configuration of rclone, where `backups destination rclone:REMOTE:DIR` looks for the remote."),
    /** State directory. */
    XDG_STATE_HOME("Where the sandbox's key and notes about hosts are kept, instead of `~/.local/state`."),
    /** Windows. */
    WSL_DISTRO_NAME("Set by the Windows Subsystem for Linux: `open` then uses the browser of Windows."),
    /** Search path. */
    PATH("Where `ssh` and `docker` are found."),
    /** Home directory. */
    HOME("Your home directory."),
    /** The login name. */
    USER("Your login name; the first admin key of a host is named after it.");

    private final String documentation;

    EnvironmentVariable(String documentation) {
        this.documentation = documentation;
    }

    /** What it does, one sentence of Markdown. */
    public String documentation() {
        return documentation;
    }
}
