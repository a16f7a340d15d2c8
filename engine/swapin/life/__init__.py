"""The life of a page: processes, pages and devices as small states, and what may happen to them.

A swap-in fault is decided by the same compiled rules that answer every other question; what
happens between two faults is declared by plugins as transitions.
"""
