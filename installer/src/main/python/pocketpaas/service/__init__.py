"""Services (databases): a container of their own, reachable for the apps that are linked to them, and for nobody else.
"""
