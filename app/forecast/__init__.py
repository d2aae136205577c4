"""The parts of the forecast page: a file for each subject."""
