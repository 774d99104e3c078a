package dev.pocketpaas.core.rules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A kind of service.
 *
 * @param name its name on the command line and in the manifest
 * @param image the official image, without a tag
 * @param majors the major versions that can be asked for, the newest first
 * @param variables the variables in which an app gets its address
 */
public record ServiceTypeRule(String name, String image, List<String> majors, List<String> variables) {
    /** Copies what is mutable. */
    public ServiceTypeRule {
        majors = List.copyOf(majors);
        variables = List.copyOf(variables);
    }

    Map<String, Object> forHost() {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("image", image);
        rule.put("majors", majors);
        rule.put("variables", variables);
        return rule;
    }
}
