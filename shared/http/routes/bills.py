"""Bills: what providers billed, beside what the ledger says."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.domain.bills import PROVIDERS, BillCreate, Name
from shared.domain.callers import Caller
from shared.http.auth import ADMIN
from shared.http.bodies import Body, File, FileBody, JsonBody
from shared.http.idempotency import idempotency_key
from shared.http.pages import PageParameters
from shared.http.services import Services
from shared.http.views import View
from shared.services.bill_differences import BillComparison

EXAMPLE = {
    "provider": "openai",
    "lines": [{"day": "2026-11-05", "model": "gpt-image-2.6-flare", "cost_usd": "1.25"}],
}

router = APIRouter(prefix="/v1/bills", tags=["bills"])

Admin = Annotated[Caller, Depends(ADMIN)]
Key = Annotated[str | None, Depends(idempotency_key)]
New = Annotated[Body[BillCreate], Depends(JsonBody(BillCreate, example=EXAMPLE))]
Csv = Annotated[File, Depends(FileBody("text/csv"))]
Provider = Annotated[str, Query(max_length=40, description=f"Whose bill it is: {' or '.join(PROVIDERS)}.")]


class BillView(View):
    """A bill; days are those of the provider's own clock (`time_zone`), money is micros of US dollars."""

    id: str
    provider: str
    name: str
    source: str = Field(description="Which export it was: openai_costs, google_cloud, plain, or rows.")
    first: date
    last: date
    time_zone: str
    billed_micros: int
    credits_micros: int = Field(description="Discounts that the bill names: at most 0, and no part of what was billed.")
    left_out: dict[str, int] = Field(description="Rows of the file that are no cost of a model, by why.")
    created_at: datetime
    created_by: str


class BillPage(BaseModel):
    """A page of bills, the newest first."""

    bills: list[BillView]
    next_page_token: str


class CostsView(View):
    """Entries of the ledger, and what they cost."""

    entries: int
    cost_micros: int


class DifferenceView(View):
    """What was billed and what the ledger has; the difference is positive when more was billed."""

    billed_micros: int
    ledger_micros: int
    difference_micros: int
    percent: float | None = Field(description="Of what was billed; null when nothing was.")


class DayDifferenceView(DifferenceView):
    """One day."""

    day: date


class LineDifferenceView(DayDifferenceView):
    """One model on one day."""

    model: str


class ModelDifferenceView(DifferenceView):
    """One model over all days, the ledger's part by what its entries stand for."""

    model: str
    charges: CostsView
    failed_charges: CostsView
    unknown_outcomes: CostsView = Field(description="Calls without an answer, at what they probably cost.")
    duplicates: CostsView


class ElsewhereView(View):
    """What was billed for something that is no model of Fanfold's, under its name on the bill."""

    day: date | None
    name: str
    cost_micros: int


class BillComparisonView(BillView):
    """A bill beside the ledger as it is now; without days where the bill tells none apart."""

    total: DifferenceView
    by_model: list[ModelDifferenceView]
    by_day: list[DayDifferenceView]
    lines: list[LineDifferenceView]
    elsewhere: list[ElsewhereView]
    notes: list[str] = Field(description="What the figures may mean, in sentences.")

    @classmethod
    def of(cls, compared: BillComparison) -> "BillComparisonView":
        """The comparison as it is answered."""
        return cls(
            **BillView.model_validate(compared.bill).model_dump(),
            total=DifferenceView.model_validate(compared.total),
            by_model=[ModelDifferenceView.model_validate(row) for row in compared.by_model],
            by_day=[DayDifferenceView.model_validate(row) for row in compared.by_day],
            lines=[LineDifferenceView.model_validate(row) for row in compared.lines],
            elsewhere=[
                ElsewhereView(
                    day=date.fromisoformat(line.day) if line.day else None,
                    name=line.model,
                    cost_micros=line.cost_micros,
                )
                for line in compared.elsewhere
            ],
            notes=compared.notes,
        )


@router.post("", status_code=201)
def create_bill(caller: Admin, body: New, key: Key, services: Services) -> BillView:
    """A bill in rows. Amounts are US dollars as the provider writes them; the same bill twice is a conflict (409)."""
    bill = services.bills.create(caller, body.value, idempotency_key=key, fingerprint=body.fingerprint)
    return BillView.model_validate(bill)


@router.post(":import", status_code=201)
def import_bill(
    caller: Admin,
    body: Csv,
    provider: Provider,
    key: Key,
    services: Services,
    name: Annotated[Name, Query(description="What you call it; otherwise provider and days.")] = "",
) -> BillView:
    """A bill as a CSV file: OpenAI's export of costs, Google Cloud's cost table or usage cost export, or `date,model,cost_usd`.

    What is not understood is named by row and column, and nothing is kept; the same bill twice is a conflict (409).
    """
    fingerprint = f"{body.fingerprint} {provider} {name}"
    bill = services.bills.bring(
        caller, body.data, provider=provider, name=name, idempotency_key=key, fingerprint=fingerprint
    )
    return BillView.model_validate(bill)


@router.get("")
def list_bills(caller: Admin, parameters: Annotated[PageParameters, Query()], services: Services) -> BillPage:
    """The organisation's bills, the newest first."""
    page = services.bills.list(caller, page_size=parameters.page_size, page_token=parameters.page_token)
    bills = [BillView.model_validate(bill) for bill in page.values]
    return BillPage(bills=bills, next_page_token=page.next_page_token)


@router.get("/{bill_id:id}")
def get_bill(bill_id: str, caller: Admin, services: Services) -> BillComparisonView:
    """One bill beside the ledger as it is now: the difference by model, by day, and by both, with what it may mean."""
    return BillComparisonView.of(services.bills.compare(caller, bill_id))


@router.delete("/{bill_id:id}", status_code=204)
def delete_bill(bill_id: str, caller: Admin, services: Services) -> Response:
    """Delete a bill; the ledger stays as it is."""
    services.bills.delete(caller, bill_id)
    return Response(status_code=204)
