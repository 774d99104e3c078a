package dev.pocketpaas.core.ssh;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Limits how long something may take, without the time that the user takes to answer. What is overdue is ended from another thread. */
final class Patience implements AutoCloseable {
    private final Runnable giveUp;
    private long left;
    private long since;
    private boolean paused;
    private boolean over;
    private boolean expired;

    private Patience(Duration limit, Runnable giveUp) {
        this.left = limit.toNanos();
        this.giveUp = giveUp;
        this.since = System.nanoTime();
    }

    /** Begins to count; {@code giveUp} is run when {@code limit} is over. */
    static Patience start(Duration limit, Runnable giveUp) {
        Patience patience = new Patience(limit, giveUp);
        Thread thread = new Thread(patience::watch, "ssh-patience");
        thread.setDaemon(true);
        thread.start();
        return patience;
    }

    private void watch() {
        synchronized (this) {
            while (!over) {
                long rest = paused ? Long.MAX_VALUE : left - (System.nanoTime() - since);
                if (rest <= 0) {
                    expired = true;
                    over = true;
                } else {
                    try {
                        wait(Math.max(1, Math.min(rest / 1_000_000, 60_000)));
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            }
            if (!expired) {
                return;
            }
        }
        giveUp.run();
    }

    /** Whether the time was over. */
    synchronized boolean isExpired() {
        return expired;
    }

    private synchronized void pause() {
        left -= System.nanoTime() - since;
        paused = true;
    }

    private synchronized void resume() {
        since = System.nanoTime();
        paused = false;
        notifyAll();
    }

    /** The same prompts; while they ask, the time stands still. */
    SshPrompts around(SshPrompts prompts) {
        return new SshPrompts() {
            @Override
            public boolean trustHost(String host, String keyType, String fingerprint) {
                return paused(() -> prompts.trustHost(host, keyType, fingerprint));
            }

            @Override
            public Optional<char[]> passphrase(String keyFile, int attempt) {
                return paused(() -> prompts.passphrase(keyFile, attempt));
            }

            @Override
            public Optional<char[]> password(String login, int attempt) {
                return paused(() -> prompts.password(login, attempt));
            }

            @Override
            public Optional<char[]> answer(String login, String question, boolean shown) {
                return paused(() -> prompts.answer(login, question, shown));
            }

            @Override
            public boolean canAsk() {
                return prompts.canAsk();
            }

            @Override
            public void tell(String line) {
                prompts.tell(line);
            }
        };
    }

    private <T> T paused(Supplier<T> question) {
        pause();
        try {
            return question.get();
        } finally {
            resume();
        }
    }

    @Override
    public synchronized void close() {
        over = true;
        notifyAll();
    }
}
