"""The Docker Engine, by its API over the socket: typed calls, errors by status."""
