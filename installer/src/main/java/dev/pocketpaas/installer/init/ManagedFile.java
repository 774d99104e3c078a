package dev.pocketpaas.installer.init;

import java.util.List;

/**
 * A file of ours on the host with a content that is always the same.
 *
 * @param path where it is
 * @param mode its mode, as for {@code install -m}
 * @param content its text
 */
record ManagedFile(String path, String mode, String content) {
    private static final String PROGRAMS = "/usr/local/lib/pocketpaas/current/";

    /** All of them. */
    static final List<ManagedFile> ALL = List.of(
            new ManagedFile("/etc/sudoers.d/pocketpaas", "0440", """
                    # Written by PocketPaaS; changes are overwritten. The one thing that the git user may do as root.
                    # No session and no terminal of its own, so sudo becomes the program; no log, which would keep the words of "run".
                    Defaults:pocketpaas !requiretty, !lecture, env_reset, !use_pty, !pam_session, !pam_setcred, !syslog
                    pocketpaas ALL=(root) NOPASSWD: %senter
                    """.formatted(PROGRAMS)),
            new ManagedFile("/etc/systemd/system/pocketpaas-boot.service", "0644", """
                    # Written by PocketPaaS; changes are overwritten.
                    [Unit]
                    Description=PocketPaaS: bring every app back after a start of the machine
                    Wants=docker.service nginx.service
                    After=docker.service nginx.service network-online.target
                    ConditionPathExists=%1$sboot

                    [Service]
                    Type=oneshot
                    ExecStart=%1$sboot
                    TimeoutStartSec=15min

                    [Install]
                    WantedBy=multi-user.target
                    """.formatted(PROGRAMS)),
            new ManagedFile("/etc/systemd/system/pocketpaas-stack.service", "0644", """
                    # Written by PocketPaaS; changes are overwritten.
                    [Unit]
                    Description=PocketPaaS: fetch the images that builds need
                    Wants=docker.service
                    After=docker.service network-online.target

                    [Service]
                    Type=oneshot
                    ExecStart=%spull-stack
                    TimeoutStartSec=30min
                    """.formatted(PROGRAMS)),
            new ManagedFile("/etc/systemd/system/pocketpaas-certificates.service", "0644", """
                    # Written by PocketPaaS; changes are overwritten.
                    [Unit]
                    Description=PocketPaaS: ask for the certificates whose turn has come
                    After=nginx.service network-online.target
                    ConditionPathExists=%1$scertificates

                    [Service]
                    Type=oneshot
                    ExecStart=%1$scertificates
                    TimeoutStartSec=1h
                    """.formatted(PROGRAMS)),
            new ManagedFile("/etc/systemd/system/pocketpaas-certificates.timer", "0644", """
                    # Written by PocketPaaS; changes are overwritten. Most of the time there is nothing to do; what waits for its DNS
                    # record shall not wait long.
                    [Unit]
                    Description=PocketPaaS: certificates

                    [Timer]
                    OnCalendar=*:0/10
                    RandomizedDelaySec=3min

                    [Install]
                    WantedBy=timers.target
                    """),
            new ManagedFile("/etc/systemd/system/pocketpaas-notices.service", "0644", """
                    # Written by PocketPaaS; changes are overwritten.
                    [Unit]
                    Description=PocketPaaS: look whether there is anything that somebody has to know
                    After=docker.service network-online.target
                    ConditionPathExists=%1$snotices

                    [Service]
                    Type=oneshot
                    ExecStart=%1$snotices
                    # A command that sends mail may leave its delivery behind in the background.
                    KillMode=process
                    TimeoutStartSec=10min
                    """.formatted(PROGRAMS)),
            new ManagedFile("/etc/systemd/system/pocketpaas-notices.timer", "0644", """
                    # Written by PocketPaaS; changes are overwritten. Between two runs of the timer for certificates.
                    [Unit]
                    Description=PocketPaaS: notices

                    [Timer]
                    OnCalendar=*:5/10
                    RandomizedDelaySec=3min

                    [Install]
                    WantedBy=timers.target
                    """),
            new ManagedFile("/etc/systemd/system/docker.service.d/pocketpaas.conf", "0644", """
                    # Written by PocketPaaS; changes are overwritten. The apps' logs come through dockerd: without this the journal
                    # drops lines of a busy app. Not 0, which systemd takes for "not set" and leaves journald's own limit in force.
                    [Service]
                    LogRateLimitIntervalSec=1s
                    LogRateLimitBurst=100000000
                    """),
            new ManagedFile("/etc/systemd/journald.conf.d/pocketpaas.conf", "0644", """
                    # Written by PocketPaaS; changes are overwritten. The apps' logs outlive a restart of the machine. They take a tenth of the
                    # disk at most (journald's own bound), and stay as they are when the disk is nearly full: not 15 %, but this much is left free.
                    [Journal]
                    Storage=persistent
                    SystemKeepFree=512M
                    """),
            new ManagedFile("/etc/systemd/system/nginx.service.d/pocketpaas.conf", "0644", """
                    # Written by PocketPaaS; changes are overwritten. Should nginx die it comes back, however often. What it was answering at that
                    # moment is lost, and for a moment nobody is let in.
                    [Unit]
                    StartLimitIntervalSec=0

                    [Service]
                    # What is meant for an app must not leave the machine while Docker is not up yet; and what nginx does not take of one app must
                    # not keep it from starting for the others. In the place of the package's own test, which would end the start before.
                    ExecStartPre=
                    ExecStartPre=-%sguard
                    Restart=on-failure
                    RestartSec=100ms
                    """.formatted(PROGRAMS)),
            new ManagedFile("/etc/apt/apt.conf.d/52pocketpaas", "0644", """
                    // Written by PocketPaaS; changes are overwritten. Security updates by themselves.
                    APT::Periodic::Update-Package-Lists "1";
                    APT::Periodic::Unattended-Upgrade "1";
                    """));

    /** The name of its digest among the facts. */
    String fact() {
        return "files/" + path.substring(1).replace('/', '_');
    }
}
