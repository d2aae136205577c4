"""Benchmarks: how fast it is, beside a yardstick, in one run."""
