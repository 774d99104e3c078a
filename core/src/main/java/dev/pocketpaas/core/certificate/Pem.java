package dev.pocketpaas.core.certificate;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bouncycastle.util.encoders.DecoderException;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * A block of PEM text (RFC 7468, and RFC 1421 where there are headers).
 *
 * @param label what stands after BEGIN
 * @param headers such as {@code Proc-Type}
 * @param bytes the content
 */
record Pem(String label, Map<String, String> headers, byte[] bytes) {
    private static final Pattern BOUNDARY = Pattern.compile("-----(BEGIN|END) ");
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
        // A boundary is found wherever it stands: after a byte order mark, or in text that was pasted with an
        // indentation.
        String text =
                BOUNDARY.matcher(new String(file, StandardCharsets.ISO_8859_1)).replaceAll("\n$0");
        List<Pem> blocks = new ArrayList<>();
        try (PemReader reader = new PemReader(new StringReader(text))) {
            for (PemObject block = reader.readPemObject(); block != null; block = reader.readPemObject()) {
                blocks.add(of(block));
            }
        } catch (IOException | DecoderException e) {
            throw CertificateProblem.DAMAGED.failure(name, e);
        }
        if (blocks.isEmpty()) {
            throw (text.contains("-----BEGIN ") ? CertificateProblem.DAMAGED : CertificateProblem.NOT_PEM)
                    .failure(name);
        }
        return blocks;
    }

    private static Pem of(PemObject block) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Object header : block.getHeaders()) {
            headers.put(((PemHeader) header).getName(), ((PemHeader) header).getValue());
        }
        return new Pem(block.getType(), headers, block.getContent());
    }

    /** {@code bytes} as PEM text, with ends of lines that are the same on every system. */
    static String text(String label, byte[] bytes) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + label
                + "-----\n";
    }
}
