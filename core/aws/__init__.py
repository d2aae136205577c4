"""How Spendscope talks to AWS: credentials and roles, the meter on every call, failures in words, accounts, regions, CloudWatch."""
