package dev.pocketpaas.core.ssh;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * A command that runs on the host. Both output streams must be read, as they share one window (RFC 4254, section 5.2).
 * Closing it ends the channel at once, whether or not the command has ended.
 */
public interface RemoteProcess extends AutoCloseable {
    /** Standard input of the command; its {@code close} sends the end of file after everything written has been sent. */
    OutputStream stdin();

    /** Standard output of the command. */
    InputStream stdout();

    /** Standard error of the command. */
    InputStream stderr();

    /** Waits for the end; the exit status, or 128+n when a signal ended the command, or 255 when the connection was lost. */
    int waitFor() throws InterruptedException;

    /**
     * Sends a signal, named as in RFC 4254 section 6.10 ({@code INT}, {@code TERM}). Nobody says whether it arrived: OpenSSH ignores
     * signals for a forced command and for root, so that what must end is ended by closing its terminal or its input.
     */
    void signal(String name);

    /** Tells the far terminal its new size. */
    void resize(int columns, int rows);

    @Override
    void close();
}
