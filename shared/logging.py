"""The log: one JSON object a line on stderr, with what the line is about; a person at a terminal gets colours instead."""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from shared import traces

REDACTED = "[redacted]"
MAX_TEXT = 8_000
_MAX_DEPTH = 4
_SECRET_NAMES = re.compile(
    r"(^|_)(passwords?|passwd|secrets?|tokens?|authorization|cookies?|signatures?|credentials?|keys?|prompts?|headers|body|payload)$",
    re.IGNORECASE,
)
_QUERY = re.compile(r"((?:https?://|/)[^\s?\"'<>]*)\?[^\s\"'<>]+")
_SECRETS = re.compile(
    r"(?i:bearer\s+)[A-Za-z0-9._~+/=-]+"  # an Authorization header
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"  # a JSON web token
    r"|AIza[A-Za-z0-9_-]{20,}"  # a Google API key
    r"|\b(?:sk-|bfl_)[\w-]{16,}"  # a key of OpenAI or of Black Forest Labs
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
)
# What it has to say of exports is said once, by whoever asked for them.
_SILENT = ("opentelemetry",)
# They log whole URLs, whole requests with their prompts, or every request a second time.
_QUIET = ("httpx", "httpx2", "httpcore", "httpcore2", "urllib3", "google_genai", "openai", "uvicorn.access", "asyncio")


def configure(level: str = "INFO", *, project: str = "") -> None:
    """Send every log of this process, other libraries' too, to stderr from `level` on; calling again replaces the former.

    With a `project` of Google Cloud each line also names its trace as Cloud Logging joins it with Cloud Trace.
    """
    number = logging.getLevelNamesMapping()[level]
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        _traced(project),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    terminal = sys.stderr.isatty()
    handler = _StderrHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_colours,
                redact,
                structlog.dev.ConsoleRenderer(colors=True) if terminal else _render,
            ],
        )
    )
    root = logging.getLogger()
    # What else writes to a stream goes; a server's or a test's own kinds of handlers are theirs to remove.
    replaced = (logging.StreamHandler, _StderrHandler)
    root.handlers = [*(other for other in root.handlers if type(other) not in replaced), handler]
    root.setLevel(number)
    logging.captureWarnings(capture=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def logger(name: str) -> FilteringBoundLogger:
    """The log of a module; events are static snake_case names, everything else goes into fields."""
    bound_logger: FilteringBoundLogger = structlog.get_logger(name)
    return bound_logger


@contextmanager
def bound(*, org: str | None = None, batch: str | None = None, item: str | None = None) -> Iterator[None]:
    """Every line logged in this block (and thread or task) carries these ids; those that are None stay as they were."""
    ids = {"org": org, "batch": batch, "item": item}
    with structlog.contextvars.bound_contextvars(**{name: value for name, value in ids.items() if value is not None}):
        yield


def redact(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
    """A processor that lets no key, token, prompt or signed URL through, nor an object in place of its id."""
    return {name: _clean(name, value, _MAX_DEPTH) for name, value in fields.items()}


def _traced(project: str) -> Processor:
    """A processor that names the trace and the span in which a line is logged."""

    def add(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
        if (found := traces.ids()) is not None:
            fields["trace"], fields["span"] = found
            if project:
                fields["logging.googleapis.com/trace"] = f"projects/{project}/traces/{found[0]}"
                fields["logging.googleapis.com/spanId"] = found[1]
        return fields

    return add


def _without_colours(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
    # uvicorn says everything twice, the second time with a terminal's colours.
    fields.pop("color_message", None)
    return fields


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what stderr is at the moment of writing, which may have been redirected since the start."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _clean(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value if not isinstance(value, int) or abs(value) < 2**63 else str(value)
    if name != "event" and _SECRET_NAMES.search(name):
        return REDACTED
    if isinstance(value, str):
        return _clean_text(value)
    if depth == 0:
        return f"<{type(value).__name__}>"
    if isinstance(value, Mapping):
        return {str(key): _clean(str(key), item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", item, depth - 1) for item in value]
    # Exceptions say something in words; of anything else the kind is all that is safe to tell.
    return _clean_text(str(value)) if isinstance(value, BaseException) else f"<{type(value).__name__}>"


def _clean_text(text: str) -> str:
    printable = text.encode(errors="replace").decode()
    cleaned = _SECRETS.sub(REDACTED, _QUERY.sub(rf"\1?{REDACTED}", printable))
    return cleaned if len(cleaned) <= MAX_TEXT else f"{cleaned[:MAX_TEXT]}… ({len(cleaned)} characters)"


def _render(_logger: WrappedLogger, _method: str, fields: EventDict) -> str:
    # By this name, in capitals, Cloud Logging knows how severe a line is.
    severe = {"severity": str(fields["level"]).upper()} if "level" in fields else {}
    return orjson.dumps({**fields, **severe}, option=orjson.OPT_NON_STR_KEYS).decode()
