"""An app goes from this host to another one, or comes from one: what each of the two does (docs/move.md)."""
