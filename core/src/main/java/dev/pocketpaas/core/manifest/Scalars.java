package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.NetworkRange;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.name.ServiceVersion;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import dev.pocketpaas.core.rules.Words;
import dev.pocketpaas.core.schedule.BadSchedule;
import dev.pocketpaas.core.schedule.CronSchedule;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The kinds of single values that the manifest knows. */
final class Scalars {

    static final ScalarType<AppName> APP_NAME = ScalarType.text("a name", Patterns.APP, AppName::parse);

    static final ScalarType<HostAddress> HOST = ScalarType.text("an address", "\\S+", HostAddress::parse);

    static final ScalarType<String> BRANCH =
            ScalarType.textOrNumber("a branch", "[A-Za-z0-9_][A-Za-z0-9._/@+-]*", Scalars::branch);

    static final ScalarType<Domain> DOMAIN = ScalarType.text("a domain", "[^/:\\s]+\\.[^/:\\s]+", Domain::parse);

    static final ScalarType<ProcessType> PROCESS_TYPE =
            ScalarType.text("a process type", Patterns.PROCESS_TYPE, Scalars::processType);

    static final ScalarType<EnvName> ENV_NAME = ScalarType.text("a variable name", Patterns.VARIABLE, EnvName::new);

    static final ScalarType<EnvName> SECRET_NAME = ScalarType.text(
                    "the name of a secret", Patterns.VARIABLE, Scalars::secretName)
            .hidden();

    static final ScalarType<String> COMMAND = ScalarType.text("a command", "", Scalars::command);

    static final ScalarType<String> SOURCE_PATH =
            ScalarType.text("a path in the repository", "[^/].*", Scalars::sourcePath);

    static final ScalarType<String> IMAGE = ScalarType.text("an image reference", "\\S+", Scalars::image);

    static final ScalarType<String> BUILDPACK =
            ScalarType.text("a buildpack", "\\S+", Scalars::buildpack).hidden();

    static final ScalarType<String> URL_PATH = ScalarType.text("a path", "/[\\]!-Z_a-z~\\[]*", Scalars::urlPath);

    static final ScalarType<StatusRange> STATUS =
            ScalarType.textOrNumber("an HTTP status", Patterns.STATUS_RANGE, StatusRange::parse);

    static final ScalarType<String> VOLUME_NAME =
            ScalarType.text("a volume name", Patterns.VOLUME_NAME, Scalars::volumeName);

    static final ScalarType<String> VOLUME_PATH = ScalarType.text("an absolute path", "/.+", VolumePath::parse);

    static final ScalarType<ServiceName> SERVICE_NAME =
            ScalarType.text("a service name", Patterns.SERVICE, ServiceName::new);

    static final ScalarType<ServiceVersion> SERVICE_VERSION =
            ScalarType.text("a kind of service", Patterns.SERVICE_TYPE, ServiceVersion::parse);

    static final ScalarType<String> JOB_NAME = ScalarType.text("the name of a job", Patterns.JOB, Scalars::jobName);

    static final ScalarType<String> NODE_LABEL =
            ScalarType.text("the name of a label", Patterns.NODE_LABEL, Scalars::nodeLabel);

    static final ScalarType<String> NODE_LABEL_VALUE =
            ScalarType.textOrNumber("the value of a label", Patterns.NODE_LABEL_VALUE, Scalars::nodeLabelValue);

    static final ScalarType<String> STAGE_NAME =
            ScalarType.text("the name of a stage", Patterns.JOB, Scalars::stageName);

    static final ScalarType<CronSchedule> SCHEDULE =
            ScalarType.text("a schedule", "@[a-z]+|\\S+( +\\S+){4}", Scalars::schedule);

    static final ScalarType<ZoneId> TIME_ZONE = ScalarType.text("a time zone", Patterns.ZONE, Scalars::zone);

    static final ScalarType<ByteSize> MEMORY = ScalarType.textOrNumber("a size", ByteSize.PATTERN, Scalars::memory);

    static final ScalarType<CpuCount> CPUS =
            ScalarType.textOrNumber("a number of cores", CpuCount.PATTERN, CpuCount::parse);

    /** A capability that an app may keep, written with or without CAP_. */
    static final ScalarType<String> CAPABILITY = ScalarType.text(
            "a capability", "(CAP_)?(" + String.join("|", Words.CAPABILITIES_OPTIONAL) + ")", Scalars::capability);

    /** A signal that asks a process to end, written with or without SIG. */
    static final ScalarType<String> SIGNAL = ScalarType.text(
            "a signal",
            "(SIG)?(" + Words.SIGNALS.stream().map(name -> name.substring(3)).collect(Collectors.joining("|")) + ")",
            Scalars::signal);

    /** A value of the environment as it is written; never shown. */
    static final ScalarType<String> ENV_VALUE = new ScalarType<>(
            "a value (text)",
            EnumSet.of(Node.Kind.TEXT, Node.Kind.INTEGER, Node.Kind.DECIMAL, Node.Kind.BOOLEAN),
            Scalars::anyScalar,
            false,
            text -> text);

    static final ScalarType<String> ARGUMENT_NAME =
            ScalarType.text("the name of a build argument", Patterns.BUILD_ARGUMENT, Scalars::argumentName);

    static final ScalarType<NetworkRange> NETWORK =
            ScalarType.text("an address or a range", "[0-9a-fA-F.:]+(/[0-9]{1,3})?", NetworkRange::new);

    static final ScalarType<ByteSize> BODY_SIZE = ScalarType.textOrNumber(
            "a size", ByteSize.PATTERN, text -> within(NumberLimit.HTTP_MAX_BODY, text, ByteSize.parse(text)));

    /** What one buffer of nginx may hold: not less than its own default, not so much that a request costs megabytes. */
    static final ScalarType<ByteSize> HEADER_SIZE = ScalarType.textOrNumber(
            "a size " + range(NumberLimit.HTTP_RESPONSE_HEADERS),
            ByteSize.PATTERN,
            text -> within(NumberLimit.HTTP_RESPONSE_HEADERS, text, ByteSize.parse(text)));

    private static ByteSize within(NumberLimit limit, String text, ByteSize size) throws BadValue {
        if (!limit.holds(size.bytes())) {
            throw new BadValue(ScalarType.quoted(text) + " is out of range", range(limit));
        }
        return size;
    }

    private static String range(NumberLimit bytes) {
        return "from " + new ByteSize(bytes.least()) + " to " + new ByteSize(bytes.most());
    }

    static final ScalarType<Boolean> SWITCH = new ScalarType<>(
            "true or false",
            EnumSet.of(Node.Kind.BOOLEAN),
            out -> out.writeStringField("type", "boolean"),
            true,
            Scalars::onOff);

    /** The two words alone; an editor may see them as a switch. */
    static final ScalarType<Boolean> ON_OFF = new ScalarType<>(
            "on or off",
            EnumSet.of(Node.Kind.TEXT, Node.Kind.BOOLEAN),
            out -> {
                out.writeArrayFieldStart("enum");
                out.writeString("on");
                out.writeString("off");
                out.writeBoolean(true);
                out.writeBoolean(false);
                out.writeEndArray();
            },
            true,
            Scalars::word);

    private Scalars() {}

    static ScalarType<Duration> duration(String least, String most) {
        return ScalarType.textOrNumber(
                "a duration from " + least + " to " + most,
                DurationText.PATTERN,
                text -> DurationText.parse(text, limit(least), limit(most)));
    }

    static ScalarType<Duration> duration(NumberLimit limit) {
        return duration(
                DurationText.format(Duration.ofSeconds(limit.least())),
                DurationText.format(Duration.ofSeconds(limit.most())));
    }

    static ScalarType<Integer> integer(NumberLimit limit) {
        return integer(Math.toIntExact(limit.least()), Math.toIntExact(limit.most()));
    }

    static ScalarType<Integer> integer(int least, int most) {
        return new ScalarType<>(
                "a number from " + least + " to " + most,
                EnumSet.of(Node.Kind.INTEGER),
                out -> {
                    out.writeStringField("type", "integer");
                    out.writeNumberField("minimum", least);
                    out.writeNumberField("maximum", most);
                },
                true,
                text -> {
                    boolean plain = text.matches("0|[1-9][0-9]{0,8}");
                    int value = plain ? Integer.parseInt(text) : -1;
                    if (value < least || value > most) {
                        throw new BadValue(
                                ScalarType.quoted(text) + " is not a number from " + least + " to " + most,
                                plain ? null : "write it in decimal digits");
                    }
                    return value;
                });
    }

    static <E extends Enum<E>> ScalarType<E> choice(String label, Class<E> type) {
        List<String> words = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            words.add(word(constant));
        }
        return new ScalarType<>(
                label,
                EnumSet.of(Node.Kind.TEXT),
                out -> {
                    out.writeArrayFieldStart("enum");
                    for (String word : words) {
                        out.writeString(word);
                    }
                    out.writeEndArray();
                },
                true,
                text -> {
                    for (E constant : type.getEnumConstants()) {
                        if (word(constant).equals(text)) {
                            return constant;
                        }
                    }
                    Optional<String> nearest = Nearest.to(text, words);
                    throw new BadValue(
                            ScalarType.quoted(text) + " is not " + label,
                            nearest.map(n -> "did you mean \"" + n + "\"?")
                                    .orElse("possible: " + String.join(", ", words)));
                });
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Duration limit(String text) throws BadValue {
        return DurationText.parse(text, Duration.ZERO, Duration.ofDays(365));
    }

    private static void anyScalar(JsonGenerator out) throws IOException {
        out.writeArrayFieldStart("type");
        for (String type : List.of("string", "number", "boolean")) {
            out.writeString(type);
        }
        out.writeEndArray();
    }

    /** The rules of git-check-ref-format, and no more letters than anybody uses. */
    private static String branch(String text) throws BadValue {
        if (text.startsWith("refs/heads/")) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is a full reference",
                    "write the branch alone: " + text.substring("refs/heads/".length()));
        }
        if (!NumberLimit.BRANCH_LENGTH.holds(text) || !text.matches(Patterns.BRANCH)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a branch",
                    "write its name as in \"git branch\", without refs/heads/");
        }
        return text;
    }

    private static ProcessType processType(String text) throws BadValue {
        if (text.equals("release")) {
            throw new BadValue(
                    "\"release\" is not a process type", "write the release command as \"release:\" at the top");
        }
        return new ProcessType(text);
    }

    /** Whoever writes {@code KEY=value} here must not find the value in a log. */
    private static EnvName secretName(String text) throws BadValue {
        int equals = text.indexOf('=');
        if (equals >= 0) {
            throw new BadValue(
                    "a secret is listed by its name only", "remove the value; set it with: pocketpaas env set NAME=-");
        }
        return new EnvName(text);
    }

    static String command(String text) throws BadValue {
        String command = text.replaceFirst("[ \\t\\r\\n]+$", "");
        if (command.isEmpty()) {
            throw new BadValue("the command is empty", "write the command, or remove the line");
        }
        for (int i = 0; i < command.length(); i++) {
            char c = command.charAt(i);
            if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                throw new BadValue(
                        String.format("the command holds a control character (U+%04X)", (int) c), "remove it");
            }
        }
        if (!NumberLimit.COMMAND_LENGTH.holds(command)) {
            throw new BadValue(
                    "the command is longer than " + NumberLimit.COMMAND_LENGTH.most() + " characters",
                    "put it into a script of the repository");
        }
        return command;
    }

    private static String sourcePath(String text) throws BadValue {
        if (!text.matches(Patterns.SOURCE_PATH)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a path in the repository",
                    "write it relative to the top, without \"..\", for example docker/Dockerfile");
        }
        return text;
    }

    private static final Pattern IMAGE_FORM = Pattern.compile(Patterns.IMAGE_REFERENCE);

    private static String image(String text) throws BadValue {
        // The length is checked first: the pattern is not made for kilobytes.
        if (!NumberLimit.IMAGE_LENGTH.holds(text) || !IMAGE_FORM.matcher(text).matches()) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not an image reference",
                    "write it as for docker pull: registry.example.com/team/shop:1.4");
        }
        return text;
    }

    private static String buildpack(String text) throws BadValue {
        if (text.matches("[a-z][a-z0-9+.-]*://[^/]*@.*")) {
            throw new BadValue(
                    "the address of a buildpack holds a login", "use an address that needs none: this file is in git");
        }
        if (!text.matches(Patterns.BUILDPACK)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a buildpack",
                    "write a name such as heroku/nodejs, or https://…/repository.git#branch");
        }
        return text;
    }

    private static String argumentName(String text) throws BadValue {
        if (!text.matches(Patterns.BUILD_ARGUMENT)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a valid name of a build argument",
                    "use letters, digits and underscores; start with no digit");
        }
        // Any name will do but those that tell the engine's builder itself what to do.
        if (text.toUpperCase(Locale.ROOT).startsWith(Words.BUILDERS_ARGUMENTS)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " cannot be a build argument: names with " + Words.BUILDERS_ARGUMENTS
                            + " are the engine's own",
                    "choose another name");
        }
        return text;
    }

    private static String urlPath(String text) throws BadValue {
        if (!text.matches(Patterns.URL_PATH)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not the path of a page",
                    "begin it with \"/\"; no spaces, no host name, for example /healthz");
        }
        return text;
    }

    private static String volumeName(String text) throws BadValue {
        if (!text.matches(Patterns.VOLUME_NAME)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a valid volume name",
                    "use lower-case letters, digits, dashes and underscores, at most 40 characters");
        }
        return text;
    }

    static String jobName(String text) throws BadValue {
        if (!text.matches(Patterns.JOB)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a valid name of a job",
                    "use lower-case letters, digits, dashes and underscores; start with a letter; at most 40 characters");
        }
        return text;
    }

    private static String nodeLabel(String text) throws BadValue {
        if (!text.matches(Patterns.NODE_LABEL)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a valid name of a label",
                    "use lower-case letters, digits and dashes; start with a letter; at most 40 characters");
        }
        return text;
    }

    private static String nodeLabelValue(String text) throws BadValue {
        if (!text.matches(Patterns.NODE_LABEL_VALUE)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a valid value of a label",
                    "use letters, digits, dashes, dots and underscores, at most 63 characters");
        }
        return text;
    }

    private static String stageName(String text) throws BadValue {
        if (!text.matches(Patterns.JOB)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a valid name of a stage",
                    "use lower-case letters, digits, dashes and underscores; start with a letter; at most 40 characters");
        }
        return text;
    }

    private static CronSchedule schedule(String text) throws BadValue {
        try {
            return CronSchedule.parse(text);
        } catch (BadSchedule e) {
            throw new BadValue(String.valueOf(e.getMessage()), e.advice());
        }
    }

    /** Only names of the tz database: an offset knows no summer time, and an abbreviation means many things. */
    private static ZoneId zone(String text) throws BadValue {
        if (!text.matches(Patterns.ZONE) || !ZoneId.getAvailableZoneIds().contains(text)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a time zone",
                    "write UTC or a name such as Europe/Berlin; \"timedatectl list-timezones\" lists them");
        }
        return ZoneId.of(text);
    }

    private static ByteSize memory(String text) throws BadValue {
        ByteSize size = ByteSize.parse(text);
        if (size.bytes() < NumberLimit.MEMORY.least()) {
            String meant = text.matches("[0-9]{2,6}")
                    ? "did you mean \"" + text + "M\"?"
                    : "give at least " + new ByteSize(NumberLimit.MEMORY.least());
            throw new BadValue(ScalarType.quoted(text) + " is too little memory for any process", meant);
        }
        return within(NumberLimit.MEMORY, text, size);
    }

    private static boolean word(String text) throws BadValue {
        return switch (text) {
            case "on", "true" -> true;
            case "off", "false" -> false;
            default -> throw new BadValue(ScalarType.quoted(text) + " is neither on nor off", "write \"ssl: off\"");
        };
    }

    /** YAML 1.1 also knows yes, no, on and off; editors do not. */
    private static String signal(String text) throws BadValue {
        String name = text.startsWith("SIG") ? text : "SIG" + text;
        if (!Words.SIGNALS.contains(name)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a signal that asks a process to end",
                    "possible: " + String.join(", ", Words.SIGNALS));
        }
        return name;
    }

    private static String capability(String text) throws BadValue {
        String name = text.startsWith("CAP_") ? text.substring(4) : text;
        if (Words.CAPABILITIES_ALWAYS.contains(name)) {
            throw new BadValue(ScalarType.quoted(text) + " is what every app has", "remove it");
        }
        if (!Words.CAPABILITIES_OPTIONAL.contains(name)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not a capability that an app can have",
                    "possible: " + String.join(", ", Words.CAPABILITIES_OPTIONAL));
        }
        return name;
    }

    private static boolean onOff(String text) throws BadValue {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> {
                boolean on = Set.of("yes", "on", "true", "y").contains(text.toLowerCase(Locale.ROOT));
                throw new BadValue(
                        ScalarType.quoted(text) + " is neither true nor false", "did you mean \"" + on + "\"?");
            }
        };
    }
}
