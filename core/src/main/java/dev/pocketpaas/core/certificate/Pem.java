package dev.pocketpaas.core.certificate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of PEM text (RFC 7468, and RFC 1421 where there are headers).
 *
 * @param label what stands after BEGIN
 * @param headers such as {@code Proc-Type}
 * @param bytes the content
 */
record Pem(String label, Map<String, String> headers, byte[] bytes) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----[ \\t]*\\R(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final int LARGEST = 1024 * 1024;
    private static final int DER_SEQUENCE = 0x30;

    /** The blocks of {@code file}, which {@code name} is the name of; what stands between them is a comment. */
    static List<Pem> parse(byte[] file, String name) {
        if (file.length > 1 && file[0] == DER_SEQUENCE && file[1] < 0) {
            throw CertificateProblem.BINARY.failure(name);
        }
        if (file.length > LARGEST) {
            throw CertificateProblem.NOT_PEM.failure(name);
        }
        String text = new String(file, StandardCharsets.ISO_8859_1);
        List<Pem> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            blocks.add(block(block.group(1), block.group(2), name));
        }
        if (blocks.isEmpty()) {
            throw (text.contains("-----BEGIN ") ? CertificateProblem.DAMAGED : CertificateProblem.NOT_PEM)
                    .failure(name);
        }
        return blocks;
    }

    private static Pem block(String label, String body, String name) {
        Map<String, String> headers = new LinkedHashMap<>();
        StringBuilder base64 = new StringBuilder();
        for (String line : body.lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            } else {
                base64.append(line.strip());
            }
        }
        try {
            return new Pem(label, headers, Base64.getDecoder().decode(base64.toString()));
        } catch (IllegalArgumentException e) {
            throw CertificateProblem.DAMAGED.failure(name, e);
        }
    }

    /** {@code bytes} as PEM text. */
    static String text(String label, byte[] bytes) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + label
                + "-----\n";
    }
}
