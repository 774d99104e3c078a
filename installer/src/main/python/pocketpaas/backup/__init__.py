"""Backups of services, apps and the host: where they go, how they are made, proven and restored."""
