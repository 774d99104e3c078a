package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program itself, with the options that all commands share. */
@Command(
        name = "pocketpaas",
        description = "Turn an Ubuntu or Debian machine into a small Heroku and deploy to it.",
        synopsisSubcommandLabel = "COMMAND")
public final class RootCommand {
    @Option(
            names = {"-a", "--app"},
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "The app. Default: POCKETPAAS_APP, pocketpaas.yml, or the git remote.")
    @Completes(Values.APPS)
    private @Nullable String app;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            scope = ScopeType.INHERIT,
            description = "The host. Default: POCKETPAAS_HOST, pocketpaas.yml, or the git remote.")
    private @Nullable String host;

    @Option(
            names = "--stage",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "The stage of pocketpaas.yml. Default: POCKETPAAS_STAGE, or none.")
    @Completes(Values.NOTHING)
    private @Nullable String stage;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON; streams print one event per line.")
    private boolean json;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Print more: each remote call with its time and round trips, all build output.")
    private boolean verbose;

    @Option(
            names = "--accept-new-host-key",
            scope = ScopeType.INHERIT,
            description = "Trust an unknown host without asking. A changed key is still refused.")
    private boolean acceptNewHostKey;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "What connects to the host: auto, built-in or openssh; else POCKETPAAS_TRANSPORT.")
    @Completes(words = {"auto", "built-in", "openssh"})
    private @Nullable String transport;

    @Option(
            names = {"-C", "--directory"},
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Run as if started in DIR.")
    private @Nullable String directory;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            description = "Print the version.")
    private boolean version;

    /** Sets the switch {@code name}; false if it is none. */
    public boolean turnOn(String name) {
        switch (name) {
            case "--json" -> json = true;
            case "-v", "--verbose" -> verbose = true;
            case "--accept-new-host-key" -> acceptNewHostKey = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Sets the option {@code name} to {@code value}; false if it takes none, or has one already. */
    public boolean set(String name, String value) {
        switch (name) {
            case "-a", "--app" -> {
                boolean first = app == null;
                app = value;
                return first;
            }
            case "--host" -> {
                boolean first = host == null;
                host = value;
                return first;
            }
            case "--stage" -> {
                boolean first = stage == null;
                stage = value;
                return first;
            }
            case "-C", "--directory" -> {
                boolean first = directory == null;
                directory = value;
                return first;
            }
            default -> {
                return false;
            }
        }
    }

    /** The value of {@code --app}. */
    public Optional<String> app() {
        return Optional.ofNullable(app);
    }

    /** The value of {@code --host}. */
    public Optional<String> host() {
        return Optional.ofNullable(host);
    }

    /** What connects to the host, if it was given. */
    public Optional<String> transport() {
        return Optional.ofNullable(transport);
    }

    /** The value of {@code --stage}. */
    public Optional<String> stage() {
        return Optional.ofNullable(stage);
    }

    Optional<String> directory() {
        return Optional.ofNullable(directory);
    }

    /** Whether the result is JSON. */
    public boolean json() {
        return json;
    }

    /** Whether failures come with their causes. */
    public boolean verbose() {
        return verbose;
    }

    /** Whether an unknown host is trusted without asking. */
    public boolean acceptNewHostKey() {
        return acceptNewHostKey;
    }

    boolean help() {
        return help;
    }

    /** Whether only the version is asked for. */
    public boolean version() {
        return version;
    }
}
