"""Fanfold's typed client: everything the HTTP API offers, and the `fanfold` command above it."""

from client.api import Client
from client.errors import ClientError, Problem, ProblemError, Unreachable

__all__ = ["Client", "ClientError", "Problem", "ProblemError", "Unreachable"]
