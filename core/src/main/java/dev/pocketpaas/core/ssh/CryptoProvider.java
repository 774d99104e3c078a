package dev.pocketpaas.core.ssh;

import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyFactorySpi;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import net.schmizz.sshj.common.SecurityUtils;

/**
 * The three names that SSHJ asks the JDK for and the JDK does not know. Two are taken from Bouncy Castle, whose classes are loaded only when
 * somebody asks; registering all of Bouncy Castle would make SSHJ use it for everything.
 */
final class CryptoProvider extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String NAME = "PocketPaaS";

    private CryptoProvider() {
        super(NAME, "1", "What SSHJ needs beyond the JDK");
        putService(new Service(this, "KeyFactory", "ECDSA", EcKeys.class.getName(), null, null));
        String bouncyCastle = "org.bouncycastle.jcajce.provider.symmetric.";
        putService(new Service(this, "Cipher", "CHACHA", bouncyCastle + "ChaCha$Base", null, null));
        putService(new Service(this, "Mac", "POLY1305", bouncyCastle + "Poly1305$Mac", null, null));
    }

    /** Makes the names known to this virtual machine; once is enough. */
    static void install() {
        SecurityUtils.setRegisterBouncyCastle(false);
        if (Security.getProvider(NAME) == null) {
            Security.addProvider(new CryptoProvider());
        }
    }

    /** The JDK's factory of elliptic curve keys under the other name. */
    public static final class EcKeys extends KeyFactorySpi {
        private final KeyFactory keys;

        /** Called by the security framework. */
        public EcKeys() throws NoSuchAlgorithmException {
            keys = KeyFactory.getInstance("EC");
        }

        @Override
        protected PublicKey engineGeneratePublic(KeySpec spec) throws InvalidKeySpecException {
            return keys.generatePublic(spec);
        }

        @Override
        protected PrivateKey engineGeneratePrivate(KeySpec spec) throws InvalidKeySpecException {
            return keys.generatePrivate(spec);
        }

        @Override
        protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> spec) throws InvalidKeySpecException {
            return keys.getKeySpec(key, spec);
        }

        @Override
        protected Key engineTranslateKey(Key key) throws InvalidKeyException {
            return keys.translateKey(key);
        }
    }
}
