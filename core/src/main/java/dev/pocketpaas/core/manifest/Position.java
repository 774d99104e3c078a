package dev.pocketpaas.core.manifest;

/**
 * A place in a file, both counted from 1.
 *
 * @param line the line
 * @param column the column
 */
public record Position(int line, int column) {
    static final Position START = new Position(1, 1);
}
