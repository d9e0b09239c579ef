"""Fanfold's typed client of the HTTP API, and the `fanfold` command above it."""

from client.api import Client
from client.errors import ClientError, Problem, ProblemError, Unreachable

__all__ = ["Client", "ClientError", "Problem", "ProblemError", "Unreachable"]
