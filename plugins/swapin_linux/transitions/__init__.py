"""What happens to a page between two faults."""
