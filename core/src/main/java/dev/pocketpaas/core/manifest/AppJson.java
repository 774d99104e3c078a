package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.rules.HostDefaults;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.schedule.CronSchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields of {@code app.json} that Heroku and Dokku read and that mean something here. Unknown fields are nobody's business; wrong values of
 * known ones are problems.
 *
 * @param formation how many of each process type, at the first deploy
 * @param healthcheck the startup check of {@code web}
 * @param staysUp how long a new process of a type must have run, from startup checks of its uptime
 * @param release the {@code predeploy} script, Dokku's own first, or null
 * @param env default values
 * @param required variables that must be set and have no default, each with its description, which may be empty
 * @param generated variables whose value is made at random, once
 * @param buildpacks buildpacks, in order
 * @param cron commands that run at times, by names made of the commands
 * @param notes what the file says that has no effect here, one sentence each
 */
public record AppJson(
        SortedMap<ProcessType, Integer> formation,
        HealthCheck healthcheck,
        SortedMap<ProcessType, Duration> staysUp,
        @Nullable String release,
        SortedMap<EnvName, String> env,
        SortedMap<EnvName, String> required,
        SortedSet<EnvName> generated,
        List<String> buildpacks,
        SortedMap<String, CronJob> cron,
        List<String> notes) {
    /** The file's name. */
    public static final String NAME = "app.json";

    /** Seconds: attempts without pauses would be over before most apps are up. */
    private static final int SHORTEST_DEADLINE = 30;

    /** What holds where there is no such file. */
    public static final AppJson NONE = new AppJson(
            Collections.emptySortedMap(),
            HealthCheck.NONE,
            Collections.emptySortedMap(),
            null,
            Collections.emptySortedMap(),
            Collections.emptySortedMap(),
            Collections.emptySortedSet(),
            List.of(),
            Collections.emptySortedMap(),
            List.of());

    /** Copies its collections. */
    public AppJson {
        formation = Collections.unmodifiableSortedMap(new TreeMap<>(formation));
        staysUp = Collections.unmodifiableSortedMap(new TreeMap<>(staysUp));
        env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
        required = Collections.unmodifiableSortedMap(new TreeMap<>(required));
        generated = Collections.unmodifiableSortedSet(new TreeSet<>(generated));
        buildpacks = List.copyOf(buildpacks);
        cron = Collections.unmodifiableSortedMap(new TreeMap<>(cron));
        notes = List.copyOf(notes);
    }

    /**
     * The file in {@code bytes}.
     *
     * @param name the file as messages name it
     * @throws ManifestException with every problem of the file
     */
    public static AppJson read(String name, byte[] bytes) {
        Problems problems = new Problems(name);
        AppJson read = NONE;
        @Nullable String text = SourceText.of(bytes, problems);
        @Nullable Node root = text == null ? null : NodeTree.ofJson(text, problems);
        if (root instanceof Node.Mapping mapping) {
            read = new Reader(problems).read(mapping);
        } else if (root != null) {
            problems.wrongType(root, "an object", null);
        } else if (!problems.any()) {
            problems.report(Position.START, "", "the file says nothing", "write {} or remove it");
        }
        problems.throwIfAny();
        return read;
    }

    /** Reads one file. */
    private static final class Reader {
        private final Problems problems;
        private final SortedMap<ProcessType, Integer> formation = new TreeMap<>();
        private final SortedMap<EnvName, String> env = new TreeMap<>();
        private final SortedMap<EnvName, String> required = new TreeMap<>();
        private final SortedSet<EnvName> generated = new TreeSet<>();
        private final List<String> buildpacks = new ArrayList<>();
        private final SortedMap<String, CronJob> cron = new TreeMap<>();
        private final List<String> notes = new ArrayList<>();
        private final SortedMap<ProcessType, Duration> staysUp = new TreeMap<>();
        private HealthCheck healthcheck = HealthCheck.NONE;
        private @Nullable String release;

        Reader(Problems problems) {
            this.problems = problems;
        }

        AppJson read(Node.Mapping root) {
            entries(root.get("formation")).forEach(this::formation);
            entries(root.get("healthchecks")).forEach(this::healthchecks);
            scripts(root.get("scripts"));
            entries(root.get("env")).forEach(this::variable);
            items(root.get("buildpacks")).forEach(this::buildpack);
            items(root.get("cron")).forEach(this::job);
            if (root.get("addons") != null) {
                notes.add("app.json: \"addons\" are Heroku's and are ignored");
            }
            return new AppJson(
                    formation, healthcheck, staysUp, release, env, required, generated, buildpacks, cron, notes);
        }

        private void formation(Node.Entry entry) {
            @Nullable ProcessType type = Scalars.PROCESS_TYPE.parse(entry.position(), entry.key(), problems);
            @Nullable Node quantity = object(entry.value()).get("quantity");
            if (type != null && quantity != null) {
                int most = type.equals(ProcessType.WEB) ? Manifest.MOST_WEB : (int) NumberLimit.SCALE.most();
                @Nullable
                Integer scale =
                        Scalars.integer((int) NumberLimit.SCALE.least(), most).bind(quantity, problems);
                if (scale != null) {
                    formation.put(type, scale);
                }
            }
        }

        /** Dokku's checks of type startup: what says when a new process counts as up. */
        private void healthchecks(Node.Entry entry) {
            @Nullable ProcessType type = Scalars.PROCESS_TYPE.parse(entry.position(), entry.key(), problems);
            for (Node item : items(entry.value())) {
                if (type != null) {
                    healthcheck(type, object(item));
                }
            }
        }

        private void healthcheck(ProcessType type, Node.Mapping check) {
            boolean startup = !(check.get("type") instanceof Node.Scalar kind)
                    || kind.text().equals("startup");
            if (!startup) {
                notes.add("app.json: of \"healthchecks\" only those of type startup are read");
                return;
            }
            for (String field : List.of("command", "content", "httpHeaders", "scheme", "warn")) {
                if (check.get(field) != null) {
                    notes.add("app.json: \"" + field + "\" of a health check is ignored");
                }
            }
            @Nullable Integer uptime = number(check, "uptime", NumberLimit.STAYS_UP);
            if (uptime != null) {
                staysUp.put(type, Duration.ofSeconds(uptime));
            }
            if (check.get("path") == null && check.get("port") == null && check.get("listening") == null) {
                return;
            }
            if (!type.equals(ProcessType.WEB)) {
                notes.add("app.json: the health check of " + type
                        + " is ignored: only web is asked, of the others \"uptime\" counts");
                return;
            }
            if (!healthcheck.equals(HealthCheck.NONE)) {
                notes.add("app.json: web has more than one health check of type startup; the last one counts");
            }
            healthcheck = check(check);
        }

        /** Dokku counts attempts with pauses between; here the same time is the deadline, and the tries come quickly. */
        private HealthCheck check(Node.Mapping check) {
            @Nullable Integer timeout = number(check, "timeout", NumberLimit.CHECK_TIMEOUT);
            @Nullable Integer attempts = number(check, "attempts", 1, 1000);
            @Nullable Integer wait = number(check, "wait", 0, 300);
            @Nullable Integer delay = number(check, "initialDelay", 0, (int) NumberLimit.CHECK_DEADLINE.most());
            boolean stated = attempts != null || wait != null || delay != null;
            int deadline = or(delay, 0) + or(attempts, 3) * (or(timeout, HostDefaults.CHECK_TIMEOUT) + or(wait, 5));
            return new HealthCheck(
                    check.get("path") == null ? null : Scalars.URL_PATH.bind(node(check, "path"), problems),
                    null,
                    timeout == null ? null : Duration.ofSeconds(timeout),
                    null,
                    stated
                            ? Duration.ofSeconds(
                                    Math.min(NumberLimit.CHECK_DEADLINE.most(), Math.max(SHORTEST_DEADLINE, deadline)))
                            : null,
                    number(check, "port", NumberLimit.CHECK_PORT));
        }

        private void scripts(@Nullable Node scripts) {
            if (scripts == null) {
                return;
            }
            Node.Mapping all = object(scripts);
            release(all.get("predeploy"));
            @Nullable Node dokku = all.get("dokku");
            if (dokku != null) {
                release(object(dokku).get("predeploy"));
                if (object(dokku).get("postdeploy") != null) {
                    notes.add("app.json: \"scripts.dokku.postdeploy\" is not possible yet and is ignored");
                }
            }
            if (all.get("postdeploy") != null) {
                notes.add("app.json: \"scripts.postdeploy\" runs on Heroku once after an app is created; it "
                        + "is ignored."
                        + " For a command before every release write \"release:\" in pocketpaas.yml");
            }
        }

        private void release(@Nullable Node predeploy) {
            if (predeploy != null) {
                release = Scalars.COMMAND.bind(predeploy, problems);
            }
        }

        /** {@code "KEY": "value"} or {@code "KEY": {"value": …, "required": …}}; required unless it says no, as on Heroku. */
        private void variable(Node.Entry entry) {
            @Nullable EnvName name = Scalars.ENV_NAME.parse(entry.position(), entry.key(), problems);
            if (name == null) {
                return;
            }
            @Nullable Node value = entry.value() instanceof Node.Mapping mapping ? mapping.get("value") : entry.value();
            if (value != null) {
                @Nullable String text = Scalars.ENV_VALUE.bind(value, problems);
                if (text != null) {
                    put(name, text, value);
                }
                return;
            }
            Node.Mapping mapping = object(entry.value());
            if (mapping.get("generator") instanceof Node.Scalar generator) {
                generate(name, generator);
            } else if (!(mapping.get("required") instanceof Node.Scalar flag)
                    || !flag.text().equals("false")) {
                required.put(name, mapping.get("description") instanceof Node.Scalar text ? text.text() : "");
            }
        }

        private void generate(EnvName name, Node.Scalar generator) {
            if (generator.text().equals("secret")) {
                generated.add(name);
            } else {
                problems.report(
                        generator.position(), generator.text(), "there is no such generator", "write \"secret\"");
            }
        }

        private void put(EnvName name, String text, Node at) {
            try {
                EnvironmentValue.of(name, text);
                env.put(name, text);
            } catch (PocketException e) {
                problems.report(at.position(), "", e.what(), e.cure().orElse(null));
            }
        }

        private void buildpack(Node item) {
            @Nullable Node url = item instanceof Node.Mapping mapping ? mapping.get("url") : item;
            if (url == null) {
                problems.report(
                        item.position(), "", "a buildpack without \"url\"", "write {\"url\": \"heroku/nodejs\"}");
                return;
            }
            @Nullable String buildpack = Scalars.BUILDPACK.bind(url, problems);
            if (buildpack != null && !buildpacks.contains(buildpack)) {
                buildpacks.add(buildpack);
            }
        }

        /** Dokku's: a command and a schedule; here a job has a name, too. */
        private void job(Node item) {
            Node.Mapping job = object(item);
            @Nullable Node command = job.get("command");
            @Nullable Node schedule = job.get("schedule");
            if (command == null || schedule == null) {
                problems.report(
                        item.position(),
                        "",
                        "a cron job needs \"command\" and \"schedule\"",
                        "write {\"command\": \"node nightly.js\", \"schedule\": \"@daily\"}");
                return;
            }
            @Nullable String text = Scalars.COMMAND.bind(command, problems);
            @Nullable CronSchedule times = Scalars.SCHEDULE.bind(schedule, problems);
            CronJob.@Nullable Overlap overlap = job.get("concurrency_policy") == null
                    ? null
                    : CronJob.OVERLAP_WORD.bind(node(job, "concurrency_policy"), problems);
            if (job.get("maintenance") != null) {
                notes.add("app.json: \"maintenance\" of a cron job is ignored; use \"pocketpaas cron pause\"");
            }
            if (text != null && times != null) {
                cron.put(CronJob.name(text, cron.keySet()), new CronJob(times, text, null, overlap, null, null));
            }
        }

        private @Nullable Integer number(Node.Mapping mapping, String key, NumberLimit limit) {
            return number(mapping, key, (int) limit.least(), (int) limit.most());
        }

        private @Nullable Integer number(Node.Mapping mapping, String key, int least, int most) {
            @Nullable Node value = mapping.get(key);
            return value == null ? null : Scalars.integer(least, most).bind(value, problems);
        }

        private static int or(@Nullable Integer value, int unset) {
            return value == null ? unset : value;
        }

        private static Node node(Node.Mapping mapping, String key) {
            @Nullable Node value = mapping.get(key);
            return value == null ? mapping : value;
        }

        private List<Node.Entry> entries(@Nullable Node node) {
            return node == null ? List.of() : object(node).entries();
        }

        private Node.Mapping object(Node node) {
            if (node instanceof Node.Mapping mapping) {
                return mapping;
            }
            problems.wrongType(node, "an object", null);
            return new Node.Mapping(node.position(), List.of());
        }

        private List<Node> items(@Nullable Node node) {
            if (node == null) {
                return List.of();
            }
            if (node instanceof Node.Sequence sequence) {
                return sequence.items();
            }
            problems.wrongType(node, "a list", null);
            return List.of();
        }
    }
}
