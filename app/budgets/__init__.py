"""The parts of the budgets page, a file for each subject; words and chart are pure."""
