"""What is sent and answered, a file for each subject."""
