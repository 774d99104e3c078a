package dev.pocketpaas.core.ssh;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Answers as told, and remembers what it was asked. */
public final class FakePrompts implements SshPrompts {
    public final List<String> asked = new ArrayList<>();
    private final Deque<String> passphrases = new ArrayDeque<>();
    private boolean trust;

    public FakePrompts trusting() {
        trust = true;
        return this;
    }

    public FakePrompts withPassphrases(String... answers) {
        passphrases.addAll(List.of(answers));
        return this;
    }

    @Override
    public boolean trustHost(String host, String keyType, String fingerprint) {
        asked.add("trust " + host + " " + keyType + " " + fingerprint);
        return trust;
    }

    @Override
    public Optional<char[]> passphrase(String keyFile, int attempt) {
        asked.add("passphrase " + keyFile + " " + attempt);
        return Optional.ofNullable(passphrases.poll()).map(String::toCharArray);
    }
}
