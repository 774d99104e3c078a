"""Backups of services: where they go, how they are made, proven and restored."""
