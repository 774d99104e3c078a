package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.setting.HostSetting;
import dev.pocketpaas.core.host.setting.HostSettings;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.init.InitPlan.Change;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Turns a machine into a host. One channel looks, and a second one sets up what is found missing; on a host that is as it should be there
 * is no second one.
 */
public final class HostInitializer {
    private static final String LOOK = "lib/facts.bash";

    private final HostPrograms programs;
    private final KeyName defaultKeyName;

    /**
     * @param programs what the host shall run
     * @param defaultKeyName the name of the admin's key where the options give none
     */
    public HostInitializer(HostPrograms programs, KeyName defaultKeyName) {
        this.programs = programs;
        this.defaultKeyName = defaultKeyName;
    }

    /** What the machine is and has. Refuses where it cannot become a host. */
    public HostFacts look(SshConnection connection) {
        String script = programs.text(LOOK) + "\n" + emitFacts();
        RootShell.Answer answer =
                RootShell.on(connection).capture(script.getBytes(StandardCharsets.UTF_8), RootShell.SCRIPT);
        if (answer.status() == 255 && answer.said().isEmpty()) {
            throw PocketException.unreachable("the connection to the host was lost", "run this again", null);
        }
        if (!answer.begun()) {
            throw RefusedLogin.of(answer);
        }
        if (answer.status() == RootShell.NO_BASH) {
            throw PocketException.refused(
                    "this machine has no bash, so it is not a supported Debian or Ubuntu; nothing was changed", null);
        }
        try {
            HostFacts facts = new HostFacts(ValueTree.readFrom(new ByteArrayInputStream(answer.output())));
            Requirements.check(facts, programs.version());
            return facts;
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.UNEXPECTED,
                    "the machine could not be inspected; nothing was changed",
                    answer.said(),
                    null,
                    e);
        }
    }

    /** The call of the script's function: with the address, and the names of settings that must not leave the machine. */
    static String emitFacts() {
        String secret = HostSettings.ALL.stream()
                .filter(HostSetting::isSecret)
                .map(HostSetting::name)
                .collect(Collectors.joining(" "));
        return "emit_facts \"${1-}\" \"" + secret + "\"\n";
    }

    /** What would be changed; changes nothing. */
    public InitPlan plan(SshConnection connection, InitOptions options, OperationListener listener) {
        return plan(looked(connection, listener), wanted(connection, options));
    }

    /** Sets the host up; every step goes to {@code listener} as it happens. */
    public InitResult apply(SshConnection connection, InitOptions options, OperationListener listener) {
        HostFacts facts = looked(connection, listener);
        Wanted wanted = wanted(connection, options);
        InitPlan plan = plan(facts, wanted);
        plan.notes().forEach(note -> listener.on(new OperationEvent.Note(note)));
        if (!plan.nothingToDo()) {
            setUp(connection, spool(facts, wanted, plan), listener);
        }
        SortedMap<String, String> settings = WantedSettings.of(facts, wanted);
        return new InitResult(
                plan.changes().stream().map(Change::step).toList(),
                settings.getOrDefault(HostSettings.NAME.name(), ""),
                settings.getOrDefault(HostSettings.DOMAIN.name(), ""),
                Integer.parseInt(settings.getOrDefault(HostSettings.PUBLIC_PORT.name(), "80")),
                Steps.keyOnHost(facts, wanted.publicKey()).orElse(Steps.freeKeyName(facts, wanted)));
    }

    private HostFacts looked(SshConnection connection, OperationListener listener) {
        listener.on(new OperationEvent.Step("look", OperationEvent.Step.State.START, ""));
        try {
            HostFacts facts = look(connection);
            listener.on(new OperationEvent.Step("look", OperationEvent.Step.State.DONE, facts.systemName()));
            return facts;
        } catch (PocketException e) {
            listener.on(new OperationEvent.Step("look", OperationEvent.Step.State.FAIL, ""));
            throw e;
        }
    }

    private static void setUp(SshConnection connection, ValueTree spool, OperationListener listener) {
        Sending sending = new Sending(listener);
        sending.begin();
        try {
            RootShell.on(connection).operate(spool.toBytes(), RootShell.SET_UP, "set-up", sending);
        } finally {
            sending.end(OperationEvent.Step.State.FAIL);
        }
    }

    /** A step of its own until the host says its first word. */
    private static final class Sending implements OperationListener {
        private final OperationListener listener;
        private boolean open;

        Sending(OperationListener listener) {
            this.listener = listener;
        }

        void begin() {
            open = true;
            listener.on(new OperationEvent.Step("send", OperationEvent.Step.State.START, ""));
        }

        void end(OperationEvent.Step.State state) {
            if (open) {
                open = false;
                listener.on(new OperationEvent.Step("send", state, ""));
            }
        }

        @Override
        public void on(OperationEvent event) {
            end(OperationEvent.Step.State.DONE);
            listener.on(event);
        }
    }

    /** The plan for {@code facts}. */
    static InitPlan plan(HostFacts facts, Wanted wanted) {
        Map<String, String> changes = new LinkedHashMap<>();
        for (Step step : Steps.all()) {
            step.check(facts, wanted).ifPresent(detail -> changes.put(step.name(), detail));
        }
        List<String> notes = new ArrayList<>();
        if (Steps.needsSwap(facts) && facts.container()) {
            notes.add("no swap file: this machine is a container");
        }
        if (!facts.value("sshd").isEmpty()) {
            notes.add("sshd allows only some users; add pocketpaas (" + facts.value("sshd") + ")");
        }
        return new InitPlan(
                facts,
                changes.entrySet().stream()
                        .map(e -> new Change(e.getKey(), e.getValue()))
                        .toList(),
                notes);
    }

    /** Everything that the host needs for {@code plan}, as one tree. */
    private ValueTree spool(HostFacts facts, Wanted wanted, InitPlan plan) {
        ValueTree.Builder values = ValueTree.builder();
        List<String> names = plan.changes().stream().map(Change::step).toList();
        values.putLines("steps", names);
        Steps.all().stream()
                .filter(step -> names.contains(step.name()))
                .forEach(step -> step.describe(facts, wanted, values));
        return ValueTree.builder()
                .putAll("programs", programs.tree())
                .putAll("values", values.build())
                .build();
    }

    private Wanted wanted(SshConnection connection, InitOptions options) {
        return new Wanted(
                options,
                programs,
                connection.peer(),
                connection.authenticatedKey(),
                options.givenKeyName().orElse(defaultKeyName));
    }
}
