"""The host programs of PocketPaaS: Python 3.11 or newer, standard library only.

Rooms, in the order in which they may use one another: state, machine, engine, operation, routing, release, build,
change, notice, query, entry.
"""
