package dev.pocketpaas.core.host;

import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;

/** The SSH keys that may use a host. */
public final class Keys {
    private final HostClient host;

    /** Keys of {@code host}. */
    public Keys(HostClient host) {
        this.host = host;
    }

    /**
     * A key.
     *
     * @param name the identity in the audit log
     * @param role {@code admin}, {@code deploy}, {@code preview} or {@code read}
     * @param apps the apps that a key is for which is not an admin's
     * @param fingerprint {@code SHA256:…}
     * @param added UTC, ISO 8601
     */
    public record Key(String name, String role, List<String> apps, String fingerprint, String added) {}

    /** Every key, by name. */
    public List<Key> list() {
        ValueTree answer = host.query(Verb.of("keys", "list"));
        List<Key> keys = new ArrayList<>();
        for (String name : answer.children("")) {
            ValueTree key = answer.under(name);
            keys.add(new Key(
                    name,
                    key.text("role").orElse(""),
                    key.lines("apps"),
                    key.text("fingerprint").orElse(""),
                    key.text("added").orElse("")));
        }
        return keys;
    }

    /** Adds an admin's key. {@code publicKey} is one authorized_keys line. */
    public void addAdmin(KeyName name, String publicKey) {
        host.query(Verb.of("keys", "add", name, "admin"), publicKeyTree(publicKey));
    }

    /** Adds a key that may do what its role says with {@code apps}, and nothing else. */
    public void add(KeyName name, KeyRole role, List<AppName> apps, String publicKey) {
        String names = String.join(",", apps.stream().map(AppName::value).toList());
        host.query(Verb.of("keys", "add", name, role.word(), names), publicKeyTree(publicKey));
    }

    /** Removes a key. */
    public void remove(KeyName name) {
        host.query(Verb.of("keys", "remove", name));
    }

    private static ValueTree publicKeyTree(String publicKey) {
        return ValueTree.builder().put("public", publicKey.strip()).build();
    }
}
