"""Packages and tools of a Debian-like machine, for whatever fetches a kernel or its source."""
