package dev.pocketpaas.core.manifest;

import java.util.List;

/** The reference page {@code docs/manifest.md}, written from the same keys that the reader checks. */
public final class ManifestReference {
    private static final String HEAD = """
            # pocketpaas.yml

            The manifest is at the top of the repository, or at the top of the directory that the app is in. It says how the app is built, run and
            served. Two lines are enough:

            ```yaml
            app: shop
            host: 203.0.113.10
            ```

            Everything else has a sensible default. A complete example:

            ```yaml
            """;

    private static final String AFTER_EXAMPLE = """
            ```

            `pocketpaas init` writes one for the directory it is in, `pocketpaas manifest check` checks it, and `pocketpaas manifest schema` prints its
            JSON Schema (also in [pocketpaas.schema.json](pocketpaas.schema.json)), which editors use for completion:

            ```yaml
            # yaml-language-server: $schema=./pocketpaas.schema.json
            ```

            An unknown key, a wrong type or a duplicate key is an error with its line and column. All errors of a file are reported at once.
            """;

    private static final String STAGES = """

            ## stages.NAME

            Every key of this page but `stages`. A stage says only what differs: mappings such as `env` or `processes` are joined key by key, lists and other values take the
            place of those above, and `{}` or `[]` empties. `domains` and `http.redirects` are not taken over, as they belong to one app. A stage needs an `app` or a `host` of its
            own. More: [stages.md](stages.md).
            """;

    private static final String VALUES = """

            ## How values are written

            - **Durations**: `30s`, `2m`, `1m30s`, `1h`, `7d`; a bare number is seconds.
            - **Sizes**: `512M`, `1G`, `1.5G`; units are powers of 1024, a bare number is bytes.
            - **Cores**: `0.5`, `1`, `2`.
            - **Text** is used exactly as written. YAML's habit of reading `no` as false, `0123` as an octal number, `1:30` as 90 and `1.50` as 1.5 does
              not reach the values of `env`: the app gets `no`, `0123`, `1:30` and `1.50`. Quotes are needed only where YAML needs them: around a value
              that begins with one of `* & ! | > % @ { [ "`, a backquote or an apostrophe, or that holds `: ` or ` #`. The empty text is `""`;
              a key with nothing after it is an error.
            - **Commands** are text for the shell inside the app's container, never for the host's.
            - The file is UTF-8, one document, at most 256 kB. Anchors that are used (`*name`), merge keys (`<<`) and tags (`!name`) are refused.
            - **Names**: an app has lower-case letters, digits and dashes, at most 40; a process type letters, digits, dashes and underscores, at most 30; a
              variable letters, digits and underscores. `PORT`, `DYNO` and names that begin with `POCKETPAAS_` are set by PocketPaaS itself.

            ## Other files that are read

            - `Procfile`: one `type: command` a line; `release:` is the release command. The manifest wins, type by type.
            - `app.json`: `formation` (quantities), `healthchecks` (of `web`), `scripts.dokku.predeploy`, `env` (default values, `required`, `generator: secret`), `buildpacks`, `cron`
              ([which fields](cron.md#appjson)). Comments are allowed. The manifest wins if both define something.

            A push with a changed `pocketpaas.yml` or `app.json` is refused: run `pocketpaas deploy` to apply them.
            """;

    /** An example with every section, as the page shows it. */
    static final String EXAMPLE = """
            app: shop
            host: 203.0.113.10
            branch: main
            domains: [shop.example.com]
            processes:
              web: { scale: 2, memory: 512M }
              worker: node worker.js
              clock: { command: node clock.js, overlap: false, stop-timeout: 1m }
            env:
              NODE_ENV: production
            secrets: [DATABASE_PASSWORD]
            cron:
              nightly: { schedule: "0 3 * * *", timezone: Europe/Berlin, command: node nightly.js }
            build: { builder: buildpacks, buildpacks: [heroku/nodejs] }
            release: node migrate.js
            healthcheck: { path: /healthz, timeout: 10s }
            http: { max-body: 200M, redirects: { www.shop.example.com: shop.example.com } }
            volumes:
              data: /app/data
            backup: pause
            services: { db: postgres }
            limits: { memory: 256M, cpus: 1 }
            drain: 1m
            stop-signal: SIGINT
            stop-timeout: 30s
            capabilities: [NET_RAW]
            ssl: { hsts: 180 }
            previews: { ttl: 3d, env: { STRIPE_KEY: pk_test_1 }, services: { db: copy } }
            stages:
              staging: { app: shop-staging, domains: [staging.example.com], processes: { web: { scale: 1 } } }
            """;

    private ManifestReference() {}

    /** The page as Markdown. */
    public static String markdown() {
        StringBuilder page = new StringBuilder(HEAD).append(EXAMPLE).append(AFTER_EXAMPLE);
        section(page, "Keys", Manifest.SECTION.keys());
        section(page, "processes.TYPE", ProcessSettings.SECTION.keys());
        section(page, "secrets.NAME", SecretSettings.SECTION.keys());
        section(page, "cron.NAME", CronJob.SECTION.keys());
        section(page, "build", BuildSettings.SECTION.keys());
        section(page, "healthcheck", HealthCheck.SECTION.keys());
        section(page, "http", HttpSettings.SECTION.keys());
        section(page, "backup", BackupSettings.SECTION.keys());
        section(page, "limits", Limits.SECTION.keys());
        section(page, "ssl", SslSettings.SECTION.keys());
        section(page, "previews", PreviewSettings.SECTION.keys());
        page.append(STAGES);
        return page.append(VALUES).toString();
    }

    private static void section(StringBuilder page, String title, List<Key<?>> keys) {
        page.append("\n## ").append(title).append("\n\n");
        page.append("| key | value | description | default | example |\n|---|---|---|---|---|\n");
        for (Key<?> key : keys) {
            page.append("| `")
                    .append(key.name())
                    .append("` | ")
                    .append(key.type().label());
            page.append(" | ").append(key.text()).append(" | ").append(key.unset());
            page.append(" | `")
                    .append(key.name())
                    .append(": ")
                    .append(key.example())
                    .append("` |\n");
        }
    }
}
