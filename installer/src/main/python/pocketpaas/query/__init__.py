"""Answers: what a host and its apps are, without a change."""
