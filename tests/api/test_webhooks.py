"""Webhooks as admins see them: made, changed, signed, tried out, sent again."""

import json

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from shared.domain.errors import ConfigurationWrong
from shared.domain.ids import derived
from shared.domain.modes import Role
from shared.domain.webhooks import MAX_TRIES, Webhook
from shared.ports.documents import Query
from shared.repositories import paths
from shared.services.webhook_secrets import WebhookSecrets
from tests.api.hooks import DAY, OF_BATCHES, event, hook, look, send, told
from tests.api.stacks import ApiStack
from tests.receivers import Receiver, Reply


def test_what_is_sent_is_signed_by_standard_webhooks(stack: ApiStack, server: Receiver) -> None:
    secret = hook(stack, server.url())["secret"]
    stack.notifications.events.announce(event(stack))
    send(stack)
    (hit,) = server.hits
    assert hit.headers["content-type"] == "application/json"
    assert hit.headers["webhook-id"] == event(stack).id
    assert hit.headers["webhook-timestamp"] == str(int(stack.clock.now().timestamp()))
    assert hit.headers["webhook-signature"] == Verifier(secret).sign(
        event(stack).id, stack.clock.now(), hit.body.decode()
    )


def test_what_failed_is_sent_again_on_request_with_tries_of_its_own(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    server.answer = lambda _: Reply(500)
    stack.notifications.events.announce(event(stack))
    send(stack)
    (failed,) = told(stack, webhook)
    path = f"/v1/webhooks/{webhook['id']}/deliveries/{failed['id']}:redeliver"
    again = stack.ask("POST", path)
    assert (again.status_code, again.json()["status"]) == (202, "pending")
    # Twice is harmless.
    assert stack.ask("POST", path).status_code == 202
    assert len(stack.tries()) == 1
    assert send(stack, most=1) == 1
    assert told(stack, webhook)[0]["status"] == "pending"
    server.answer = lambda _: Reply()
    send(stack)
    (delivery,) = told(stack, webhook)
    assert (delivery["status"], delivery["attempts"]) == ("succeeded", MAX_TRIES + 2)
    assert len(delivery["tries"]) == MAX_TRIES
    assert {hit.headers["webhook-id"] for hit in server.hits} == {event(stack).id}
    stack.ask("POST", path)
    send(stack)
    assert told(stack, webhook)[0]["attempts"] == MAX_TRIES + 3


def test_a_test_is_sent_whatever_events_are_wanted(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url(), events=["CostReported"])
    made = stack.ask("POST", f"/v1/webhooks/{webhook['id']}:test").json()
    send(stack)
    said = json.loads(server.hits[0].body)
    assert (said["type"], said["data"]) == ("WebhookTested", {"webhook": webhook["id"]})
    path = f"/v1/webhooks/{webhook['id']}/deliveries/{made['id']}"
    assert stack.ask("GET", path).json()["status"] == "succeeded"


def test_a_rotated_secret_signs_beside_the_former_one_for_a_day(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    former = webhook["secret"]
    present = stack.ask("POST", f"/v1/webhooks/{webhook['id']}:rotate").json()["secret"]
    assert present != former

    def signed(number: int) -> tuple[set[str], dict[str, str]]:
        stack.notifications.events.announce(event(stack, number))
        send(stack)
        hit = server.hits[-1]
        by = {
            name: Verifier(secret).sign(hit.headers["webhook-id"], stack.clock.now(), hit.body.decode())
            for name, secret in (("former", former), ("present", present))
        }
        return set(hit.headers["webhook-signature"].split(" ")), by

    both, by = signed(1)
    assert both == set(by.values())
    stack.clock.advance(DAY)
    alone, by = signed(2)
    assert alone == {by["present"]}
    newest = stack.ask("POST", f"/v1/webhooks/{webhook['id']}:rotate").json()["secret"]
    assert newest not in (former, present)


def test_a_secret_that_is_rotated_twice_at_once_still_signs_for_a_day(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    secrets = [webhook["secret"]]

    def rotate(times: int) -> None:
        made = [stack.ask("POST", f"/v1/webhooks/{webhook['id']}:rotate").json() for _ in range(times)]
        secrets.extend(one["secret"] for one in made)

    def signing(number: int) -> list[str]:
        stack.notifications.events.announce(event(stack, number))
        send(stack)
        hit = server.hits[-1]
        found = hit.headers["webhook-signature"].split(" ")
        moment, body = stack.clock.now(), hit.body.decode()
        by = [one for one in secrets if Verifier(one).sign(hit.headers["webhook-id"], moment, body) in found]
        assert len(by) == len(found)
        return by

    rotate(2)
    assert signing(1) == secrets
    rotate(3)
    assert signing(2) == secrets[-4:]
    stack.clock.advance(DAY)
    assert signing(3) == secrets[-1:]


def test_the_secret_is_shown_once_and_kept_where_it_can_be_read_by_nobody(stack: ApiStack, server: Receiver) -> None:
    body = {"url": server.url(), "events": OF_BATCHES}
    first = stack.ask("POST", "/v1/webhooks", json=body, headers={"Idempotency-Key": "k1"}).json()
    again = stack.ask("POST", "/v1/webhooks", json=body, headers={"Idempotency-Key": "k1"}).json()
    assert (again["id"], again["secret"]) == (first["id"], None)
    assert first["secret"].startswith("whsec_")
    assert "secret" not in look(stack, first)
    assert stack.ask("GET", "/v1/webhooks").text.count("whsec_") == 0
    kept = stack.store.get(paths.webhook(stack.ours.org, first["id"]))
    assert kept is not None
    plain = first["secret"].removeprefix("whsec_")
    assert plain not in str(kept.data)
    assert "sealed" not in repr(Webhook.read(kept.data))
    other = stack.ask("POST", "/v1/webhooks", json=body, headers={"Idempotency-Key": "k2"}).json()
    assert other["secret"] != first["secret"]


def test_a_sealed_secret_opens_only_where_it_belongs_and_with_its_key(stack: ApiStack, server: Receiver) -> None:
    made = hook(stack, server.url())
    kept = stack.store.get(paths.webhook(stack.ours.org, made["id"]))
    assert kept is not None
    webhook = Webhook.read(kept.data)
    at, secrets = stack.clock.now(), WebhookSecrets(bytes(32))
    assert secrets.signatures(stack.ours.org, webhook, message="evt_1", at=at, body=b"{}")
    with pytest.raises(ConfigurationWrong, match="encrypted with another key"):
        secrets.signatures(stack.theirs.org, webhook, message="evt_1", at=at, body=b"{}")
    with pytest.raises(ConfigurationWrong):
        WebhookSecrets(bytes([1] * 32)).signatures(stack.ours.org, webhook, message="evt_1", at=at, body=b"{}")
    changed = WebhookSecrets(bytes([1] * 32))
    new = changed.new(stack.ours.org, webhook.id)[1]
    both = webhook.model_copy(update={"secrets": [new, *webhook.secrets]})
    # After a change of the key the new secret signs alone.
    headers = changed.signatures(stack.ours.org, both, message="evt_1", at=at, body=b"{}")
    assert len(headers["webhook-signature"].split(" ")) == 1
    with pytest.raises(ValueError, match="32 bytes"):
        WebhookSecrets(b"short")


def test_there_are_only_so_many_webhooks_and_admins_acts_are_remembered(stack: ApiStack, server: Receiver) -> None:
    first = hook(stack, server.url())
    for _ in range(19):
        hook(stack, server.url())
    refused = stack.ask("POST", "/v1/webhooks", json={"url": server.url(), "events": OF_BATCHES})
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-webhooks")
    stack.ask("PATCH", f"/v1/webhooks/{first['id']}", json={})
    changed = {"url": server.url("/new"), "events": ["CostReported", "CostReported"], "description": "costs"}
    assert look(stack, first)["events"] == OF_BATCHES
    after = stack.ask("PATCH", f"/v1/webhooks/{first['id']}", json=changed).json()
    assert (after["url"], after["events"], after["description"]) == (changed["url"], ["CostReported"], "costs")
    stack.ask("POST", f"/v1/webhooks/{first['id']}:rotate")
    stack.ask("DELETE", f"/v1/webhooks/{first['id']}")
    entries = [document.data for document in stack.store.query(Query(paths.audit(stack.ours.org)))]
    acts = sorted(entry["action"] for entry in entries if entry["subject"] == first["id"])
    assert acts == ["webhook.changed", "webhook.created", "webhook.deleted", "webhook.rotated"]
    assert "whsec_" not in str(entries)


def test_deliveries_are_listed_in_pages_the_newest_first(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    for number in range(5):
        stack.notifications.events.announce(event(stack, number))
        stack.clock.advance(1)
    path, seen, token = f"/v1/webhooks/{webhook['id']}/deliveries", [], ""
    while True:
        page = stack.ask("GET", path, params={"page_size": 2, "page_token": token}).json()
        seen += [one["event"] for one in page["deliveries"]]
        if not (token := page["next_page_token"]):
            break
    assert seen == [derived("evt", "cause", number) for number in reversed(range(5))]


def test_only_admins_have_anything_to_do_with_it(stack: ApiStack, server: Receiver) -> None:
    webhook = hook(stack, server.url())
    for role in (Role.EDITOR, Role.EVALUATOR, Role.VIEWER):
        for method, path in (("GET", ""), ("POST", ":test"), ("GET", "/deliveries"), ("DELETE", "")):
            assert stack.ask(method, f"/v1/webhooks/{webhook['id']}{path}", role=role).status_code == 403
