"""What is kept: the client, the schema, the writes, the publishing, and every read."""
