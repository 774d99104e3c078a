package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** As much of JSON Schema as ours uses; a keyword that it does not know is an error of its own. */
final class JsonSchemaCheck {
    private static final Set<String> KNOWN = Set.of(
            "$schema",
            "$ref",
            "title",
            "description",
            "type",
            "pattern",
            "enum",
            "minimum",
            "maximum",
            "properties",
            "additionalProperties",
            "propertyNames",
            "items",
            "uniqueItems",
            "anyOf");

    private final List<String> errors = new ArrayList<>();

    private final JsonNode root;

    private JsonSchemaCheck(JsonNode root) {
        this.root = root;
    }

    static List<String> errors(JsonNode schema, JsonNode value) {
        return errors(schema, schema, value);
    }

    private static List<String> errors(JsonNode root, JsonNode schema, JsonNode value) {
        JsonSchemaCheck check = new JsonSchemaCheck(root);
        check.check(schema, value, "");
        return check.errors;
    }

    private void check(JsonNode schema, JsonNode value, String at) {
        schema.fieldNames().forEachRemaining(keyword -> {
            if (!KNOWN.contains(keyword)) {
                throw new IllegalArgumentException("this check does not know " + keyword);
            }
        });
        if (schema.has("$ref")) {
            if (!schema.get("$ref").asText().equals("#")) {
                throw new IllegalArgumentException("this check knows only the whole schema: " + schema);
            }
            check(root, value, at);
        }
        if (schema.has("type") && !typeFits(schema.get("type"), value)) {
            errors.add(at + ": type");
            return;
        }
        if (schema.has("pattern")
                && value.isTextual()
                && !Pattern.compile(schema.get("pattern").asText())
                        .matcher(value.asText())
                        .find()) {
            errors.add(at + ": pattern");
        }
        if (schema.has("enum")) {
            boolean found = false;
            for (JsonNode word : schema.get("enum")) {
                found |= word.equals(value);
            }
            if (!found) {
                errors.add(at + ": enum");
            }
        }
        if (schema.has("minimum") && value.asLong() < schema.get("minimum").asLong()) {
            errors.add(at + ": minimum");
        }
        if (schema.has("maximum") && value.asLong() > schema.get("maximum").asLong()) {
            errors.add(at + ": maximum");
        }
        if (schema.has("anyOf")) {
            boolean fits = false;
            for (JsonNode each : schema.get("anyOf")) {
                fits |= errors(root, each, value).isEmpty();
            }
            if (!fits) {
                errors.add(at + ": anyOf");
            }
        }
        if (schema.has("items")) {
            value.forEach(item -> check(schema.get("items"), item, at + "[]"));
        }
        for (Map.Entry<String, JsonNode> property : value.properties()) {
            property(schema, property.getKey(), property.getValue(), at + "." + property.getKey());
        }
    }

    private void property(JsonNode schema, String name, JsonNode value, String at) {
        if (schema.has("propertyNames")) {
            check(schema.get("propertyNames"), new TextNode(name), at);
        }
        if (schema.has("properties") && schema.get("properties").has(name)) {
            check(schema.get("properties").get(name), value, at);
        } else if (schema.has("additionalProperties")) {
            JsonNode rest = schema.get("additionalProperties");
            if (rest.isBoolean() && !rest.asBoolean()) {
                errors.add(at + ": unknown");
            } else if (rest.isObject()) {
                check(rest, value, at);
            }
        }
    }

    private static boolean typeFits(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            boolean fits = false;
            for (JsonNode each : type) {
                fits |= typeFits(each, value);
            }
            return fits;
        }
        return switch (type.asText()) {
            case "string" -> value.isTextual();
            case "number" -> value.isNumber();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> throw new IllegalArgumentException(type.toString());
        };
    }
}
