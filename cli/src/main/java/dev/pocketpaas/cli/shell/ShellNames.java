package dev.pocketpaas.cli.shell;

import dev.pocketpaas.cli.completion.LineCompletion;
import dev.pocketpaas.cli.completion.LineCompletion.Candidate;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.core.completion.NameMemory.Kind;
import dev.pocketpaas.core.completion.NameMemory.Name;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.installer.hosts.RememberedNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The values that complete a line in the shell: names that commands have seen, hosts, branches and files. */
final class ShellNames implements LineCompletion.Names {
    private final Supplier<Environment> environment;
    private final BiFunction<Optional<String>, Optional<String>, Optional<ShellTarget>> targets;
    private final Function<HostResolver.ResolvedHost, RememberedNames> memory;

    /**
     * Values for commands in {@code environment}.
     *
     * @param targets the app and host that a command with these options acts on
     * @param memory what is remembered of a host
     */
    ShellNames(
            Supplier<Environment> environment,
            BiFunction<Optional<String>, Optional<String>, Optional<ShellTarget>> targets,
            Function<HostResolver.ResolvedHost, RememberedNames> memory) {
        this.environment = environment;
        this.targets = targets;
        this.memory = memory;
    }

    @Override
    public List<Candidate> of(Values values, LineCompletion.Line line, String begun) {
        return switch (values) {
            case NOTHING, WORDS -> List.of();
            case HOSTS -> hosts(begun);
            case BRANCHES -> branches();
            case FILES -> files(begun, "", false);
            case DIRECTORIES -> files(begun, "", true);
            case ASSIGNMENTS -> {
                int at = begun.indexOf("=@");
                yield at > 0 && begun.indexOf('=') == at
                        ? files(begun.substring(at + 2), begun.substring(0, at + 2), false)
                        : begun.contains("=") ? List.of() : variables(line, "=");
            }
            case VARIABLES -> variables(line, "");
            case COUNTS -> begun.contains("=") ? List.of() : names(Kind.TYPES, line, "=");
            case APPS -> names(Kind.APPS, line, "");
            case KEYS -> names(Kind.KEYS, line, "");
            case SERVICES -> names(Kind.SERVICES, line, "");
            case REGISTRIES -> names(Kind.REGISTRIES, line, "");
            case BUILDPACKS -> names(Kind.BUILDPACKS, line, "");
            case RELEASES -> names(Kind.RELEASES, line, "");
            case TYPES -> names(Kind.TYPES, line, "");
            case JOBS -> names(Kind.JOBS, line, "");
            case RUNS -> names(Kind.RUNS, line, "");
            case DOMAINS -> names(Kind.DOMAINS, line, "");
            case USERS -> names(Kind.USERS, line, "");
        };
    }

    private List<Candidate> variables(LineCompletion.Line line, String suffix) {
        return names(line.shared() ? Kind.SHARED : Kind.VARIABLES, line, suffix);
    }

    private List<Candidate> names(Kind kind, LineCompletion.Line line, String suffix) {
        Optional<ShellTarget> target = targets.apply(line.app(), line.host());
        if (target.isEmpty() || target.get().host().isEmpty()) {
            return List.of();
        }
        boolean ofHost = kind.isOfHost();
        String app = ofHost ? "" : target.get().app().orElse("");
        if (!ofHost && app.isEmpty()) {
            return List.of();
        }
        List<Candidate> found = new ArrayList<>();
        for (Name name : memory.apply(target.get().host().get()).names(kind, app)) {
            found.add(new Candidate(name.text() + suffix, name.note(), suffix.isEmpty()));
        }
        return found;
    }

    private List<Candidate> hosts(String begun) {
        String user = begun.substring(0, begun.lastIndexOf('@') + 1);
        Map<String, Candidate> found = new LinkedHashMap<>();
        new HostResolver(environment.get())
                .registry()
                .list()
                .forEach(host -> found.put(
                        host.name(),
                        new Candidate(user + host.name(), host.address().toString(), true)));
        Path config = environment.get().home().resolve(".ssh/config");
        try (Stream<String> lines = Files.isReadable(config) ? Files.lines(config) : Stream.empty()) {
            lines.map(String::strip)
                    .filter(line -> line.matches("(?i)host\\s.*"))
                    .flatMap(line -> Stream.of(line.split("\\s+")).skip(1))
                    .filter(name -> !name.matches(".*[*?!%].*"))
                    .forEach(name -> found.putIfAbsent(name, new Candidate(user + name, "~/.ssh/config", true)));
        } catch (IOException | java.io.UncheckedIOException e) {
            // Not text: it offers no names.
            return new ArrayList<>(found.values());
        }
        return new ArrayList<>(found.values());
    }

    private List<Candidate> branches() {
        try {
            Optional<LocalRepository> found =
                    LocalRepository.discover(environment.get().workingDirectory());
            if (found.isEmpty()) {
                return List.of();
            }
            try (LocalRepository repository = found.get()) {
                return repository.branchesAndTags().stream()
                        .map(name -> new Candidate(name, "", true))
                        .toList();
            }
        } catch (PocketException e) {
            return List.of();
        }
    }

    private List<Candidate> files(String begun, String before, boolean onlyDirectories) {
        String inside = begun.substring(0, begun.lastIndexOf('/') + 1);
        Path directory = environment.get().resolve(inside.isEmpty() ? "." : inside);
        List<Candidate> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.sorted().forEach(file -> {
                String name = String.valueOf(file.getFileName());
                boolean isDirectory = Files.isDirectory(file);
                boolean hidden = name.startsWith(".")
                        && !begun.substring(inside.length()).startsWith(".");
                if (!hidden && (isDirectory || !onlyDirectories)) {
                    found.add(new Candidate(before + inside + name + (isDirectory ? "/" : ""), "", !isDirectory));
                }
            });
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }
}
