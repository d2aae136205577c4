"""What goes and gets figures; one file or folder per source, none knows another."""
