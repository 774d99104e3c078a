package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Makes a machine harder to get into, as root. What it changes the machine takes back by itself after a minute, unless somebody has logged in anew
 * and said that it shall stay.
 */
public final class HostHardener {
    private final HostPrograms programs;

    /** With {@code programs} of this version. */
    public HostHardener(HostPrograms programs) {
        this.programs = programs;
    }

    /** What can be done. */
    public enum Measure {
        /** SSH accepts no passwords. */
        SSH_KEYS_ONLY("ssh-keys-only", "sshd accepts keys only, for root, too"),
        /** A firewall. */
        FIREWALL("firewall", "ufw lets in only the ports "),
        /** Who guesses keys and passwords is kept out for a while. */
        FAIL2BAN("fail2ban", "fail2ban keeps out addresses that fail to log in by SSH");

        private final String word;
        private final String text;

        Measure(String word, String text) {
            this.word = word;
            this.text = text;
        }

        /** The option without its dashes, and the host's word. */
        public String word() {
            return word;
        }
    }

    /**
     * What is wanted of a machine.
     *
     * @param measures what to do
     * @param allow ports that the firewall lets in beside those of SSH and HTTP
     */
    public record Wanted(SortedSet<Measure> measures, SortedSet<Integer> allow) {
        /** Copies what is mutable. */
        public Wanted {
            measures = Collections.unmodifiableSortedSet(new TreeSet<>(measures));
            allow = Collections.unmodifiableSortedSet(new TreeSet<>(allow));
        }
    }

    /**
     * What would be changed.
     *
     * @param todo the measures that the machine does not have yet
     * @param ports what the firewall would let in
     */
    public record Plan(List<Measure> todo, String ports) {
        /** Copies the list. */
        public Plan {
            todo = List.copyOf(todo);
        }

        /** What {@code measure} does, for people. */
        public String text(Measure measure) {
            return measure.text + (measure == Measure.FIREWALL ? ports : "");
        }
    }

    /** What would be changed; changes nothing. */
    public Plan plan(SshConnection connection, Wanted wanted) {
        ValueTree answer =
                SpoolAnswer.tree(RootShell.on(connection).capture(spool("look", wanted), RootShell.LOOK_TO_HARDEN));
        List<String> todo = answer.lines("todo");
        return new Plan(
                wanted.measures().stream()
                        .filter(measure -> todo.contains(measure.word()))
                        .toList(),
                answer.text("ports").orElse(""));
    }

    /** Changes the machine; from then on it waits for {@link #confirm}. */
    public void apply(SshConnection connection, Wanted wanted, OperationListener listener) {
        RootShell.on(connection).operate(spool("apply", wanted), RootShell.HARDEN, "change", listener);
    }

    /** What was changed stays. Over a connection that was made since. */
    public void confirm(SshConnection connection, OperationListener listener) {
        Wanted nothing = new Wanted(new TreeSet<>(), new TreeSet<>());
        RootShell.on(connection).operate(spool("confirm", nothing), RootShell.HARDEN, "confirmation", listener);
    }

    private byte[] spool(String act, Wanted wanted) {
        return ValueTree.builder()
                .putAll("programs", programs.tree())
                .put("values/act", act)
                .putLines(
                        "values/wanted",
                        wanted.measures().stream().map(Measure::word).toList())
                .putLines(
                        "values/allow",
                        wanted.allow().stream().map(String::valueOf).toList())
                .build()
                .toBytes();
    }
}
