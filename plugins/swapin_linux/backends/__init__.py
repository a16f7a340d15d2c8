"""Swap backends, one file each."""
