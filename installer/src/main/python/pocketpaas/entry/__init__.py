"""Where a request comes in: the door (forced command), enter (root, by sudo), git's hook, the receiver, and the
verbs."""
