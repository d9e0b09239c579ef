"""The sections of the API: which modules answer where. A section is loaded when a path first leads there."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

# By the first word of the paths behind /v1, in the order of the description; of a section's modules the first match answers.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "batches": ("batches", "events", "items", "lines"),
        "drafts": ("drafts",),
        "dead-letters": ("dead_letters",),
        "assets": ("assets",),
        "references": ("references",),
        "models": ("models",),
        "usage": ("usage",),
        "reports": ("reports",),
        "limits": ("limits",),
        "credits": ("credit_accounts",),
        "bills": ("bills",),
        "monitor": ("monitor",),
        "me": ("selves",),
        "organisation": ("organisation",),
        "members": ("members",),
        "keys": ("keys",),
        "webhooks": ("webhooks",),
        "auth": ("auth",),
        **dict.fromkeys(("health", "ready", "config", "openapi.json"), ("system",)),
        "docs": ("docs",),
    }
)


class _IdConvertor(Convertor[str]):
    """An id in a path: what looks like none leads to no route."""

    regex = "[A-Za-z0-9_-]{1,64}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


# The modules' paths use it.
register_url_convertor("id", _IdConvertor())


def section_of(path: str) -> str:
    """The name of the section in which a path lies, whether or not there is one: `batches` of `/v1/batches:estimate`."""
    _, _, rest = path.removeprefix("/").partition("/")
    return rest.partition("/")[0].partition(":")[0]


def api_routes() -> list[APIRoute]:
    """Every route, in the order of matching."""
    modules = dict.fromkeys(module for modules in SECTIONS.values() for module in modules)
    return [route for module in modules for route in _router(module).routes if isinstance(route, APIRoute)]


class Loading:
    """Pure ASGI middleware: a request finds the routes of its section among `routes`, also when it is the first there."""

    def __init__(self, app: ASGIApp, *, routes: list[BaseRoute]) -> None:
        self._app = app
        self._routes = routes
        self._loaded: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            self._load(section_of(scope["path"].removeprefix(scope.get("root_path", ""))))
        await self._app(scope, receive, send)

    def _load(self, section: str) -> None:
        """Only ever in the event loop's thread, so that two requests do not load the same."""
        for module in SECTIONS.get(section, ()):
            if module not in self._loaded:
                # The router's own routes, not copies: including a router builds every route a second time.
                self._routes.extend(_router(module).routes)
                self._loaded.add(module)


def _router(module: str) -> APIRouter:
    router: APIRouter = import_module(f"shared.http.routes.{module}").router
    return router
