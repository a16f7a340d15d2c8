"""What every kernel and device keeps to, one file for each subject."""
