package dev.pocketpaas.core.rules;

import dev.pocketpaas.core.rules.VerbRule.AppArgument;
import dev.pocketpaas.core.rules.VerbRule.Rights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The verbs of the host. */
public final class Verbs {
    private static final List<VerbRule> ALL = List.of(
            VerbRule.of("hello", Rights.ANY, AppArgument.MAYBE, 0, 1),
            VerbRule.of("apps", Rights.ANY, AppArgument.NONE, 0, 0),
            VerbRule.of("status", Rights.ANY, AppArgument.APP, 0, 1),
            VerbRule.of("checkup", Rights.ANY, AppArgument.APP, 0, 1),
            VerbRule.of("mend", Rights.ADMIN, AppArgument.NONE, 1, 64).alwaysChanging(),
            VerbRule.of("admit", Rights.DEPLOY, AppArgument.NEW, 2, 2)
                    .fromInside()
                    .withoutNotices(),
            VerbRule.of("push", Rights.DEPLOY, AppArgument.APP, 6, 6).fromInside(),
            VerbRule.of("deploy", Rights.DEPLOY, AppArgument.APP, 2, 3),
            VerbRule.of("promote", Rights.DEPLOY, AppArgument.NEW, 2, 3),
            VerbRule.of("clone", Rights.ADMIN, AppArgument.NEW, 2, 4).alwaysChanging(),
            VerbRule.of("rename", Rights.ADMIN, AppArgument.NEW, 2, 4).alwaysChanging(),
            VerbRule.of("upload", Rights.DEPLOY, AppArgument.APP, 1, 1),
            VerbRule.of("preview", Rights.PREVIEW, AppArgument.APP, 3, 4).changingUnless("name", "plan"),
            VerbRule.of("previews", Rights.READ, AppArgument.APP, 1, 1),
            VerbRule.of("attach", Rights.READ, AppArgument.APP, 1, 1),
            VerbRule.of("cancel", Rights.DEPLOY, AppArgument.APP, 1, 2),
            VerbRule.of("retry", Rights.DEPLOY, AppArgument.APP, 2, 2),
            VerbRule.of("lock", Rights.ADMIN, AppArgument.APP, 2, 2).alwaysChanging(),
            VerbRule.of("show", Rights.READ, AppArgument.APP, 2, 3),
            VerbRule.of("auth", Rights.ADMIN, AppArgument.APP, 2, 2).changingUnless("list"),
            VerbRule.of("maintenance", Rights.ADMIN, AppArgument.APP, 2, 2).changingUnless("state"),
            VerbRule.of("nginx", Rights.ADMIN, AppArgument.APP, 2, 2).changingUnless("show"),
            VerbRule.of("cron", Rights.ADMIN, AppArgument.APP, 3, 3).alwaysChanging(),
            VerbRule.of("digests", Rights.READ, AppArgument.APP, 3, 3),
            VerbRule.of("log", Rights.READ, AppArgument.APP, 2, 2),
            VerbRule.of("logs", Rights.READ, AppArgument.APP, 1, 7).withoutNotices(),
            VerbRule.of("create", Rights.ADMIN, AppArgument.NEW, 1, 1).alwaysChanging(),
            VerbRule.of("domains", Rights.ADMIN, AppArgument.APP, 1, 1).alwaysChanging(),
            VerbRule.of("stop", Rights.ADMIN, AppArgument.APP, 1, 1).alwaysChanging(),
            VerbRule.of("start", Rights.ADMIN, AppArgument.APP, 1, 2).alwaysChanging(),
            VerbRule.of("env", Rights.ADMIN, AppArgument.APP, 1, 3).alwaysChanging(),
            VerbRule.of("restart", Rights.ADMIN, AppArgument.APP, 1, 3).alwaysChanging(),
            VerbRule.of("scale", Rights.ADMIN, AppArgument.APP, 2, 64).alwaysChanging(),
            VerbRule.of("ssl", Rights.ADMIN, AppArgument.APP, 2, 2).alwaysChanging(),
            VerbRule.of("rollback", Rights.ADMIN, AppArgument.APP, 1, 5).alwaysChanging(),
            VerbRule.of("destroy", Rights.ADMIN, AppArgument.APP, 1, 2).alwaysChanging(),
            VerbRule.of("run", Rights.ADMIN, AppArgument.APP, 3, 4).withoutNotices(),
            VerbRule.of("exec", Rights.ADMIN, AppArgument.APP, 4, 4).withoutNotices(),
            VerbRule.of("connect", Rights.ADMIN, AppArgument.APP, 3, 3).withoutNotices(),
            VerbRule.of("drains", Rights.ADMIN, AppArgument.APP, 2, 2).changingUnless("list"),
            VerbRule.of("files", Rights.ADMIN, AppArgument.APP, 3, 4).withoutNotices(),
            VerbRule.of("detach", Rights.ADMIN, AppArgument.APP, 2, 3).alwaysChanging(),
            VerbRule.of("runs", Rights.ADMIN, AppArgument.APP, 3, 3).alwaysChanging(),
            VerbRule.of("refresh", Rights.ADMIN, AppArgument.NONE, 1, 1),
            VerbRule.of("audit", Rights.ADMIN, AppArgument.NONE, 0, 0),
            VerbRule.of("settings", Rights.ADMIN, AppArgument.NONE, 0, 0),
            VerbRule.of("shared", Rights.ADMIN, AppArgument.NONE, 1, 1).changingUnless("list"),
            VerbRule.of("prune", Rights.ADMIN, AppArgument.NONE, 0, 2).changingUnless("dry-run"),
            VerbRule.of("services", Rights.ADMIN, AppArgument.NONE, 1, 2),
            VerbRule.of("service", Rights.ADMIN, AppArgument.NONE, 2, 16).alwaysChanging(),
            VerbRule.of("service-stream", Rights.ADMIN, AppArgument.NONE, 2, 6).withoutNotices(),
            VerbRule.of("registries", Rights.ADMIN, AppArgument.NONE, 1, 3).changingUnless("list"),
            VerbRule.of("buildpacks", Rights.ADMIN, AppArgument.NONE, 1, 1).changingUnless("list"),
            VerbRule.of("backups", Rights.ADMIN, AppArgument.NONE, 1, 1),
            VerbRule.of("backup", Rights.ADMIN, AppArgument.NONE, 1, 64).alwaysChanging(),
            VerbRule.of("cluster", Rights.ADMIN, AppArgument.NONE, 0, 0),
            VerbRule.of("node", Rights.ADMIN, AppArgument.NONE, 1, 12).alwaysChanging(),
            VerbRule.of("peer", Rights.NODE, AppArgument.NONE, 1, 8).withoutNotices(),
            VerbRule.of("move", Rights.ADMIN, AppArgument.NEW, 2, 2)
                    .alwaysChanging()
                    .withoutNotices(),
            VerbRule.of("move-host", Rights.ADMIN, AppArgument.NONE, 1, 1)
                    .alwaysChanging()
                    .withoutNotices(),
            VerbRule.of("keys", Rights.ADMIN, AppArgument.NONE, 1, 4).changingUnless("list"));

    private Verbs() {}

    /** The rule of the verb. */
    public static Optional<VerbRule> rule(String name) {
        return ALL.stream().filter(verb -> verb.name().equals(name)).findFirst();
    }

    /** Whether the verb, with these arguments, is one of an admin that changes the host or an app. */
    public static boolean isAdminsChange(String name, List<String> arguments) {
        return rule(name)
                .filter(rule -> rule.rights() == Rights.ADMIN && rule.changes(arguments))
                .isPresent();
    }

    static List<String> fromOutside() {
        return ALL.stream().filter(VerbRule::outside).map(VerbRule::name).toList();
    }

    static Map<String, Object> forHost() {
        Map<String, Object> rules = new LinkedHashMap<>();
        ALL.forEach(verb -> rules.put(verb.name(), verb.forHost()));
        return rules;
    }
}
