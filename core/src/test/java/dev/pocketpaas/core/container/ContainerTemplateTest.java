package dev.pocketpaas.core.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ContainerTemplateTest {
    private static final Pattern TOKEN = Pattern.compile("@([A-Z0-9_]+)@");

    private static final Map<String, String> WORKER = Map.ofEntries(
            Map.entry("IMAGE", "sha256:4f2a"),
            Map.entry("HOSTNAME", "worker-2"),
            Map.entry("CMD", "[\"process\",\"worker\"]"),
            Map.entry("ENV", "\"A=1\",\"PORT=5000\""),
            Map.entry("TTY", "false"),
            Map.entry("STDIN", "false"),
            Map.entry("LOG", "journald"),
            Map.entry("APP", "shop"),
            Map.entry("RELEASE", "12"),
            Map.entry("TYPE", "worker"),
            Map.entry("SLOT", "green"),
            Map.entry("INSTANCE", "2"),
            Map.entry("INIT", "true"),
            Map.entry("STOPSIGNAL", "\"SIGQUIT\""),
            Map.entry("MEMORY", "536870912"),
            Map.entry("CPUS", "500000000"),
            Map.entry("PIDS", "4096"),
            Map.entry("CAPABILITIES", "\"CHOWN\",\"KILL\""),
            Map.entry("MOUNTS", ""),
            Map.entry("IPAM", "null"));

    @Test
    void theHostKnowsEveryToken() {
        assertThat(tokens()).containsExactlyElementsOf(new TreeSet<>(WORKER.keySet()));
    }

    @Test
    void filledInItIsTheBodyOfACreateRequest() {
        String body = ContainerTemplate.text();
        for (Map.Entry<String, String> token : WORKER.entrySet()) {
            body = body.replace("@" + token.getKey() + "@", token.getValue());
        }

        assertThat(body).isEqualTo("""
                        {
                          "Image": "sha256:4f2a",
                          "Hostname": "worker-2",
                          "Cmd": ["process","worker"],
                          "Env": ["A=1","PORT=5000"],
                          "Tty": false,
                          "OpenStdin": false,
                          "StopSignal": "SIGQUIT",
                          "StdinOnce": false,
                          "AttachStdin": false,
                          "AttachStdout": true,
                          "AttachStderr": true,
                          "Labels": {
                            "pocketpaas.app": "shop",
                            "pocketpaas.release": "12",
                            "pocketpaas.type": "worker",
                            "pocketpaas.slot": "green",
                            "pocketpaas.instance": "2"
                          },
                          "HostConfig": {
                            "NetworkMode": "pocketpaas-shop",
                            "RestartPolicy": {"Name": "no"},
                            "Init": true,
                            "Memory": 536870912,
                            "MemorySwap": 536870912,
                            "NanoCpus": 500000000,
                            "PidsLimit": 4096,
                            "CapDrop": ["ALL"],
                            "CapAdd": ["CHOWN","KILL"],
                            "SecurityOpt": ["no-new-privileges"],
                            "Mounts": [],
                            "LogConfig": {
                              "Type": "journald",
                              "Config": {
                                "tag": "shop/worker.2/v12",
                                "labels": "pocketpaas.app,pocketpaas.release,pocketpaas.type,pocketpaas.slot,pocketpaas.instance"
                              }
                            }
                          },
                          "NetworkingConfig": {
                            "EndpointsConfig": {
                              "pocketpaas-shop": {"IPAMConfig": null}
                            }
                          }
                        }
                        """);
    }

    private static SortedSet<String> tokens() {
        SortedSet<String> tokens = new TreeSet<>();
        Matcher matcher = TOKEN.matcher(ContainerTemplate.text());
        while (matcher.find()) {
            tokens.add(matcher.group(1));
        }
        return tokens;
    }
}
