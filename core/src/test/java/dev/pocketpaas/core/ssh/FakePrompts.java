package dev.pocketpaas.core.ssh;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers as told, and remembers what it was asked. */
public final class FakePrompts implements SshPrompts {
    public final List<String> asked = new ArrayList<>();
    /** Lines that were told; a thread of a program on the way may tell some. */
    public final List<String> told = new CopyOnWriteArrayList<>();

    private final Deque<String> passphrases = new ArrayDeque<>();
    private final Deque<String> passwords = new ArrayDeque<>();
    private boolean trust;
    private boolean nobody;

    public FakePrompts trusting() {
        trust = true;
        return this;
    }

    public FakePrompts withPassphrases(String... answers) {
        passphrases.addAll(List.of(answers));
        return this;
    }

    public FakePrompts withPasswords(String... answers) {
        passwords.addAll(List.of(answers));
        return this;
    }

    /** Nobody is there. */
    public FakePrompts alone() {
        nobody = true;
        return this;
    }

    @Override
    public boolean canAsk() {
        return !nobody;
    }

    @Override
    public void tell(String line) {
        told.add(line);
    }

    @Override
    public Optional<char[]> password(String login, int attempt) {
        asked.add("password " + login + " " + attempt);
        return Optional.ofNullable(passwords.poll()).map(String::toCharArray);
    }

    @Override
    public Optional<char[]> answer(String login, String question, boolean shown) {
        asked.add("answer " + login + " " + question.strip() + (shown ? " shown" : ""));
        return Optional.ofNullable(passwords.poll()).map(String::toCharArray);
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
