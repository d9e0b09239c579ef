"""What the command shows: words, tables, progress."""
