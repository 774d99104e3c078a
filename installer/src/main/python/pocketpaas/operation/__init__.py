"""What every operation has: the lines that it tells, locks, a unit of its own, and those who watch it."""
