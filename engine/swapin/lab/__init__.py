"""Boot stock distribution kernels under emulation and record what their swap-in faults did."""
