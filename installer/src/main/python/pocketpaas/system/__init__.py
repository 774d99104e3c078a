"""The machine itself: what PocketPaaS has on it and how that goes, and how it is made harder to get into."""
