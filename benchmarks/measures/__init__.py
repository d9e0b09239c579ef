"""What is measured, one file a question; each has `measure(session)`, which adds to the report."""
