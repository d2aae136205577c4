"""The parts of the data page: importing, published months, collecting from AWS, the run ledger."""
