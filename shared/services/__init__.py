"""The product's verbs, one class a file."""
