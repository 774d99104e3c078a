"""Releases: immutable bundles, the two slots, checks, the switch, draining, and reconcile, which makes what runs equal
to what is live."""
