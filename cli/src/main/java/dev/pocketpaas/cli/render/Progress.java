package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationListener;

/** Shows a running operation; closed when it has ended, well or not. */
public interface Progress extends OperationListener, AutoCloseable {
    @Override
    void close();
}
