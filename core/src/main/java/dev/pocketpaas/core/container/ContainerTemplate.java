package dev.pocketpaas.core.container;

/**
 * The body of {@code POST /containers/create} of the Docker Engine API, with tokens ({@code @IMAGE@}) that the host fills in.
 *
 * <p>Every token stands for something that needs no escaping there: a validated name or number, or JSON that was made before
 * ({@code @ENV@} from {@code env.json/}, {@code @MOUNTS@} by the host itself, {@code @CMD@}). The host replaces all of them in one pass, so a
 * value that looks like a token stays a value.
 */
public final class ContainerTemplate {
    /** The name of the file among the host programs. */
    public static final String FILE = "container.json";

    private static final String TEXT = """
            {
              "Image": "@IMAGE@",
              "Hostname": "@HOSTNAME@",
              "Cmd": @CMD@,
              "Env": [@ENV@],
              "Tty": @TTY@,
              "OpenStdin": @STDIN@,
              "StopSignal": @STOPSIGNAL@,
              "StdinOnce": @STDIN@,
              "AttachStdin": @STDIN@,
              "AttachStdout": true,
              "AttachStderr": true,
              "Labels": {
                "pocketpaas.app": "@APP@",
                "pocketpaas.release": "@RELEASE@",
                "pocketpaas.type": "@TYPE@",
                "pocketpaas.slot": "@SLOT@",
                "pocketpaas.instance": "@INSTANCE@"
              },
              "HostConfig": {
                "NetworkMode": "pocketpaas-@APP@",
                "RestartPolicy": {"Name": "no"},
                "Init": @INIT@,
                "Memory": @MEMORY@,
                "MemorySwap": @MEMORY@,
                "NanoCpus": @CPUS@,
                "PidsLimit": @PIDS@,
                "CapDrop": ["ALL"],
                "CapAdd": [@CAPABILITIES@],
                "SecurityOpt": ["no-new-privileges"],
                "Mounts": [@MOUNTS@],
                "LogConfig": {
                  "Type": "@LOG@",
                  "Config": {
                    "tag": "@APP@/@TYPE@.@INSTANCE@/v@RELEASE@",
                    "labels": "pocketpaas.app,pocketpaas.release,pocketpaas.type,pocketpaas.slot,pocketpaas.instance"
                  }
                }
              },
              "NetworkingConfig": {
                "EndpointsConfig": {
                  "pocketpaas-@APP@": {"IPAMConfig": @IPAM@}
                }
              }
            }
            """;

    private ContainerTemplate() {}

    /** The text with its tokens. */
    public static String text() {
        return TEXT;
    }
}
