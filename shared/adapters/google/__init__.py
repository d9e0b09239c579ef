"""Adapters of Google Cloud; each imports its client library when it is first used."""
