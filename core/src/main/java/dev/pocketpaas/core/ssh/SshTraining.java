package dev.pocketpaas.core.ssh;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.jar.JarFile;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.schmizz.sshj.SSHClient;

/**
 * Touches what a connection needs, without one: while the launcher has Java record the classes for its archive. What of it cannot be had is left
 * out, for that only makes a start a little slower.
 */
public final class SshTraining {
    private SshTraining() {}

    /** Loads the classes of SSHJ, and those of the JDK's algorithms by using them. */
    public static void run() {
        // For its own classes; nobody waits for the rest of it.
        SshWarmUp.start();
        new SSHClient(new Algorithms());
        loadAllBeside(SSHClient.class);
        loadAllBeside(SshTraining.class);
        try {
            useAlgorithms();
        } catch (GeneralSecurityException e) {
            // A Java without one of them makes its connections without it, too.
            return;
        }
    }

    /** All of a jar: a dialogue cannot be had without a server, and few classes are never used. */
    private static void loadAllBeside(Class<?> one) {
        try {
            Path jar = Path.of(
                    one.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (JarFile file = new JarFile(jar.toFile())) {
                file.stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF"))
                        .forEach(name ->
                                load(name.substring(0, name.length() - 6).replace('/', '.'), one));
            }
        } catch (IOException | URISyntaxException e) {
            // Not from a jar: then there is no archive either.
            return;
        }
    }

    private static void load(String name, Class<?> beside) {
        try {
            Class.forName(name, false, beside.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // It wants a library that we do not ship.
            return;
        }
    }

    private static void useAlgorithms() throws GeneralSecurityException {
        byte[] data = new byte[64];
        KeyPair exchange = KeyPairGenerator.getInstance("X25519").generateKeyPair();
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(exchange.getPrivate());
        agreement.doPhase(exchange.getPublic(), true);
        byte[] secret = MessageDigest.getInstance("SHA-256").digest(agreement.generateSecret());
        for (String name : new String[] {"SHA-1", "SHA-512"}) {
            MessageDigest.getInstance(name).digest(data);
        }

        KeyPair identity = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(identity.getPrivate());
        signature.update(data);
        byte[] signed = signature.sign();
        signature.initVerify(identity.getPublic());
        signature.update(data);
        signature.verify(signed);

        byte[] start = new byte[12];
        new SecureRandom().nextBytes(start);
        for (int mode : new int[] {Cipher.ENCRYPT_MODE, Cipher.DECRYPT_MODE}) {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(secret, 0, 16, "AES"), new GCMParameterSpec(128, start));
            cipher.updateAAD(data, 0, 4);
            if (mode == Cipher.ENCRYPT_MODE) {
                cipher.doFinal(data);
            }
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        mac.doFinal(data);
    }
}
