"""The command line's commands: a file for each, with its `NAME`, its `HELP`, its options (`add`) and its work (`run`)."""
