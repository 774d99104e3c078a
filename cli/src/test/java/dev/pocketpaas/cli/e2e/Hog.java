package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;

/** A buildpack for apps that have a file {@code hog}: what that says is done by the build, with the build's, the cache's and the environment's directory. */
final class Hog {
    private static final String SCRIPT = """
            set -e
            rm -rf /opt/hog.git /tmp/hog
            mkdir -p /tmp/hog/bin
            cd /tmp/hog
            printf '#!/bin/sh\\n[ -e "$1/hog" ] && echo Hog\\n' >bin/detect
            printf '#!/bin/bash\\nset -e\\n. "$1/hog"\\n' >bin/compile
            chmod +x bin/*
            git init -q -b main .
            git add -A
            git -c user.name=t -c user.email=t@example.com commit -q -m hog
            git clone -q --bare . /opt/hog.git
            chown -R pocketpaas: /opt/hog.git
            list=/var/lib/pocketpaas/host/buildpacks
            grep -q '^hog' $list || { printf 'hog\\tfile:///opt/hog.git\\n'; cat $list; } >/tmp/hog/list
            [ ! -s /tmp/hog/list ] || cat /tmp/hog/list >$list
            """;

    private Hog() {}

    /** Makes the host know it. */
    static void bring(TestDroplet droplet) {
        Seen seen = droplet.inside(SCRIPT);
        if (seen.exit() != 0) {
            throw new AssertionError("failed:\n" + seen);
        }
    }
}
