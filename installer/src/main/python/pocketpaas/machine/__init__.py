"""This machine: other programs, the kernel's locks, who waits at the other end, and what is told to them."""
