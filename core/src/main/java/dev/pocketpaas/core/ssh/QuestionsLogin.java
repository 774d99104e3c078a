package dev.pocketpaas.core.ssh;

import java.util.Arrays;
import java.util.Optional;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AbstractAuthMethod;

/** The login by questions of the host (keyboard-interactive, RFC 4256): passwords, one-time codes, a push to a telephone. */
final class QuestionsLogin extends AbstractAuthMethod {
    private static final int MOST_QUESTIONS = 20;

    private final String login;
    private final SshPrompts prompts;
    private boolean asked;
    private boolean unanswered;

    QuestionsLogin(String login, SshPrompts prompts) {
        super("keyboard-interactive");
        this.login = login;
        this.prompts = prompts;
    }

    /** Whether the host asked something that somebody had to answer. */
    boolean asked() {
        return asked;
    }

    /** Whether a question stayed without an answer. */
    boolean unanswered() {
        return unanswered;
    }

    @Override
    protected SSHPacket buildReq() throws UserAuthException {
        return super.buildReq().putString("").putString("");
    }

    @Override
    public void handle(Message message, SSHPacket packet) throws UserAuthException, TransportException {
        if (message != Message.USERAUTH_60) {
            super.handle(message, packet);
            return;
        }
        try {
            String name = packet.readString();
            String instruction = packet.readString();
            packet.readString();
            int count = packet.readUInt32AsInt();
            if (count > MOST_QUESTIONS) {
                throw new UserAuthException("the host asks " + count + " questions at once");
            }
            tell(name);
            tell(instruction);
            SSHPacket answers = new SSHPacket(Message.USERAUTH_INFO_RESPONSE).putUInt32(count);
            for (int i = 0; i < count; i++) {
                String question = packet.readString();
                answers.putSensitiveString(answer(question, packet.readBoolean()));
            }
            params.getTransport().write(answers);
        } catch (Buffer.BufferException e) {
            throw new UserAuthException(e);
        }
    }

    private void tell(String text) {
        text.lines().filter(line -> !line.isBlank()).forEach(prompts::tell);
    }

    private char[] answer(String question, boolean shown) throws UserAuthException {
        asked = true;
        Optional<char[]> answer = prompts.canAsk() ? prompts.answer(login, question, shown) : Optional.empty();
        if (answer.isEmpty()) {
            unanswered = true;
            throw new UserAuthException("nobody answered \"" + question.strip() + "\"");
        }
        // What is sent is blanked there.
        char[] sent = answer.get().clone();
        Arrays.fill(answer.get(), '\0');
        return sent;
    }
}
