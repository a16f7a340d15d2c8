"""Plugins that load and are wrong, each in its own way."""
