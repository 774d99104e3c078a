package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pocketpaas.core.name.EnvName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Secrets: a list of names, or a mapping from name to where the value comes from. */
final class SecretsType implements ValueType<SortedMap<EnvName, SecretSettings>> {
    private final ListType<EnvName> list = new ListType<>("a list of names", Scalars.SECRET_NAME);
    private final MapType<EnvName, SecretSettings> map =
            new MapType<>("a mapping of names", Scalars.SECRET_NAME, SecretSettings.SECTION);

    @Override
    public @Nullable SortedMap<EnvName, SecretSettings> bind(Node node, Problems problems) {
        if (node instanceof Node.Mapping mapping) {
            return map.bind(withoutValues(mapping, problems), problems);
        }
        if (!(node instanceof Node.Sequence)) {
            problems.wrongType(node, label(), "write [ONE, TWO], or { ONE: { command: \"…\" } }");
            return null;
        }
        @Nullable List<EnvName> names = list.bind(node, problems);
        SortedMap<EnvName, SecretSettings> secrets = new TreeMap<>();
        if (names != null) {
            names.forEach(name -> secrets.put(name, SecretSettings.NONE));
        }
        return secrets;
    }

    /** Whoever writes a value here is told what to do with it, and must not find it in a log. */
    private static Node.Mapping withoutValues(Node.Mapping mapping, Problems problems) {
        List<Node.Entry> entries = new ArrayList<>();
        for (Node.Entry entry : mapping.entries()) {
            if (entry.value() instanceof Node.Scalar) {
                problems.report(
                        entry.value().position(),
                        "",
                        "a secret's value does not stand in this file",
                        "set it with: pocketpaas env set NAME=-; here goes {}, or { command: \"…\" }");
            } else {
                entries.add(entry);
            }
        }
        return new Node.Mapping(mapping.position(), entries);
    }

    @Override
    public void describe(JsonGenerator out) throws IOException {
        out.writeArrayFieldStart("anyOf");
        out.writeStartObject();
        list.describe(out);
        out.writeEndObject();
        out.writeStartObject();
        map.describe(out);
        out.writeEndObject();
        out.writeEndArray();
    }

    @Override
    public String label() {
        return "a list of names, or a mapping of them";
    }
}
