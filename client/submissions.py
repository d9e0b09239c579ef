"""From a sheet to a batch that can be sent, with the server's refusals told in the sheet's own rows."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from client.api import Client
from client.errors import Problem, ProblemError
from client.models import BatchAccepted, BatchCreate, Estimate
from client.pictures import Picture
from client.rows import BadCell, BadRows, Sheet
from client.uploads import UploadRefused, upload_pictures


class Submission:
    """A sheet with the settings of its batch. `choices` are the batch's fields, `defaults` the rows'."""

    def __init__(self, client: Client, sheet: Sheet, choices: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        self._client = client
        self._sheet = sheet
        self._ids: dict[str, str] | None = None
        settings = dict(sheet.settings)
        merged = {**(settings.pop("defaults", None) or {}), **defaults}
        self._settings = {**settings, **choices} | ({"defaults": merged} if merged else {})

    @property
    def name(self) -> str:
        """What the batch will be called."""
        return str(self._settings.get("name") or self._sheet.source)

    def estimate(self) -> Estimate:
        """The price by what is known now; local pictures count once they are uploaded."""
        with self._in_rows_of_sheet():
            return self._client.estimate(self._batch())

    def upload(self, on_done: Callable[[Picture], None]) -> None:
        """Turn the local pictures into references; raises BadRows naming a picture that is not taken."""
        try:
            self._ids = upload_pictures(self._client, self._sheet.pictures, on_done)
        except UploadRefused as refused:
            token = f"sha256:{refused.picture.sha256}"
            reason = f"{refused.picture.path}: {refused.reason}"
            cells = [
                BadCell(number, "references", reason)
                for number, row in zip(self._sheet.numbers, self._sheet.rows, strict=True)
                if token in str(row.get("references")) or token in str(row.get("expand"))
            ]
            raise BadRows(self._sheet.source, cells or [BadCell(0, "references", reason)]) from None

    def submit(self, idempotency_key: str) -> BatchAccepted:
        """Have the batch accepted."""
        with self._in_rows_of_sheet():
            return self._client.submit(self._batch(), idempotency_key=idempotency_key)

    def _batch(self) -> BatchCreate:
        try:
            return BatchCreate.model_validate({**self._settings, "rows": self._sheet.rows_with(self._ids)})
        except ValidationError as error:
            problems = [
                Problem("/" + "/".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, "))
                for each in error.errors()
            ]
            raise BadRows(self._sheet.source, [self._cell(problem) for problem in problems]) from None

    @contextmanager
    def _in_rows_of_sheet(self) -> Iterator[None]:
        try:
            yield
        except ProblemError as problem:
            if problem.status != 422 or not problem.errors or problem.existing_id:
                raise
            raise BadRows(self._sheet.source, [self._cell(each) for each in problem.errors]) from None

    def _cell(self, problem: Problem) -> BadCell:
        parts = [part.replace("~1", "/").replace("~0", "~") for part in problem.pointer.strip("/").split("/") if part]
        if len(parts) > 1 and parts[0] == "rows" and parts[1].isdecimal() and int(parts[1]) < len(self._sheet.numbers):
            return BadCell(self._sheet.numbers[int(parts[1])], " ".join(parts[2:]), problem.detail)
        if parts and parts[0] == "defaults":
            return BadCell(0, f"{' '.join(parts[1:])} (for all rows)", problem.detail)
        return BadCell(0, " ".join(parts), problem.detail)
