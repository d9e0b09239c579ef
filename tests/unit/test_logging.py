"""What the log says, and what it never says."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from shared.logging import bound, configure, logger

Lines = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    level = root.level
    yield
    root.handlers = [handler for handler in root.handlers if not type(handler).__module__.startswith("shared")]
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def said(capsys: Lines) -> Any:
    configure("INFO")

    def read() -> list[dict[str, Any]]:
        out, err = capsys.readouterr()
        assert out == ""
        return [json.loads(line) for line in err.splitlines()]

    return read


def test_a_line_is_one_json_object_with_its_event_and_fields(said: Any) -> None:
    logger("engine").info("batch_accepted", batch="bat_a", images=24, seconds=0.5, text="two\nlines")
    [line] = said()
    assert line["timestamp"].endswith("Z")
    assert {name: line[name] for name in line if name != "timestamp"} == {
        "event": "batch_accepted",
        "level": "info",
        "severity": "INFO",
        "logger": "engine",
        "batch": "bat_a",
        "images": 24,
        "seconds": 0.5,
        "text": "two\nlines",
    }


def test_what_a_server_says_in_colours_too_is_said_once(said: Any) -> None:
    logging.getLogger("uvicorn.error").info("Shutting %s", "down", extra={"color_message": "\x1b[36m%s\x1b[0m"})
    [line] = said()
    assert (line["event"], "color_message" in line) == ("Shutting down", False)


def test_what_a_line_is_about_is_bound_and_unbound(said: Any) -> None:
    log = logger("engine")
    with bound(org="org_a", batch="bat_a"):
        with bound(item="itm_a"):
            log.info("inner")
        log.info("outer")
    log.info("after")
    assert [{name: line.get(name) for name in ("org", "batch", "item")} for line in said()] == [
        {"org": "org_a", "batch": "bat_a", "item": "itm_a"},
        {"org": "org_a", "batch": "bat_a", "item": None},
        {"org": None, "batch": None, "item": None},
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"api_key": "hush"},
        {"X_API_Key": "hush"},
        {"password": b"hush"},
        {"token": ["hush"]},
        {"prompt": "hush"},
        {"headers": {"Accept": "hush"}},
        {"call": {"deep": [{"authorization": "hush"}]}},
        {"url": "http://localhost/objects/a?expires=1&signature=hush"},
        {"line": "GET /objects/a?signature=hush HTTP/1.1"},
        {"note": "sent Authorization: Bearer hush"},
        {"note": "eyJhbGciOiJFZERTQSJ9.hush.hush"},
        {"note": "Incorrect API key provided: sk-proj-hush-hush-hush-hush"},
        {"note": "The key bfl_hushhushhushhush is not known."},
        {"note": "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----"},
    ],
)
def test_no_secret_is_logged(said: Any, fields: dict[str, Any]) -> None:
    logger("x").warning("something", **fields)
    [line] = said()
    assert "hush" not in json.dumps(line)
    assert "[redacted]" in json.dumps(line)


def test_counts_of_tokens_and_plain_addresses_are_no_secrets(said: Any) -> None:
    logger("x").info("call_finished", output_tokens=1_290, url="http://localhost/objects/a")
    [line] = said()
    assert (line["output_tokens"], line["url"]) == (1_290, "http://localhost/objects/a")


def test_an_object_is_named_by_its_kind_alone(said: Any) -> None:
    class Item:
        def __repr__(self) -> str:
            return "prompt=hush"

    logger("x").info("odd", item=Item(), huge=10**30, broken="\ud800", long="x" * 100_000)
    [line] = said()
    assert (line["item"], line["huge"], line["broken"]) == ("<Item>", str(10**30), "?")
    assert len(line["long"]) < 9_000


def test_a_failure_brings_its_traceback_without_secrets(said: Any) -> None:
    try:
        raise ValueError("bad answer from https://host/path?key=hush")
    except ValueError:
        logger("x").exception("call_failed")
    [line] = said()
    assert "ValueError: bad answer from https://host/path?[redacted]" in line["exception"]


def test_other_libraries_speak_the_same_way_and_requests_are_not_said_twice(said: Any) -> None:
    logging.getLogger("somelibrary").warning("lost %s", "http://localhost/a?token=hush")
    logging.getLogger("httpx").info("HTTP Request: GET http://localhost/a?token=hush")
    [line] = said()
    assert (line["event"], line["level"]) == ("lost http://localhost/a?[redacted]", "warning")


def test_less_severe_lines_than_asked_are_not_said(said: Any) -> None:
    configure("ERROR")
    logger("x").warning("quiet")
    logger("x").error("loud")
    assert [line["event"] for line in said()] == ["loud"]


def test_a_providers_library_tells_no_prompt_at_any_level(capsys: Lines) -> None:
    configure("DEBUG")
    logging.getLogger("openai._base_client").debug("Request options: %s", {"json_data": {"prompt": "hush"}})
    assert "hush" not in capsys.readouterr().err
