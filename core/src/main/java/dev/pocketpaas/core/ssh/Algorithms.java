package dev.pocketpaas.core.ssh;

import com.hierynomus.sshj.key.KeyAlgorithm;
import com.hierynomus.sshj.key.KeyAlgorithms;
import com.hierynomus.sshj.transport.cipher.BlockCiphers;
import com.hierynomus.sshj.transport.cipher.ChachaPolyCiphers;
import com.hierynomus.sshj.transport.cipher.GcmCiphers;
import com.hierynomus.sshj.transport.kex.DHGroups;
import com.hierynomus.sshj.transport.kex.ExtInfoClientFactory;
import com.hierynomus.sshj.transport.mac.Macs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.schmizz.keepalive.KeepAliveProvider;
import net.schmizz.sshj.DefaultConfig;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.common.LoggerFactory;
import net.schmizz.sshj.signature.SignatureRSA;
import net.schmizz.sshj.transport.cipher.Cipher;
import net.schmizz.sshj.transport.kex.Curve25519SHA256;
import net.schmizz.sshj.transport.kex.DHGexSHA256;
import net.schmizz.sshj.transport.kex.ECDHNistP;
import net.schmizz.sshj.transport.kex.KeyExchange;
import net.schmizz.sshj.transport.mac.MAC;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/**
 * What we offer a host: today's algorithms of OpenSSH, AES-GCM first because the JDK has it in hardware, and nothing that must be tried out
 * at start-up. SSHJ's own choice tries 33 ciphers and registers Bouncy Castle, which then does all the work ten times slower.
 */
final class Algorithms extends DefaultConfig {
    private static final Set<String> MARKERS = Set.of("ext-info-c");

    Algorithms() {
        CryptoProvider.install();
        // SSHJ logs stack traces for ordinary failures; ours are reported once, by the command.
        setLoggerFactory(new Silence());
        // The default sends messages that nobody answers, and so never notices a dead host.
        setKeepAliveProvider(KeepAliveProvider.KEEP_ALIVE);
        // We look at certificates of hosts ourselves.
        setVerifyHostKeyCertificates(false);
    }

    /** Takes certificates of hosts, too, and rather than keys. */
    void acceptCertificates() {
        List<Factory.Named<KeyAlgorithm>> all = new ArrayList<>(List.of(
                KeyAlgorithms.EdDSA25519CertV01(),
                KeyAlgorithms.ECDSASHANistp256CertV01(),
                KeyAlgorithms.ECDSASHANistp384CertV01(),
                KeyAlgorithms.ECDSASHANistp521CertV01(),
                new KeyAlgorithms.Factory(
                        "rsa-sha2-512-cert-v01@openssh.com", new SignatureRSA.FactoryRSASHA512(), KeyType.RSA_CERT),
                new KeyAlgorithms.Factory(
                        "rsa-sha2-256-cert-v01@openssh.com", new SignatureRSA.FactoryRSASHA256(), KeyType.RSA_CERT)));
        all.addAll(getKeyAlgorithms());
        setKeyAlgorithms(all);
    }

    /**
     * Leaves out what the lists of the configuration do not name.
     *
     * @return the keyword of a list that leaves nothing, or an empty text
     */
    String restrictTo(Map<String, List<String>> lists) {
        setKeyExchangeFactories(kept(getKeyExchangeFactories(), lists.get("kexalgorithms")));
        setCipherFactories(kept(getCipherFactories(), lists.get("ciphers")));
        setMACFactories(kept(getMACFactories(), lists.get("macs")));
        setKeyAlgorithms(kept(getKeyAlgorithms(), lists.get("hostkeyalgorithms")));
        if (getKeyExchangeFactories().stream().allMatch(factory -> MARKERS.contains(factory.getName()))) {
            return "KexAlgorithms";
        }
        if (getCipherFactories().isEmpty()) {
            return "Ciphers";
        }
        if (getMACFactories().isEmpty()) {
            return "MACs";
        }
        return getKeyAlgorithms().isEmpty() ? "HostKeyAlgorithms" : "";
    }

    private static <T> List<Factory.Named<T>> kept(
            List<Factory.Named<T>> all, @org.jspecify.annotations.Nullable List<String> names) {
        return names == null
                ? all
                : all.stream()
                        .filter(factory -> names.contains(factory.getName()) || MARKERS.contains(factory.getName()))
                        .toList();
    }

    @Override
    protected void initKeyExchangeFactories() {
        setKeyExchangeFactories(List.<Factory.Named<KeyExchange>>of(
                new Curve25519SHA256.Factory(),
                new Curve25519SHA256.FactoryLibSsh(),
                new ECDHNistP.Factory256(),
                new ECDHNistP.Factory384(),
                new ECDHNistP.Factory521(),
                DHGroups.Group16SHA512(),
                DHGroups.Group18SHA512(),
                new DHGexSHA256.Factory(),
                DHGroups.Group14SHA256(),
                new ExtInfoClientFactory()));
    }

    @Override
    protected void initKeyAlgorithms() {
        setKeyAlgorithms(List.<Factory.Named<KeyAlgorithm>>of(
                KeyAlgorithms.EdDSA25519(),
                KeyAlgorithms.ECDSASHANistp256(),
                KeyAlgorithms.ECDSASHANistp384(),
                KeyAlgorithms.ECDSASHANistp521(),
                KeyAlgorithms.RSASHA512(),
                KeyAlgorithms.RSASHA256()));
    }

    @Override
    protected void initCipherFactories() {
        setCipherFactories(List.<Factory.Named<Cipher>>of(
                GcmCiphers.AES128GCM(),
                GcmCiphers.AES256GCM(),
                BlockCiphers.AES128CTR(),
                BlockCiphers.AES256CTR(),
                BlockCiphers.AES192CTR(),
                ChachaPolyCiphers.CHACHA_POLY_OPENSSH()));
    }

    @Override
    protected void initMACFactories() {
        // SHA-1 last: as a MAC it is not broken, and ssh still takes it.
        setMACFactories(List.<Factory.Named<MAC>>of(
                Macs.HMACSHA2256Etm(),
                Macs.HMACSHA2512Etm(),
                Macs.HMACSHA2256(),
                Macs.HMACSHA2512(),
                Macs.HMACSHA1Etm(),
                Macs.HMACSHA1()));
    }

    private static final class Silence implements LoggerFactory {
        @Override
        public Logger getLogger(String name) {
            return NOPLogger.NOP_LOGGER;
        }

        @Override
        public Logger getLogger(Class<?> type) {
            return NOPLogger.NOP_LOGGER;
        }
    }
}
