package dev.pocketpaas.installer.hosts;

import dev.pocketpaas.core.completion.NameMemory;
import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names of things on one host, in files that a shell reads without help: one name a line, behind it a tab and a note. Only a convenience: a
 * file that cannot be read or written is no failure.
 *
 * <pre>
 * HOST/apps  HOST/keys  HOST/shared
 * HOST/app/APP/releases  variables  types  domains  users
 * </pre>
 */
public final class RememberedNames implements NameMemory {
    /** What goes onto a command line as it is. Anything else is not offered. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_*][A-Za-z0-9._@*+-]{0,252}");

    private static final int MOST = 500;
    private static final int LONGEST_NOTE = 60;

    private final Path directory;

    /**
     * What is remembered of the host at {@code address}.
     *
     * @param directory for example {@code ~/.cache/pocketpaas/completion}; made when something is remembered first
     */
    public RememberedNames(Path directory, HostAddress address) {
        this.directory = directory.resolve(
                new HostAddress(null, address.name(), address.port()).toString().replace('/', '%'));
    }

    /** The names of {@code kind}; {@code app} is empty for what belongs to the host. */
    public List<Name> names(Kind kind, String app) {
        if (!app.isEmpty() && !isPlain(app)) {
            return List.of();
        }
        try {
            List<Name> names = new ArrayList<>();
            for (String line : Files.readAllLines(file(kind, app))) {
                String[] parts = line.split("\t", 2);
                if (isPlain(parts[0])) {
                    names.add(new Name(parts[0], parts.length < 2 ? "" : parts[1]));
                }
            }
            return names;
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public void replace(Kind kind, String app, List<Name> names) {
        if (app.isEmpty() || isPlain(app)) {
            write(kind, app, names);
        }
    }

    @Override
    public void add(Kind kind, String app, List<Name> names) {
        if (names.isEmpty()) {
            return;
        }
        Map<String, Name> all = new LinkedHashMap<>();
        List<Name> before = names(kind, app);
        names.forEach(name -> all.put(name.text(), name));
        for (Name name : before) {
            // What is known of a name is not forgotten for somebody who only knows the name.
            all.merge(name.text(), name, (added, old) -> added.note().isEmpty() ? old : added);
        }
        boolean nothingNew = before.stream().map(Name::text).toList().containsAll(textsOf(names))
                && names.stream().allMatch(name -> name.note().isEmpty());
        if (!nothingNew) {
            replace(kind, app, new ArrayList<>(all.values()));
        }
    }

    @Override
    public void remove(Kind kind, String app, List<String> gone) {
        List<Name> before = names(kind, app);
        List<Name> left =
                before.stream().filter(name -> !gone.contains(name.text())).toList();
        if (left.size() < before.size()) {
            replace(kind, app, left);
        }
    }

    @Override
    public void forget(String app) {
        if (isPlain(app)) {
            remove(Kind.APPS, "", List.of(app));
            delete(directory.resolve("app").resolve(app));
        }
    }

    /** Forgets the whole host. */
    public void forget() {
        delete(directory);
    }

    private Path file(Kind kind, String app) {
        Path place = app.isEmpty() ? directory : directory.resolve("app").resolve(app);
        return place.resolve(kind.name().toLowerCase(Locale.ROOT));
    }

    private void write(Kind kind, String app, List<Name> names) {
        StringBuilder text = new StringBuilder();
        names.stream().filter(name -> isPlain(name.text())).limit(MOST).forEach(name -> {
            text.append(name.text());
            String note = note(name.note());
            if (!note.isEmpty()) {
                text.append('\t').append(note);
            }
            text.append('\n');
        });
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        Path file = file(kind, app);
        try {
            if (isWritten(file, bytes)) {
                return;
            }
            Path place = file.resolveSibling("");
            Files.createDirectories(
                    place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path part = Files.createTempFile(place, ".new", "");
            try {
                Files.write(part, bytes);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException | UnsupportedOperationException e) {
            // Completion offers what it knew before.
            return;
        }
    }

    private static boolean isWritten(Path file, byte[] bytes) throws IOException {
        return Files.isRegularFile(file)
                && Files.size(file) == bytes.length
                && java.util.Arrays.equals(Files.readAllBytes(file), bytes);
    }

    private static void delete(Path place) {
        try (Stream<Path> all = Files.walk(place)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // It offers names that are gone; the next listing puts them right.
            return;
        }
    }

    private static boolean isPlain(String text) {
        return PLAIN.matcher(text).matches();
    }

    private static String note(String text) {
        StringBuilder note = new StringBuilder();
        text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
                .limit(LONGEST_NOTE)
                .forEach(note::appendCodePoint);
        return note.toString().strip();
    }

    private static List<String> textsOf(List<Name> names) {
        return names.stream().map(Name::text).toList();
    }
}
