package dev.pocketpaas.core.ssh;

import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AbstractAuthMethod;

/** The login with a password (RFC 4252, section 8). */
final class PasswordLogin extends AbstractAuthMethod {
    private final char[] password;

    PasswordLogin(char[] password) {
        super("password");
        this.password = password;
    }

    @Override
    protected SSHPacket buildReq() throws UserAuthException {
        return super.buildReq().putBoolean(false).putSensitiveString(password.clone());
    }

    @Override
    public void handle(Message message, SSHPacket packet) throws UserAuthException, TransportException {
        if (message == Message.USERAUTH_60) {
            throw new UserAuthException("the password has expired; change it with \"ssh\" to the host");
        }
        super.handle(message, packet);
    }
}
