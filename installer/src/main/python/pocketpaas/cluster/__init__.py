"""Several machines as one: who is in the cluster, and how they reach one another (docs/cluster.md)."""
