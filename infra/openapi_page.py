"""Prints the description of the API, OpenAPI 3.1, without a server: the web app's types are made from it."""

import sys

import orjson

from shared.http.openapi import describe
from shared.http.sections import api_routes
from shared.version import VERSION


def render() -> bytes:
    """The document as JSON, its keys in order."""
    return orjson.dumps(describe(api_routes(), version=VERSION), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


if __name__ == "__main__":
    sys.stdout.buffer.write(render())
