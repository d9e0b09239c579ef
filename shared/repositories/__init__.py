"""Typed collections over the document port."""
