"""What the cases of routes act on: things of ours, made through the engine and the API."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from tests.api.stacks import ApiStack
from tests.engine.scripted import picture

Ids: TypeAlias = Mapping[str, str]

UNKNOWN = {
    "batch_id": "bat_aaaaaaaaaaaaaaaaaaaa",
    "item_id": "itm_aaaaaaaaaaaaaaaaaaaa",
    "asset_id": "ast_aaaaaaaaaaaaaaaaaaaa",
    "reference_id": "ref_aaaaaaaaaaaaaaaaaaaa",
    "key_id": "key_aaaaaaaaaaaaaaaaaaaa",
    "webhook_id": "whk_aaaaaaaaaaaaaaaaaaaa",
    "delivery_id": "dlv_aaaaaaaaaaaaaaaaaaaa",
    "bill_id": "bil_aaaaaaaaaaaaaaaaaaaa",
    "draft_id": "dft_aaaaaaaaaaaaaaaaaaaa",
    "member_id": "mem_aaaaaaaaaaaaaaaaaaaa",
    "holder_id": "mem_aaaaaaaaaaaaaaaaaaaa",
}
BILL: Any = {
    "provider": "openai",
    "lines": [{"day": "2026-03-01", "model": "gpt-image-2, image output", "cost_usd": "1.25"}],
}
CREDITS: Any = {"amount_micros": 10**12}
HOOK: Any = {"url": "https://hooks.example.com/fanfold", "events": ["BatchCompleted"]}
DRAFT: Any = {"name": "Spring", "rows": 1, "content": {"rows": [{"prompt": "A walker"}], "zoom": 1.5}}
INVITED: Any = {"email": "ada@ours.example", "name": "Ada", "role": "editor"}


def waiting(stack: ApiStack) -> Ids:
    """A batch that has just been accepted."""
    return {"batch_id": stack.batch_of()}


def planned(stack: ApiStack) -> Ids:
    """A batch whose items are planned, with the last of them: it waits, whoever takes the first ones."""
    batch = stack.batch_of({"prompt": "A walker", "variants": 10}, {"prompt": "A candle", "variants": 10})
    stack.engine.controls.pause(stack.ours.caller, batch)
    stack.steps()
    return {"batch_id": batch, "item_id": stack.items(batch, stack.ours.org)[-1].id}


def paused(stack: ApiStack) -> Ids:
    """A batch that someone paused."""
    batch = stack.batch_of()
    stack.engine.controls.pause(stack.ours.caller, batch)
    return {"batch_id": batch}


def done(stack: ApiStack) -> Ids:
    """A batch with its only item and image."""
    batch = stack.batch_of(done=True)
    item = stack.items(batch, stack.ours.org)[0]
    assert item.asset_id is not None
    return {"batch_id": batch, "item_id": item.id, "asset_id": item.asset_id}


def reported(stack: ApiStack) -> Ids:
    """A batch, and the report of its day."""
    ids = done(stack)
    stack.clock.advance(24 * 3600)
    stack.jobs.cost_reports.run(seconds=600)
    return ids


def failed(stack: ApiStack) -> Ids:
    """A batch whose only item failed."""
    batch = stack.batch_of({"prompt": "refuse this"}, done=True)
    return {"batch_id": batch, "item_id": stack.items(batch, stack.ours.org)[0].id}


def uploaded(stack: ApiStack) -> Ids:
    """A reference whose bytes were sent."""
    return {"reference_id": stack.upload(picture("1:1"))}


def referenced(stack: ApiStack) -> Ids:
    """A reference that is ready."""
    return {"reference_id": stack.reference()}


def keyed(stack: ApiStack) -> Ids:
    """A key."""
    return {"key_id": stack.ask("POST", "/v1/keys", json={"name": "one more"}).json()["id"]}


def credited(stack: ApiStack) -> Ids:
    """A member with credits, and enough of them."""
    member = stack.ours.admin.id
    stack.ask("POST", "/v1/credits", json=CREDITS | {"member": member})
    return {"member_id": member, "holder_id": member}


def hooked(stack: ApiStack) -> Ids:
    """The only webhook; no matter how many cases ask for one, there is room for theirs."""
    for old in stack.ask("GET", "/v1/webhooks").json()["webhooks"]:
        stack.ask("DELETE", f"/v1/webhooks/{old['id']}")
    return {"webhook_id": stack.ask("POST", "/v1/webhooks", json=HOOK).json()["id"]}


def unhooked(stack: ApiStack) -> Ids:
    """A webhook that is disabled, and what it was told before."""
    ids = delivered(stack)
    stack.ask("PATCH", f"/v1/webhooks/{ids['webhook_id']}", json={"enabled": False})
    return ids


def delivered(stack: ApiStack) -> Ids:
    """A webhook and something on its way to it."""
    ids = hooked(stack)
    return {**ids, "delivery_id": stack.ask("POST", f"/v1/webhooks/{ids['webhook_id']}:test").json()["id"]}


def unbilled(stack: ApiStack) -> Ids:
    """No bill is there, so that one of any content is new."""
    for old in stack.ask("GET", "/v1/bills").json()["bills"]:
        stack.ask("DELETE", f"/v1/bills/{old['id']}")
    return {}


def billed(stack: ApiStack) -> Ids:
    """A bill that was brought."""
    unbilled(stack)
    return {"bill_id": stack.ask("POST", "/v1/bills", json=BILL).json()["id"]}


def later(stack: ApiStack) -> Ids:
    """What was tried with an address before counts no more."""
    stack.clock.advance(120)
    return {}


def uninvited(stack: ApiStack) -> Ids:
    """Nobody has the address of whoever is invited, in any organisation."""
    for tenant in (stack.ours, stack.theirs):
        for member in stack.ask("GET", "/v1/members", tenant=tenant).json()["members"]:
            if member["email"] == INVITED["email"]:
                stack.ask("DELETE", f"/v1/members/{member['id']}", tenant=tenant)
    return {}


def invited(stack: ApiStack) -> Ids:
    """A member who was invited, and the token to come in with."""
    uninvited(stack)
    stack.clock.advance(60)
    made = stack.ask("POST", "/v1/members", json=INVITED).json()
    return {"member_id": made["id"], "token": made["invitation"]["token"]}


def disabled(stack: ApiStack) -> Ids:
    """A member who is disabled."""
    ids = invited(stack)
    stack.ask("PATCH", f"/v1/members/{ids['member_id']}", json={"disabled": True})
    return ids


def leading(stack: ApiStack) -> Ids:
    """The only admin."""
    return {"member_id": stack.ours.admin.id}


def undrafted(stack: ApiStack) -> Ids:
    """No draft is there, so that there is room for one."""
    for old in stack.ask("GET", "/v1/drafts").json()["drafts"]:
        stack.ask("DELETE", f"/v1/drafts/{old['id']}")
    return {}


def drafted(stack: ApiStack) -> Ids:
    """A draft."""
    undrafted(stack)
    return {"draft_id": stack.ask("POST", "/v1/drafts", json=DRAFT).json()["id"]}
