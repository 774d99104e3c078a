"""The state of the host: plain files, one value a file, written atomically."""
