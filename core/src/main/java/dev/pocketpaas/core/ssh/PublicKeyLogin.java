package dev.pocketpaas.core.ssh;

import java.io.IOException;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AbstractAuthMethod;

/**
 * The login with one key (RFC 4252, section 7). It works on the bytes of the key, so that keys that only an agent understands (certificates,
 * security tokens) need nothing from SSHJ.
 */
final class PublicKeyLogin extends AbstractAuthMethod {
    private final Identity identity;

    PublicKeyLogin(Identity identity) {
        super("publickey");
        this.identity = identity;
    }

    @Override
    protected SSHPacket buildReq() throws UserAuthException {
        return identity.direct() ? signed() : plain(false);
    }

    @Override
    public void handle(Message message, SSHPacket packet) throws UserAuthException, TransportException {
        if (message == Message.USERAUTH_60) {
            params.getTransport().write(signed());
        } else {
            super.handle(message, packet);
        }
    }

    private SSHPacket plain(boolean signed) throws UserAuthException {
        return super.buildReq()
                .putBoolean(signed)
                .putString(identity.algorithm())
                .putBytes(identity.blob());
    }

    private SSHPacket signed() throws UserAuthException {
        SSHPacket request = plain(true);
        byte[] data = new Buffer.PlainBuffer()
                .putString(params.getTransport().getSessionID())
                .putBuffer(request)
                .getCompactData();
        try {
            return request.putBytes(identity.signer().sign(data));
        } catch (IOException e) {
            throw new UserAuthException(String.valueOf(e.getMessage()), e);
        }
    }
}
