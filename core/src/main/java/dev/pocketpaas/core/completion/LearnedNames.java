package dev.pocketpaas.core.completion;

import dev.pocketpaas.core.completion.NameMemory.Kind;
import dev.pocketpaas.core.completion.NameMemory.Name;
import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.host.Answers;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.release.Releases;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Learns the names of things from what a host answers anyway. A command never asks for them. */
public final class LearnedNames implements Answers {
    private static final String NUMBER = "[0-9]{1,9}";

    private final NameMemory memory;

    /** Keeps what it learns in {@code memory}. */
    public LearnedNames(NameMemory memory) {
        this.memory = memory;
    }

    @Override
    public void answered(Verb verb, ValueTree answer) {
        switch (verb.name()) {
            case "apps" -> memory.replace(Kind.APPS, "", apps(answer));
            case "keys" -> keys(verb, answer);
            case "services" -> {
                if (word(verb, 0).equals("list")) {
                    memory.replace(Kind.SERVICES, "", told(answer, "type"));
                }
            }
            case "registries" -> registries(verb, answer);
            case "buildpacks" -> buildpacks(verb, answer);
            case "shared" -> {
                if (word(verb, 0).equals("list")) {
                    memory.replace(Kind.SHARED, "", names(answer.children("value"), "shared"));
                }
            }
            case "auth" -> {
                if (word(verb, 1).equals("list")) {
                    memory.replace(Kind.USERS, word(verb, 0), names(answer.lines("names"), ""));
                }
            }
            case "show" -> shown(word(verb, 0), word(verb, 1), answer);
            default -> {}
        }
    }

    @Override
    public void done(Verb verb, ValueTree input, OperationResult result) {
        String app = word(verb, 0);
        switch (verb.name()) {
            case "destroy" -> memory.forget(app);
            case "service" -> {
                switch (word(verb, 0)) {
                    case "create" -> memory.add(Kind.SERVICES, "", List.of(new Name(word(verb, 1), word(verb, 2))));
                    case "destroy" -> memory.remove(Kind.SERVICES, "", List.of(word(verb, 1)));
                    default -> {}
                }
            }
            case "shared" -> {
                memory.add(Kind.SHARED, "", names(input.children("set"), "shared"));
                memory.remove(Kind.SHARED, "", input.lines("unset"));
            }
            case "auth" -> {
                memory.add(Kind.USERS, app, names(input.children("set"), ""));
                memory.remove(Kind.USERS, app, input.lines("unset"));
            }
            case "domains" -> {
                memory.add(Kind.DOMAINS, app, names(input.lines("add"), Environments.OPERATOR));
                memory.remove(Kind.DOMAINS, app, input.lines("remove"));
            }
            case "env" -> {
                memory.add(Kind.VARIABLES, app, names(input.children("set"), Environments.OPERATOR));
                memory.remove(Kind.VARIABLES, app, input.lines("unset"));
                release(app, "env", result);
            }
            case "deploy" -> deployed(app, input, result);
            case "detach" ->
                result.fact("run").ifPresent(run -> memory.add(Kind.RUNS, app, List.of(new Name(run, ""))));
            case "cron" ->
                result.fact("run").ifPresent(run -> memory.add(Kind.RUNS, app, List.of(new Name(run, word(verb, 2)))));
            case "attach", "rollback", "restart", "start" -> release(app, verb.name(), result);
            default -> {}
        }
    }

    private void keys(Verb verb, ValueTree answer) {
        switch (word(verb, 0)) {
            case "list" -> {
                List<Name> keys = new ArrayList<>();
                answer.children("")
                        .forEach(key -> keys.add(
                                new Name(key, answer.text(key + "/role").orElse(""))));
                memory.replace(Kind.KEYS, "", keys);
            }
            case "add" -> memory.add(Kind.KEYS, "", List.of(new Name(word(verb, 1), word(verb, 2))));
            case "remove" -> memory.remove(Kind.KEYS, "", List.of(word(verb, 1)));
            default -> {}
        }
    }

    private void registries(Verb verb, ValueTree answer) {
        switch (word(verb, 0)) {
            case "list" -> {
                TreeMap<String, String> known = new TreeMap<>();
                answer.children("")
                        .forEach(number -> known.put(
                                answer.text(number + "/registry").orElse(""),
                                answer.text(number + "/user").orElse("")));
                List<Name> names = new ArrayList<>();
                known.forEach((registry, user) -> names.add(new Name(registry, user)));
                memory.replace(Kind.REGISTRIES, "", names);
            }
            case "login" -> memory.add(Kind.REGISTRIES, "", List.of(new Name(word(verb, 1), "")));
            default -> {}
        }
    }

    private void buildpacks(Verb verb, ValueTree answer) {
        if (!word(verb, 0).equals("list")) {
            return;
        }
        List<Name> names = new ArrayList<>();
        answer.children("")
                .forEach(number -> answer.text(number + "/commit")
                        .filter(commit -> !commit.isEmpty())
                        .flatMap(commit -> answer.text(number + "/name"))
                        .ifPresent(name -> names.add(new Name(name, ""))));
        memory.replace(Kind.BUILDPACKS, "", names);
    }

    private void shown(String app, String what, ValueTree answer) {
        switch (what) {
            case "env" -> {
                TreeSet<String> all = new TreeSet<>(answer.children("source"));
                all.addAll(answer.children("pending"));
                List<Name> variables = new ArrayList<>();
                all.forEach(name -> variables.add(
                        new Name(name, answer.text("source/" + name).orElse("pending"))));
                memory.replace(Kind.VARIABLES, app, variables);
            }
            case "releases" -> memory.replace(Kind.RELEASES, app, releases(answer));
            case "scale" -> memory.replace(Kind.TYPES, app, names(answer.children("scale"), ""));
            case "cron" -> memory.replace(Kind.JOBS, app, told(answer, "schedule"));
            case "runs" -> memory.replace(Kind.RUNS, app, runs(answer));
            case "domains" -> {
                List<Name> domains = new ArrayList<>();
                List.of("manifest", Environments.OPERATOR, "default")
                        .forEach(source -> domains.addAll(names(answer.lines(source), source)));
                memory.replace(Kind.DOMAINS, app, domains);
            }
            default -> {}
        }
        memory.add(Kind.APPS, "", List.of(new Name(app, "")));
    }

    /** The settings of a deploy name nearly everything, so that the first completion after the first deploy has something to offer. */
    private void deployed(String app, ValueTree input, OperationResult result) {
        memory.add(
                Kind.APPS,
                "",
                List.of(new Name(app, result.facts("url").stream().findFirst().orElse(""))));
        memory.add(Kind.VARIABLES, app, names(input.children("settings/env"), "manifest"));
        memory.add(Kind.VARIABLES, app, names(input.children("set"), Environments.OPERATOR));
        memory.add(Kind.TYPES, app, names(input.children("settings/processes"), ""));
        memory.add(Kind.JOBS, app, told(input.under("settings/cron"), "schedule"));
        memory.add(Kind.DOMAINS, app, names(input.lines("settings/domains"), "manifest"));
        release(app, "deploy", result);
    }

    private void release(String app, String how, OperationResult result) {
        if (!result.unchanged()) {
            result.fact("release")
                    .map(LearnedNames::release)
                    .ifPresent(number -> memory.add(Kind.RELEASES, app, List.of(new Name(number, how))));
        }
    }

    private static List<Name> apps(ValueTree answer) {
        List<Name> apps = new ArrayList<>();
        for (String app : answer.children("")) {
            apps.add(new Name(
                    app,
                    answer.text(app + "/url")
                            .orElseGet(() -> answer.text(app + "/state").orElse(""))));
        }
        return apps;
    }

    /** Those that have the fact {@code note}, which says what they are. */
    private static List<Name> told(ValueTree answer, String note) {
        List<Name> found = new ArrayList<>();
        for (String name : answer.children("")) {
            answer.text(name + "/" + note).ifPresent(what -> found.add(new Name(name, what)));
        }
        return found;
    }

    private static List<Name> runs(ValueTree answer) {
        return answer.children("").stream()
                .sorted(Comparator.comparing(
                                (String run) -> answer.text(run + "/queued").orElse(""))
                        .reversed())
                .map(run -> new Name(run, answer.text(run + "/result").orElse("")))
                .toList();
    }

    private static List<Name> releases(ValueTree answer) {
        String live = answer.text("live").orElse("");
        return answer.children("").stream()
                .filter(number -> number.matches(NUMBER))
                .sorted(Comparator.comparingInt((String number) -> Integer.parseInt(number))
                        .reversed())
                .map(number -> {
                    Releases.Release release = Releases.release(number, live, answer.under(number));
                    String state = release.live() ? "live" : release.status();
                    String change = release.whatChanged();
                    return new Name(release.number().toString(), change.isEmpty() ? state : state + ", " + change);
                })
                .toList();
    }

    private static List<Name> names(Collection<String> texts, String note) {
        return texts.stream().map(text -> new Name(text, note)).toList();
    }

    private static String release(String number) {
        return number.startsWith("v") ? number : "v" + number;
    }

    private static String word(Verb verb, int index) {
        return index < verb.arguments().size() ? verb.arguments().get(index) : "";
    }
}
