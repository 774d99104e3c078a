"""All that was written below a directory, onto the disk: before what it takes the place of is removed. A program that
writes thousands of files (restic, cp) leaves them to the kernel, which may take half a minute; a power cut meanwhile
leaves files of the right size full of zeros."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path


def flush(directory: Path) -> None:
    """The whole file system that the directory is on: syncfs(2). That takes less than each file by itself. Raises
    OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if library.syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), os.fspath(directory))
    finally:
        os.close(descriptor)
