"""What Cloud Storage answers when it refuses: JSON from its API, XML where signed links lead."""

from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refused(Exception):
    """The request is refused with a status, a reason for programs and a sentence."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message


def absent(what: str) -> Refused:
    """There is no such bucket or object."""
    return Refused(404, "notFound", f"No such object: {what}")


def condition_not_met() -> Refused:
    """A precondition failed: nothing was done."""
    return Refused(412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.")


def invalid(message: str) -> Refused:
    """The request is wrong in itself."""
    return Refused(400, "invalid", message)


def unknown(message: str) -> Refused:
    """Cloud Storage may know this, the stand-in does not."""
    return Refused(501, "notImplemented", message)


def as_json(_request: Request, error: Exception) -> Response:
    """The refusal as the JSON API says it."""
    if not isinstance(error, Refused):
        raise error
    told = {"message": error.message, "domain": "global", "reason": error.reason}
    return JSONResponse({"error": {"code": error.status, "message": error.message, "errors": [told]}}, error.status)


def as_xml(error: Refused) -> Response:
    """The refusal as the XML API says it."""
    code = error.reason[:1].upper() + error.reason[1:]
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{escape(code)}</Code><Message>{escape(error.message)}</Message></Error>"
    return Response(body, error.status, media_type="application/xml; charset=UTF-8")
