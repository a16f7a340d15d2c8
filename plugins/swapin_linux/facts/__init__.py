"""The facts of a swap-in fault, one file for each object of the kernel."""
