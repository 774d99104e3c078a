package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.Notice;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Asks all hosts that this machine knows by name the same question, side by side. A host that gives no answer does not hide those of the others. */
public final class AllHosts {
    private static final int AT_ONCE = 8;

    private final CommandContext context;

    /** Connects as {@code context} does. */
    public AllHosts(CommandContext context) {
        this.context = context;
    }

    /**
     * What a host said.
     *
     * @param host its name
     * @param value its answer; empty where there is none
     * @param notices what it has noticed
     * @param failure why there is no answer; empty where there is one
     */
    public record Answer<T>(String host, Optional<T> value, List<Notice> notices, Optional<PocketException> failure) {
        /** Copies the list. */
        public Answer {
            notices = List.copyOf(notices);
        }
    }

    /** The answers to {@code question}, in the order of the hosts' names; a usage error if no host has a name here. */
    public <T> List<Answer<T>> ask(Function<HostClient, T> question) {
        List<RegisteredHost> hosts =
                new HostResolver(context.environment()).registry().list();
        if (hosts.isEmpty()) {
            throw PocketException.usage(
                    "this machine knows no host by name",
                    "run \"pocketpaas init host root@ADDRESS\", also for a host that is set up already");
        }
        SharedPrompts prompts = new SharedPrompts(context.sshPrompts());
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(AT_ONCE, hosts.size()));
        try {
            List<Future<Answer<T>>> asked = new ArrayList<>();
            for (RegisteredHost host : hosts) {
                asked.add(threads.submit(() -> ask(host, prompts, question)));
            }
            List<Answer<T>> answers = new ArrayList<>();
            for (Future<Answer<T>> one : asked) {
                answers.add(one.get());
            }
            return answers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** Says which hosts gave no answer, and why; the exit code that follows from it. */
    public int warn(List<? extends Answer<?>> answers) {
        int code = ExitCode.OK.code();
        for (Answer<?> answer : answers) {
            if (answer.failure().isPresent()) {
                PocketException failure = answer.failure().get();
                String cure = failure.cure().map(text -> "; " + text).orElse("");
                context.output().warn("no answer from " + answer.host() + ": " + failure.getMessage() + cure);
                code = ExitCode.UNREACHABLE.code();
            }
        }
        return code;
    }

    private <T> Answer<T> ask(RegisteredHost host, SharedPrompts prompts, Function<HostClient, T> question) {
        List<Notice> notices = new ArrayList<>();
        HostResolver.ResolvedHost place = new HostResolver.ResolvedHost(host.address(), host);
        try (HostClient client = context.open(place, prompts, told -> {
            notices.clear();
            notices.addAll(told);
        })) {
            return new Answer<>(host.name(), Optional.of(question.apply(client)), notices, Optional.empty());
        } catch (PocketException e) {
            return new Answer<>(host.name(), Optional.empty(), List.of(), Optional.of(e));
        }
    }
}
