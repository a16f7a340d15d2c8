"""What must be true of every verdict of a sound kernel, one file for each subject."""
