"""The parts of the opportunities page, a file for each subject."""
