package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** "pocketpaas shell" on a pseudo-terminal, as people use it. */
@ExtendWith(TestDroplet.Shared.class)
class ShellIT {
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";
    /** As a terminal sends it to a program that has its keypad in application mode. */
    private static final String UP = "\u001bOA";

    @Test
    void aSessionAsPeopleHaveIt(TestDroplet droplet) throws IOException {
        TestApp app = TestApp.create(droplet, "shelled");
        app.must("deploy");
        app.must("env", "set", "DATABASE_URL=postgres");
        String logins = logins(droplet);
        Path state = app.laptop().home().resolve("shell-state");
        Laptop laptop = app.laptop().with("TERM", "xterm").with("XDG_STATE_HOME", state.toString());
        String prompt = "shelled@" + droplet.name() + "> ";

        try (Running shell = shell(laptop, app.directory())) {
            shell.next(prompt);
            // Tab knows the values, the line is kept, and the prompt comes back.
            shell.type("env get DATA\t")
                    .next("DATABASE_URL ")
                    .type("\r")
                    .next("postgres")
                    .next(prompt);
            shell.type(UP)
                    .next("env get DATABASE_URL")
                    .type("\r")
                    .next("postgres")
                    .next(prompt);
            // Ctrl-C ends a command, a question and a line, and not the shell.
            shell.type("logs -f\r").next("listening on").type(CTRL_C).next(prompt);
            shell.type("destroy\r").next("to continue: ").type(CTRL_C).next(prompt);
            shell.type("nosuch").next("nosuch").type(CTRL_C).next(prompt);
            // A secret is asked for without echo, and no line that holds one is kept.
            shell.type("env set TOKEN=-\r").next("not shown\\): ");
            shell.type("canary-sh-1\r").next("TOKEN set").next(prompt);
            shell.type("env set OTHER=canary-sh-2\r").next("OTHER set").next(prompt);
            // The far side has the terminal to itself.
            shell.type("run sh\r").next("[$#] ").type("stty size; sleep 100\r").next("30 100");
            shell.type(CTRL_C).next("[$#] ").type("exit 7\r").next(prompt);
            // The keys are the shell's again.
            shell.type("use other\r").next("other@" + droplet.name() + "> ");
            shell.type("use shelled\r").next(prompt);
            assertThat(logins(droplet)).as("logins: one").isEqualTo(String.valueOf(Integer.parseInt(logins) + 1));
            // A connection that is lost in between is opened again.
            droplet.inside("pkill -KILL -f '^sshd: pocketpaas'");
            shell.type("env get DATABASE_URL\r").next("postgres").next(prompt);
            shell.type(CTRL_D);
            assertThat(shell.end().exit()).isZero();
            assertThat(shell.end().all()).doesNotContain("canary-sh-1").doesNotContain("Exception");
        }

        Path history = state.resolve("pocketpaas/history");
        assertThat(history).content().contains("logs -f", "env set TOKEN=-").doesNotContain("canary");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
                .isEqualTo("rw-------");
        assertThat(app.get("/").status()).isEqualTo(200);
    }

    private static Running shell(Laptop laptop, Path directory) {
        return Running.start(
                laptop,
                directory,
                "script",
                "-qec",
                "stty cols 100 rows 30; exec " + Laptop.program() + " shell",
                "/dev/null");
    }

    /** How many logins the droplet's SSH server has let in. */
    private static String logins(TestDroplet droplet) {
        return droplet.inside("journalctl -q --no-pager -u ssh | grep -c 'Accepted publickey for pocketpaas'")
                .out()
                .strip();
    }
}
