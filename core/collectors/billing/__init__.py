"""Billing exports: FOCUS and AWS CUR files, recognised by their columns and read by the database engine."""
