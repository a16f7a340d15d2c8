"""Kernel releases and variants, one file each."""
