package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What docs/services.md promises of a service's edges ({@code mvn verify -Pservices}): who gets in, where its passwords
 * are, what its settings do, and that the system's own {@code ssh} carries all that the built-in transport does. Command
 * lines are watched by {@link ServiceLifeIT}.
 */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
class ServiceAuditIT {
    private static final String DB = "edges";
    private static final String SETTINGS = "/etc/pocketpaas/services/" + DB + ".conf";
    private static final String BACKUPS = "/var/backups/" + DB;
    private static final String[] OPENSSH = {"--transport", "openssh"};

    /** Writes down, once, each password that there ever is, and each environment of a process outside of containers. */
    private static final String SAMPLER = """
            import glob, os, re, time
            here, known = os.readlink("/proc/1/ns/pid"), set()
            with open("/run/passwords", "w", 1) as passwords, open("/run/environments", "w", 1) as environments:
                while True:
                    time.sleep(0.005)
                    for name in glob.glob("/var/lib/pocketpaas/services/**", recursive=True):
                        if os.path.basename(name) in ("password", "login") or "/old/" in name:
                            try:
                                with open(name) as file:
                                    found = set(re.findall("[0-9a-f]{48}", file.read())) - known
                            except OSError:
                                continue
                            known |= found
                            passwords.writelines(f"{one}\\n" for one in found)
                    for name in glob.glob("/proc/[0-9]*"):
                        try:
                            with open(name + "/environ", "rb") as file:
                                text = file.read().replace(b"\\0", b" ").replace(b"\\n", b" ").decode("latin-1")
                            if text not in known and os.readlink(name + "/ns/pid") == here:
                                known.add(text)
                                environments.write(f"{text}\\n")
                        except OSError:
                            continue
            """;

    /** Makes a superuser wherever it runs with rights of one, and is everywhere that code of an app may run. */
    private static final String TRAPS = """
            CREATE OR REPLACE FUNCTION public.trap() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
              IF session_user = 'postgres' THEN
                PERFORM set_config('role', 'none', true);
                EXECUTE 'CREATE ROLE evil SUPERUSER';
              END IF;
              RETURN true;
            EXCEPTION WHEN OTHERS THEN RETURN true; END $$;
            CREATE TABLE public.trap (a int DEFAULT 1 CHECK (public.trap()));
            INSERT INTO public.trap VALUES (1);
            CREATE OR REPLACE VIEW public.trapped AS SELECT public.trap();
            CREATE OR REPLACE FUNCTION public.format(text, text) RETURNS text LANGUAGE plpgsql AS
              $$ BEGIN PERFORM public.trap(); RETURN pg_catalog.format($1, $2); END $$;
            CREATE OR REPLACE FUNCTION public.hashtextextended(text, int) RETURNS bigint LANGUAGE plpgsql AS
              $$ BEGIN PERFORM public.trap(); RETURN 1; END $$;
            CREATE OR REPLACE FUNCTION public.as_text(public.trap) RETURNS text LANGUAGE plpgsql AS
              $$ BEGIN PERFORM public.trap(); RETURN 'x'; END $$;
            CREATE CAST (public.trap AS text) WITH FUNCTION public.as_text(public.trap);
            CREATE OR REPLACE FUNCTION public.fixed(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS
              $$ BEGIN RETURN public.trap(); END $$;
            CREATE INDEX trapped_too ON public.trap (public.fixed(a));
            """;

    /** The planner calls what is said to be immutable, of an index, a statistic and a check; and JSON of a type a cast. */
    private static final String PLANNED_TRAPS = """
            CREATE OR REPLACE FUNCTION public.still(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
              $$ BEGIN PERFORM public.trap(); RETURN $1; END $$;
            CREATE TABLE public.planned (a int CHECK (a > public.still(0)), b text);
            INSERT INTO public.planned VALUES (1, 'x');
            CREATE INDEX ON public.planned ((a + public.still(1)));
            CREATE INDEX ON public.planned (b) WHERE public.still(1) = 1;
            CREATE STATISTICS public.planned_too ON (a + public.still(2)), b FROM public.planned;
            CREATE TABLE public.part (a int) PARTITION BY RANGE ((a + public.still(0)));
            CREATE TABLE public.part_of PARTITION OF public.part DEFAULT;
            CREATE TYPE public.pair AS (x int, y text);
            CREATE OR REPLACE FUNCTION public.as_json(public.pair) RETURNS json LANGUAGE plpgsql AS
              $$ BEGIN PERFORM public.trap(); RETURN '1'; END $$;
            CREATE CAST (public.pair AS json) WITH FUNCTION public.as_json(public.pair);
            ALTER TABLE public.planned ADD COLUMN c public.pair DEFAULT ROW(1, 'z')::public.pair;
            CREATE TABLE public.hidden AS SELECT generate_series(1, 20) AS a;
            ALTER TABLE public.hidden ENABLE ROW LEVEL SECURITY;
            ALTER TABLE public.hidden FORCE ROW LEVEL SECURITY;
            CREATE POLICY few ON public.hidden USING (a < 10);
            CREATE MATERIALIZED VIEW public.seen AS SELECT count(*) FROM public.hidden;
            REVOKE ALL ON DATABASE app_edgy FROM app_edgy;
            """;

    /** A neighbour that goes on giving rights on what it has to all roles of the other app. */
    private static final String GIVES = """
            DO $$ DECLARE r name; BEGIN
              LOOP
                FOR r IN SELECT rolname FROM pg_roles WHERE rolname ~ '^(app_)?edgy' LOOP
                  BEGIN EXECUTE format('GRANT SELECT ON mine TO %I', r); EXCEPTION WHEN OTHERS THEN NULL; END;
                  COMMIT;
                END LOOP;
                COMMIT;
              END LOOP;
            END $$;
            """;

    /** Ends well only where there is no moment at which everybody may connect to a new database. */
    private static final String WATCHES = """
            DO $$ BEGIN
              FOR i IN 1 .. 100000000 LOOP
                IF EXISTS (SELECT FROM pg_database WHERE datname = 'app_edgy.new' AND datallowconn
                  AND (datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0))) THEN
                  RAISE EXCEPTION 'everybody gets in';
                END IF;
                EXIT WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = 'enough');
              END LOOP;
            END $$;
            """;

    private static TestApp app;
    private static TestApp other;

    @BeforeAll
    static void aDatabaseOfTwoApps(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres");
        droplet.inside("cat >/run/sampler.py", SAMPLER.getBytes(StandardCharsets.UTF_8));
        Seen sampled = droplet.inside("systemd-run --quiet --unit sampler python3 /run/sampler.py");
        assertThat(sampled.exit()).as(sampled.toString()).isZero();
        app = TestApp.create(droplet, "edgy");
        other = TestApp.create(droplet, "nosy");
        app.must("deploy");
        other.must("deploy");
        app.must("services", "create", "postgres", DB);
        app.must("services", "link", DB);
        app.must("services", "console", DB, "--", "CREATE TABLE own AS SELECT 7 AS id");
    }

    @AfterAll
    static void gone(TestDroplet droplet) {
        app.pocketpaas("backups", "destination", "none");
        droplet.inside("rm -rf " + BACKUPS);
        droplet.inside(
                "rm -f " + SETTINGS + " /run/sampler.py /run/passwords /run/environments; systemctl stop sampler");
        app.pocketpaas("services", "unlink", DB);
        other.pocketpaas("services", "unlink", DB);
        app.must("services", "destroy", DB, "--confirm", DB);
        app.destroy();
        other.destroy();
    }

    @Test
    void anotherAppGetsNeitherInWithoutALinkNorToDataThatAreNotItsOwn(TestDroplet droplet) {
        String container = inside(droplet, "docker ps -q --filter label=pocketpaas.service=" + DB)
                .strip();
        String addresses = "docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' ";
        String connect = "use IO::Socket::INET; for my $h (@ARGV) {"
                + " my $s = IO::Socket::INET->new(PeerAddr => $h, PeerPort => 5432, Timeout => 3);"
                + " print($s ? \"in\\n\" : \"refused\\n\") }";
        List<String> asked = new ArrayList<>(List.of("run", "--", "perl", "-e", connect, DB));
        asked.addAll(List.of(inside(droplet, addresses + container).strip().split(" ")));

        assertThat(app.must(asked.toArray(String[]::new)).out()).contains("in\n");
        assertThat(other.must(asked.toArray(String[]::new)).out())
                .contains("refused\n")
                .doesNotContain("in\n");
        other.must("services", "link", DB);

        assertThat(query(droplet, container, "nosy", "app_nosy", "SELECT 1").exit())
                .isZero();
        Seen elsewhere = query(droplet, container, "nosy", "app_edgy", "SELECT * FROM own");
        assertThat(elsewhere.exit()).isNotZero();
        assertThat(elsewhere.all()).contains("permission denied for database");
        for (String statement : List.of(
                "CREATE ROLE more LOGIN",
                "CREATE DATABASE more",
                "COPY (SELECT 1) TO PROGRAM 'id'",
                "SELECT pg_read_file('/etc/passwd')",
                "SET ROLE app_edgy")) {
            Seen seen = query(droplet, container, "nosy", "app_nosy", statement);
            assertThat(seen.exit()).as(statement).isNotZero();
            assertThat(seen.all()).as(statement).containsPattern("permission denied|must be superuser");
        }
    }

    /** By the network and with the password of the app's login. */
    private static Seen query(TestDroplet droplet, String container, String who, String database, String statement) {
        String script = "read -r PGUSER PGPASSWORD; export PGUSER PGPASSWORD;"
                + " psql -X -h \"$(hostname -i | cut -d \" \" -f 1)\" -d " + database + " -c \"$1\"";
        return droplet.inside("docker exec -i " + container + " sh -c '" + script + "' sh \"" + statement
                + "\" </var/lib/pocketpaas/services/" + DB + "/apps/" + who + "/login");
    }

    @Test
    void nothingThatAnAppHasMadeRunsAsTheSuperuser(TestDroplet droplet) {
        String console = "\"$0\" services console " + DB;
        String restore = "\"$0\" services restore " + DB + " --confirm " + DB;
        Seen made = app.shell(console + " <<'SQL'\n\\set ON_ERROR_STOP on\n" + TRAPS + "SQL");
        assertThat(made.exit()).as(made.toString()).isZero();

        assertThat(app.must("services", "console", DB, "--", "SELECT * FROM trapped")
                        .out())
                .contains("t");
        Seen restored = app.shell("\"$0\" services dump " + DB + " >traps && " + restore + " <traps");
        assertThat(restored.exit()).as(restored.toString()).isZero();
        assertThat(app.must(
                                "services",
                                "console",
                                DB,
                                "--",
                                "SELECT owner FROM"
                                        + " (SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'trap') AS one")
                        .out())
                .contains("app_edgy");
        app.must("services", "credentials", "rotate", DB);
        app.must("backups", "destination", BACKUPS);
        app.must("backups", "create", DB);
        String program = "psql -U postgres -c 'CREATE ROLE evil SUPERUSER'";
        for (String line : List.of("\\! " + program, "SELECT 1 \\g |" + program, "\\o |" + program)) {
            Seen refused = app.shell("{ echo 'CREATE TABLE a (b int);'; cat; echo 'SELECT 1;'; } <<'SQL' | " + restore
                    + "\n" + line + "\nSQL");
            assertThat(refused.exit()).as(refused.toString()).isEqualTo(5);
            assertThat(refused.all()).as(line).contains("restricted", "the data of edgy is as it was");
        }

        assertThat(app.shell("printf '\\\\connect - postgres\\nSELECT rolname FROM pg_roles WHERE rolsuper' | "
                                + console)
                        .out())
                .contains("postgres", "(1 row)");
        app.must("services", "console", DB, "--", "DROP TABLE trap CASCADE");
    }

    /** Neither does what the planner calls; and policies, and a right that the app takes from itself, hinder nothing. */
    @Test
    void nothingThatAnAppHasMadeIsPlannedAsTheSuperuser(TestDroplet droplet) {
        String console = "\"$0\" services console " + DB;
        Seen made = app.shell(console + " <<'SQL'\n\\set ON_ERROR_STOP on\n" + TRAPS + PLANNED_TRAPS + "SQL");
        assertThat(made.exit()).as(made.toString()).isZero();

        app.must("backups", "destination", BACKUPS);
        app.must("backups", "create", DB);
        Seen restored = app.shell("\"$0\" services dump " + DB + " >planned && \"$0\" services restore " + DB
                + " --confirm " + DB + " <planned");
        assertThat(restored.exit()).as(restored.toString()).isZero();
        app.must("backups", "create", DB);
        app.must("services", "credentials", "rotate", DB);

        String superuser =
                "docker exec $(docker ps -q --filter label=pocketpaas.service=" + DB + ") psql -U postgres -Atc ";
        assertThat(inside(droplet, superuser + "\"SELECT rolname FROM pg_roles WHERE rolsuper\""))
                .isEqualTo("postgres\n");
        assertThat(inside(droplet, superuser + "\"SELECT rolname FROM pg_roles WHERE rolbypassrls AND NOT rolsuper\""))
                .as("logins of a backup stay no longer than it takes")
                .isEmpty();
        assertThat(app.must("services", "console", DB, "--", "SELECT count FROM seen")
                        .out())
                .contains("20");
        app.must("services", "console", DB, "--", "DROP TABLE trap, planned, part, hidden CASCADE");
        app.must("services", "console", DB, "--", "DROP TYPE pair CASCADE");
    }

    /** What it sets for its database and gives to others is its own affair: nobody's change, backup or restore fails. */
    @Test
    void whatAnAppSetsAndGivesBlocksNobody(TestDroplet droplet) {
        other.pocketpaas("services", "link", DB);
        String login = droplet.inside("cut -f 1 /var/lib/pocketpaas/services/" + DB + "/apps/nosy/login")
                .out()
                .strip();
        Seen made = app.shell("\"$0\" services console " + DB + " <<'SQL'\n" + """
                \\set ON_ERROR_STOP on
                CREATE TABLE given AS SELECT E'a\\nGRANT SELECT ON own TO nobody;\\n$$' AS text;
                GRANT SELECT ON given TO app_nosy, "%s";
                ALTER DATABASE app_edgy SET timezone = 'Asia/Tokyo';
                ALTER DATABASE app_edgy SET default_transaction_read_only = on;
                ALTER DATABASE app_edgy SET local_preload_libraries = 'none-such';
                ALTER DATABASE app_edgy SET statement_timeout = '1ms';
                ALTER DATABASE app_edgy IS_TEMPLATE true;
                """.formatted(login) + "SQL");
        assertThat(made.exit()).as(made.toString()).isZero();

        other.must("services", "credentials", "rotate", DB);
        other.must("services", "unlink", DB);
        other.must("services", "link", DB);
        app.must("backups", "destination", BACKUPS);
        app.must("backups", "create", DB);
        String container = "$(docker ps -q --filter label=pocketpaas.service=" + DB + ")";
        String asRoot = " docker exec -e PGOPTIONS='-c local_preload_libraries= -c statement_timeout=0' " + container;
        app.write("inserts", inside(droplet, asRoot + " pg_dump -U postgres --inserts app_edgy"));
        Seen restored = app.shell("\"$0\" services restore " + DB + " --confirm " + DB + " <inserts");
        assertThat(restored.exit()).as(restored.toString()).isZero();
        assertThat(inside(
                        droplet, asRoot + " psql -U postgres -d app_edgy -Atc 'SELECT text FROM given; SHOW timezone'"))
                .isEqualTo("a\nGRANT SELECT ON own TO nobody;\n$$\nAsia/Tokyo\n");
        Seen cut = app.shell(
                "printf 'BEGIN; CREATE TABLE a (b int);' | \"$0\" services restore " + DB + " --confirm " + DB);
        assertThat(cut.exit()).as(cut.toString()).isEqualTo(5);
        assertThat(cut.all()).contains("its last transaction has no end", "the data of edgy is as it was");

        inside(droplet, asRoot + " psql -U postgres -c 'ALTER DATABASE app_edgy RESET ALL'");
        app.must("services", "console", DB, "--", "DROP TABLE given");
        other.must("services", "unlink", DB);
    }

    @Test
    void nobodyGetsIntoADatabaseThatIsJustMade(TestDroplet droplet) {
        String container = "$(docker ps -q --filter label=pocketpaas.service=" + DB + ")";
        String psql = " docker exec -i -u postgres " + container + " psql -qX -U postgres";
        droplet.inside("cat >/run/watches.sql", WATCHES.getBytes(StandardCharsets.UTF_8));
        inside(
                droplet,
                "(" + psql + " </run/watches.sql >/run/watched 2>&1; echo over >>/run/watched) >/dev/null 2>&1 &");
        Seen restored = app.shell("\"$0\" services dump " + DB + " >just && \"$0\" services restore " + DB
                + " --confirm " + DB + " <just");
        inside(droplet, psql + " -c 'CREATE ROLE enough'");
        assertThat(restored.exit()).as(restored.toString()).isZero();
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.inside("cat /run/watched").out().contains("over"),
                () -> "it watches");
        inside(droplet, psql + " -c 'DROP ROLE enough'");
        assertThat(inside(droplet, "cat /run/watched")).isEqualTo("over\n");
    }

    @Test
    void aNeighbourThatGoesOnGivingRightsIsInNobodysWay(TestDroplet droplet) {
        other.pocketpaas("services", "link", DB);
        other.must("services", "console", DB, "--", "CREATE TABLE IF NOT EXISTS mine (a int)");
        String login = inside(droplet, "cut -f 1 /var/lib/pocketpaas/services/" + DB + "/apps/nosy/login")
                .strip();
        String container = "$(docker ps -q --filter label=pocketpaas.service=" + DB + ")";
        droplet.inside("cat >/run/gives.sql", GIVES.getBytes(StandardCharsets.UTF_8));
        inside(droplet, "docker exec -i " + container + " sh -c 'cat >/tmp/gives.sql' </run/gives.sql");
        for (int session = 0; session < 3; session++) {
            inside(
                    droplet,
                    "docker exec -d -u postgres " + container + " sh -c 'while [ -e /tmp/gives.sql ]; do psql -qX -U "
                            + login + " -d app_nosy -f /tmp/gives.sql; done'");
        }
        try {
            app.must("services", "credentials", "rotate", DB);
            Seen restored = app.shell("\"$0\" services dump " + DB + " >beside && \"$0\" services restore " + DB
                    + " --confirm " + DB + " <beside");
            assertThat(restored.exit()).as(restored.toString()).isZero();
        } finally {
            droplet.inside("docker exec " + container + " rm /tmp/gives.sql");
            other.must("services", "unlink", DB);
        }
    }

    @Test
    void aDumpThatIsCutOffEndsNobodysSession(TestDroplet droplet) {
        String container = "$(docker ps -q --filter label=pocketpaas.service=" + DB + ")";
        String psql = " docker exec -u postgres " + container + " psql -qXAt -U postgres -d app_edgy -c ";
        inside(
                droplet,
                "docker exec -d -u postgres " + container
                        + " psql -U postgres -d app_edgy -c 'BEGIN; LOCK TABLE own; SELECT pg_sleep(45)'");
        Polling.until(
                Duration.ofSeconds(20),
                () -> inside(droplet, psql + "\"SELECT count(*) FROM pg_stat_activity WHERE query ~ 'pg_sleep.45'\"")
                        .equals("2\n"),
                () -> "a lock");
        for (String seconds : List.of("2", "3", "4")) {
            Seen cut = app.shell("timeout -s INT " + seconds + " \"$0\" services dump " + DB + " >cut");
            assertThat(cut.exit()).as(cut.toString()).isNotZero();
        }
        assertThat(inside(droplet, psql + "\"SELECT count(*) FROM pg_stat_activity WHERE query ~ 'pg_sleep.45'\""))
                .as("the session with the lock, and who asks")
                .isEqualTo("2\n");
        inside(
                droplet,
                psql + "\"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'pg_sleep.45'"
                        + " AND pid <> pg_backend_pid()\"");
        assertThat(inside(droplet, "docker exec " + container + " cat /proc/1/comm"))
                .as("what loses its parent is not the server's")
                .startsWith("docker-init");
    }

    @Test
    void extensionsComeBackInTheSchemasThatTheyWereIn(TestDroplet droplet) {
        Seen made = app.shell("\"$0\" services console " + DB + " <<'SQL'\n" + """
                \\set ON_ERROR_STOP on
                CREATE SCHEMA extensions;
                CREATE SCHEMA "Mixed-Case";
                CREATE EXTENSION citext WITH SCHEMA extensions;
                CREATE EXTENSION pgcrypto WITH SCHEMA "Mixed-Case";
                CREATE EXTENSION hstore;
                CREATE TABLE extensions.kept (name extensions.citext PRIMARY KEY, more hstore,
                  sum bytea DEFAULT "Mixed-Case".digest('x', 'sha256'));
                INSERT INTO extensions.kept VALUES ('Ada', 'a=>1');
                """ + "SQL");
        assertThat(made.exit()).as(made.toString()).isZero();

        Seen dumped = app.shell("\"$0\" services dump " + DB + " >custom");
        assertThat(dumped.exit()).as(dumped.toString()).isZero();
        String container = "$(docker ps -q --filter label=pocketpaas.service=" + DB + ")";
        app.write("plain", inside(droplet, "docker exec " + container + " pg_dump -U postgres app_edgy"));
        for (String dump : List.of("custom", "plain")) {
            app.must("services", "console", DB, "--", "DELETE FROM extensions.kept");
            Seen restored = app.shell("\"$0\" services restore " + DB + " --confirm " + DB + " <" + dump);
            assertThat(restored.exit()).as(restored.toString()).isZero();
            assertThat(app.must(
                                    "services",
                                    "console",
                                    DB,
                                    "--",
                                    "SELECT extname || ' in ' || extnamespace::regnamespace FROM pg_extension")
                            .out())
                    .as(dump)
                    .contains("citext in extensions", "pgcrypto in \"Mixed-Case\"", "hstore in public");
            assertThat(app.must(
                                    "services",
                                    "console",
                                    DB,
                                    "--",
                                    "SELECT more -> 'a' FROM extensions.kept WHERE name OPERATOR(extensions.=) 'ADA'")
                            .out())
                    .as(dump)
                    .contains("1 row");
        }
        app.must("services", "console", DB, "--", "DROP SCHEMA extensions, \"Mixed-Case\" CASCADE");
    }

    @Test
    void aStoppedServiceStartsAfterAnAppOfItHasGone(TestDroplet droplet) {
        TestApp leaving = TestApp.create(droplet, "leaving");
        leaving.must("deploy");
        leaving.must("services", "link", DB);
        app.must("services", "stop", DB);

        leaving.destroy();
        droplet.inside("docker network prune --force");
        app.must("services", "start", DB);

        assertThat(app.must("services", "console", DB, "--", "SELECT id FROM own")
                        .out())
                .contains("7");
        assertThat(app.must("services", "console", DB, "--", "SELECT rolname FROM pg_roles WHERE rolcanlogin")
                        .out())
                .contains("edgy_")
                .doesNotContain("leaving_");
    }

    @Test
    void noPasswordIsInAProcessTheJournalALogOrAnImage(TestDroplet droplet) {
        Seen rotated = app.must("services", "credentials", "rotate", DB);
        Seen dumped = app.shell("\"$0\" services dump " + DB + " >whole && \"$0\" services restore " + DB
                + " --confirm " + DB + " <whole");
        Seen restarted = app.must("services", "restart", DB);
        Seen told = app.must("-v", "services", "info", DB, "--json");

        List<String> passwords = inside(droplet, "cat /run/passwords").lines().toList();
        assertThat(passwords).hasSizeGreaterThanOrEqualTo(3);
        for (Seen seen : List.of(rotated, dumped, restarted, told)) {
            assertThat(seen.exit()).as(seen.toString()).isZero();
            assertThat(passwords).noneMatch(seen.all()::contains);
        }
        assertThat(inside(droplet, "wc -l </run/environments").strip()).matches("[0-9]{2,}");
        Seen found = droplet.inside("grep -cFf /run/passwords /run/environments;"
                + " journalctl --no-pager -q | grep -cFf /run/passwords;"
                + " cd /var/lib/pocketpaas; grep -rlFf /run/passwords /var/log /etc /run/systemd /tmp work apps;"
                + " for image in $(docker images -q | sort -u); do"
                + " { docker history --no-trunc $image; docker inspect $image; } | grep -Ff /run/passwords; done");
        assertThat(found.out()).as(found.toString()).isEqualTo("0\n0\n");
    }

    @Test
    void settingsOfAFileAreUsedAndOnesThatCannotBeAreExplained(TestDroplet droplet) {
        droplet.inside("mkdir -p /etc/pocketpaas/services; echo 'work_mem = 7MB' >" + SETTINGS);
        app.must("services", "restart", DB);
        assertThat(show("work_mem")).contains("7MB");
        droplet.inside("echo 'work_mem = plenty' >" + SETTINGS);

        Seen failed = app.pocketpaas("services", "restart", DB);

        assertThat(failed.exit()).as(failed.toString()).isIn(5, 6);
        assertThat(failed.all()).contains("work_mem", "pocketpaas services logs " + DB);
        droplet.inside("rm " + SETTINGS);
        app.must("services", "restart", DB);
        assertThat(show("work_mem")).contains("4MB");
    }

    private static String show(String setting) {
        return app.must("services", "console", DB, "--", "SHOW " + setting).out();
    }

    @Test
    void theSystemsOwnSshCarriesAConsoleADumpAndThirtyConnections() throws Exception {
        String[] asked = {OPENSSH[0], OPENSSH[1], "services", "console", DB, "--", "SELECT 6 * 7 AS answer"};
        assertThat(app.must(asked).out()).contains("42");
        assertThat(app.shell("\"$0\" --transport openssh services dump " + DB + " | head -c 5")
                        .out())
                .isEqualTo("PGDMP");
        try (DatabaseTunnel tunnel = DatabaseTunnel.open(app.laptop(), app.directory(), DB, OPENSSH)) {
            tunnel.connect(30);
        }
    }

    private static String inside(TestDroplet droplet, String script) {
        Seen seen = droplet.inside(script);
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen.out();
    }
}
