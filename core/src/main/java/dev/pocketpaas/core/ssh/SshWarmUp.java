package dev.pocketpaas.core.ssh;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.Signature;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import net.schmizz.sshj.SSHClient;

/**
 * Has Java load what a connection needs while the command line is still being read: it depends on nothing in it, and most machines have a second
 * processor.
 */
public final class SshWarmUp {
    private SshWarmUp() {}

    /** Begins, in a thread that never keeps the program from ending. What goes wrong in it is told by the connection itself. */
    public static void start() {
        Thread thread = new Thread(SshWarmUp::load, "ssh-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    private static void load() {
        try {
            new SSHClient(new Algorithms());
            KeyPairGenerator.getInstance("X25519").generateKeyPair();
            KeyAgreement.getInstance("X25519");
            KeyFactory.getInstance("Ed25519");
            Signature.getInstance("Ed25519");
            Cipher.getInstance("AES/GCM/NoPadding");
            Mac.getInstance("HmacSHA256");
        } catch (GeneralSecurityException | LinkageError e) {
            // The connection meets the same, and tells it.
            return;
        }
    }
}
