"""Questions about all faults at once, and how their answers are written down."""
