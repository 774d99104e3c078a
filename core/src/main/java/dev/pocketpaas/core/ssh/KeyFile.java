package dev.pocketpaas.core.ssh;

import com.hierynomus.sshj.common.KeyDecryptionFailedException;
import com.hierynomus.sshj.userauth.keyprovider.OpenSSHKeyV1KeyFile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.userauth.keyprovider.FileKeyProvider;
import net.schmizz.sshj.userauth.keyprovider.PKCS8KeyFile;
import net.schmizz.sshj.userauth.password.PasswordFinder;
import net.schmizz.sshj.userauth.password.Resource;
import org.jspecify.annotations.Nullable;

/**
 * A private key in a file, or only its public half ({@code IdentityFile key.pub} picks a key of the agent). The public half is known without
 * a passphrase wherever the format or a {@code .pub} file beside it tells, so that nobody is asked for a key that the host does not know.
 */
final class KeyFile {
    private static final Pattern OPENSSH = Pattern.compile(
            "-----BEGIN OPENSSH PRIVATE KEY-----(.*?)-----END OPENSSH PRIVATE KEY-----", Pattern.DOTALL);
    private static final String MAGIC = "openssh-key-v1\0";

    private final Path path;
    private final String text;
    private final boolean openSsh;
    private final boolean encrypted;
    private final boolean publicOnly;
    private final byte @Nullable [] blob;

    private KeyFile(
            Path path, String text, boolean openSsh, boolean encrypted, boolean publicOnly, byte @Nullable [] blob) {
        this.path = path;
        this.text = text;
        this.openSsh = openSsh;
        this.encrypted = encrypted;
        this.publicOnly = publicOnly;
        this.blob = blob;
    }

    /** Reads {@code path}; throws where it cannot be read or holds no key. */
    static KeyFile read(Path path) throws IOException {
        String text = Files.readString(path, StandardCharsets.ISO_8859_1);
        Matcher m = OPENSSH.matcher(text);
        if (m.find()) {
            return openSsh(path, text, m.group(1));
        }
        if (text.contains("PRIVATE KEY-----")) {
            boolean encrypted = text.contains("ENCRYPTED");
            return new KeyFile(path, text, false, encrypted, false, publicHalf(Path.of(path + ".pub")));
        }
        byte[] own = publicBlob(text);
        if (own == null) {
            throw new IOException("this is no SSH key");
        }
        return new KeyFile(path, text, false, false, true, own);
    }

    private static KeyFile openSsh(Path path, String text, String body) throws IOException {
        try {
            SshWire.Reader reader = new SshWire.Reader(Base64.getMimeDecoder().decode(body));
            if (!Arrays.equals(reader.raw(MAGIC.length()), MAGIC.getBytes(StandardCharsets.US_ASCII))) {
                throw new IOException("the key file is damaged");
            }
            String cipher = reader.text();
            reader.string();
            reader.string();
            reader.number();
            return new KeyFile(path, text, true, !cipher.equals("none"), false, reader.string());
        } catch (IllegalArgumentException e) {
            throw new IOException("the key file is damaged", e);
        }
    }

    private static byte @Nullable [] publicHalf(Path file) {
        try {
            return Files.isReadable(file) ? publicBlob(Files.readString(file, StandardCharsets.ISO_8859_1)) : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static byte @Nullable [] publicBlob(String text) {
        String[] words = text.strip().split("\\s+", 3);
        return words.length >= 2 ? SshWire.keyBlob(words[0], words[1]) : null;
    }

    Path path() {
        return path;
    }

    boolean isEncrypted() {
        return encrypted;
    }

    /** Whether only the public half is here, so that an agent must sign. */
    boolean isPublicOnly() {
        return publicOnly;
    }

    /** The public half, or null when it takes the passphrase to know it. */
    byte @Nullable [] knownBlob() {
        return blob;
    }

    /** The public half of {@code pair}. */
    static byte[] blobOf(KeyPair pair) {
        return new Buffer.PlainBuffer().putPublicKey(pair.getPublic()).getCompactData();
    }

    /**
     * Decodes the private half.
     *
     * @throws WrongPassphrase when {@code passphrase} does not open it
     */
    KeyPair load(char @Nullable [] passphrase) throws IOException {
        CryptoProvider.install();
        if (!openSsh && passphrase != null && !isAscii(passphrase)) {
            throw new IOException("in this old format only a passphrase of plain ASCII can be read; \"ssh-keygen -p -f "
                    + path + "\" converts the key");
        }
        FileKeyProvider provider = openSsh ? new OpenSSHKeyV1KeyFile() : new PKCS8KeyFile();
        provider.init(new StringReader(text), passphrase == null ? null : new OneAnswer(passphrase));
        try {
            return new KeyPair(provider.getPublic(), provider.getPrivate());
        } catch (KeyDecryptionFailedException e) {
            throw new WrongPassphrase(e);
        } catch (IOException | RuntimeException e) {
            if (encrypted && !openSsh) {
                // The older formats have no mark of their own for it: the decoded text is just no key.
                throw new WrongPassphrase(e);
            }
            throw new IOException("the key cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isAscii(char[] text) {
        for (char c : text) {
            if (c > 127) {
                return false;
            }
        }
        return true;
    }

    /** The passphrase does not fit. */
    static final class WrongPassphrase extends IOException {
        private static final long serialVersionUID = 1L;

        WrongPassphrase(Throwable cause) {
            super("wrong passphrase", cause);
        }
    }

    private static final class OneAnswer implements PasswordFinder {
        private final char[] passphrase;

        OneAnswer(char[] passphrase) {
            this.passphrase = passphrase;
        }

        @Override
        public char[] reqPassword(Resource<?> resource) {
            // SSHJ blanks what it is given.
            return passphrase.clone();
        }

        @Override
        public boolean shouldRetry(Resource<?> resource) {
            return false;
        }
    }
}
