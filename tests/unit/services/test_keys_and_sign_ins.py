"""Keys and sign-ins: who comes in, and for how long."""

import re
from contextlib import closing
from datetime import timedelta
from typing import Any, cast

import pytest

from shared.adapters.system import SystemClock
from shared.domain.callers import Caller
from shared.domain.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from shared.domain.keys import KeyCreate
from shared.domain.modes import Role
from shared.ports.documents import Delete, DocumentStore, Query, Update
from shared.repositories import paths
from shared.services.keys import MAX_KEYS, KeyService
from shared.services.organisations import OrganisationCreate
from shared.services.recollections import Recollection
from shared.services.sign_ins import ATTEMPTS_A_MINUTE, REMEMBERED_SECONDS, SignInService
from tests.accounts import MovedClock, firebase
from tests.clocks import ManualClock
from tests.unit.services.desks import PASSWORD, Desk, Overtaken, colleague

EMAIL = "ana@example.org"


def make(desk: Desk, role: Role = Role.EDITOR, *, caller: Caller | None = None, key: str | None = None) -> Any:
    create = KeyCreate(name="Sheets", role=role)
    return desk.keys.create(caller or desk.ours, create, idempotency_key=key, fingerprint="f")


def everything(desk: Desk) -> str:
    """All that is stored of keys, logins and acts."""
    collections = (
        paths.keys(desk.ours.org), paths.key_hashes(), paths.audit(desk.ours.org), "system/logins/by_email",
        f"orgs/{desk.ours.org}/idempotency",
    )  # fmt: skip
    return repr([desk.store.query(Query(collection)) for collection in collections])


def test_a_key_is_shown_once_and_kept_nowhere(desk: Desk) -> None:
    made, secret = make(desk, key="k")
    assert re.fullmatch(r"ff_[A-Za-z0-9_-]{43}", secret)
    assert made.hint == secret[:8]
    assert secret not in everything(desk)
    assert secret[9:] not in everything(desk)
    again, nothing = make(desk, key="k")
    assert (again.id, nothing) == (made.id, None)
    with pytest.raises(Invalid, match="another request"):
        desk.keys.create(desk.ours, KeyCreate(name="Other"), idempotency_key="k", fingerprint="g")
    assert [entry["action"] for entry in desk.audited()] == ["key.created"]


def test_of_two_creates_at_once_with_one_key_one_wins_and_shows_the_secret(desk: Desk) -> None:
    first: list[Any] = []
    store = Overtaken(desk.store, lambda: first.append(make(desk, key="k")))
    slow = KeyService(cast("DocumentStore", store), audit=desk.audit, clock=desk.clock, ids=desk.ids)
    create = KeyCreate(name="Sheets", role=Role.EDITOR)
    again, nothing = slow.create(desk.ours, create, idempotency_key="k", fingerprint="f")
    assert (again.id, nothing) == (first[0][0].id, None)
    assert first[0][1] is not None
    assert len(desk.keys.list(desk.ours)) == 2


def test_after_seven_days_an_idempotency_key_is_free_again(desk: Desk) -> None:
    made, _ = make(desk, key="k")
    desk.clock.advance(7 * 86_400)
    other, secret = make(desk, key="k")
    assert other.id != made.id
    assert secret is not None
    assert make(desk, key="k") == (desk.keys.list(desk.ours)[0], None)


def test_a_key_comes_in_as_its_role_for_its_organisation(desk: Desk) -> None:
    made, secret = make(desk, Role.VIEWER)
    caller = desk.sign_ins.authenticate_key(secret)
    assert caller == Caller(org=desk.ours.org, id=made.id, member=desk.ours.member, role=Role.VIEWER)
    assert desk.sign_ins.authenticate_key(secret) == caller
    _, other = make(desk, caller=desk.theirs)
    assert desk.sign_ins.authenticate_key(other).org == desk.theirs.org


@pytest.mark.parametrize("key", ["", "ff_" + "a" * 43, "ff_ä", "x" * 5_000])
def test_a_key_that_does_not_exist_comes_in_nowhere(desk: Desk, key: str) -> None:
    with pytest.raises(Unauthenticated):
        desk.sign_ins.authenticate_key(key)


def test_a_revoked_key_dies_within_seconds(desk: Desk) -> None:
    made, secret = make(desk)
    desk.sign_ins.authenticate_key(secret)
    desk.keys.revoke(desk.ours, made.id)
    desk.keys.revoke(desk.ours, made.id)
    desk.clock.advance(REMEMBERED_SECONDS)
    with pytest.raises(Unauthenticated, match="revoked"):
        desk.sign_ins.authenticate_key(secret)
    (listed,) = [key for key in desk.keys.list(desk.ours) if key.id == made.id]
    assert listed.revoked_at is not None
    assert sorted(entry["action"] for entry in desk.audited()) == ["key.created", "key.revoked"]


def test_keys_are_listed_the_newest_first_and_ones_own_only(desk: Desk) -> None:
    first = desk.keys.list(desk.ours)
    desk.clock.advance(1)
    made, _ = make(desk)
    assert [key.id for key in desk.keys.list(desk.ours)] == [made.id, *(key.id for key in first)]
    assert made.id not in [key.id for key in desk.keys.list(desk.theirs)]


def test_another_organisations_key_is_not_found(desk: Desk) -> None:
    made, secret = make(desk)
    for caller, key in ((desk.theirs, made.id), (desk.ours, "key_" + "a" * 20), (desk.ours, "a/b")):
        with pytest.raises(NotFound):
            desk.keys.revoke(caller, key)
    assert desk.sign_ins.authenticate_key(secret).id == made.id


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EVALUATOR, Role.EDITOR])
def test_only_admins_see_and_change_keys(desk: Desk, role: Role) -> None:
    made, _ = make(desk)
    caller = colleague(desk.ours, role)
    for act in (
        lambda: make(desk, Role.VIEWER, caller=caller),
        lambda: desk.keys.list(caller),
        lambda: desk.keys.revoke(caller, made.id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_an_organisation_has_a_bounded_number_of_keys_in_force(desk: Desk) -> None:
    made = [make(desk)[0] for _ in range(MAX_KEYS - len(desk.keys.list(desk.ours)))]
    with pytest.raises(Conflict, match="Revoke") as raised:
        make(desk)
    assert raised.value.code == "too-many-keys"
    desk.keys.revoke(desk.ours, made[0].id)
    make(desk)
    make(desk, caller=desk.theirs)


def test_a_person_signs_in_however_the_address_is_written(desk: Desk) -> None:
    signed_in = desk.sign_ins.login(" ANA@Example.org ", PASSWORD)
    assert (signed_in.member.id, signed_in.organisation.id) == (desk.ours.member, desk.ours.org)
    assert signed_in.expires_at > desk.clock.now()
    assert signed_in.token not in repr(signed_in)
    assert desk.sign_ins.authenticate_token(signed_in.token) == desk.ours
    assert desk.sign_ins.authenticate_token(signed_in.token) == desk.ours


def test_a_wrong_address_and_a_wrong_password_sound_the_same(desk: Desk) -> None:
    told = set()
    for email, password in ((EMAIL, "wrong"), ("nobody@example.org", PASSWORD), ("", ""), ("\ud800", "x"), (EMAIL, "")):
        with pytest.raises(Unauthenticated) as raised:
            desk.sign_ins.login(email, password)
        told.add(raised.value.detail)
    assert len(told) == 1


def test_an_address_may_be_tried_ten_times_a_minute(desk: Desk) -> None:
    for _ in range(ATTEMPTS_A_MINUTE):
        with pytest.raises(Unauthenticated):
            desk.sign_ins.login(EMAIL, "wrong")
    with pytest.raises(RateLimited, match="Too many attempts") as raised:
        desk.sign_ins.login(EMAIL.upper(), PASSWORD)
    assert raised.value.policy == '"sign-ins";q=10;w=60'
    desk.sign_ins.login("bo@example.org", PASSWORD)
    desk.clock.advance(raised.value.retry_after_seconds)
    assert desk.sign_ins.login(EMAIL, PASSWORD).member.id == desk.ours.member


def test_a_disabled_member_does_not_come_in(desk: Desk) -> None:
    token = desk.sign_ins.login(EMAIL, PASSWORD).token
    path = paths.member(desk.ours.org, desk.ours.member)
    desk.store.commit([Update(path, {"disabled_at": desk.clock.now()})])
    with pytest.raises(Unauthenticated, match="disabled"):
        desk.sign_ins.login(EMAIL, PASSWORD)
    with pytest.raises(Unauthenticated, match="disabled"):
        desk.sign_ins.authenticate_token(token)


def test_a_removed_member_is_out_within_seconds(desk: Desk) -> None:
    token = desk.sign_ins.login(EMAIL, PASSWORD).token
    assert desk.sign_ins.authenticate_token(token) == desk.ours
    desk.store.commit([Delete(paths.member(desk.ours.org, desk.ours.member))])
    desk.clock.advance(REMEMBERED_SECONDS)
    with pytest.raises(Unauthenticated):
        desk.sign_ins.authenticate_token(token)
    with pytest.raises(Unauthenticated):
        desk.sign_ins.login(EMAIL, PASSWORD)


def test_the_role_is_the_one_of_now(desk: Desk) -> None:
    token = desk.sign_ins.login(EMAIL, PASSWORD).token
    assert desk.sign_ins.authenticate_token(token).role is Role.ADMIN
    desk.store.commit([Update(paths.member(desk.ours.org, desk.ours.member), {"role": "viewer"})])
    desk.clock.advance(REMEMBERED_SECONDS)
    assert desk.sign_ins.authenticate_token(token).role is Role.VIEWER


def test_a_forged_or_expired_token_comes_in_nowhere(desk: Desk) -> None:
    token = desk.sign_ins.login(EMAIL, PASSWORD).token
    signed, _, signature = token.rpartition(".")
    # In the middle: the last character of a signature carries bits that mean nothing.
    flipped = "B" if signature[40] == "A" else "A"
    for wrong in ("", "a.b.c", f"{signed}.{signature[:40]}{flipped}{signature[41:]}"):
        with pytest.raises(Unauthenticated):
            desk.sign_ins.authenticate_token(wrong)
    desk.clock.advance(13 * 3_600)
    with pytest.raises(Unauthenticated, match="expired"):
        desk.sign_ins.authenticate_token(token)


def test_a_token_of_somebody_who_is_no_member_of_ours_comes_in_nowhere(desk: Desk) -> None:
    for org, member in (("a/b", desk.ours.member), (desk.ours.org, "mem_x"), (desk.theirs.org, desk.ours.member)):
        with pytest.raises(Unauthenticated):
            desk.sign_ins.authenticate_token(desk.accounts.session(org, member).token)


def test_an_ended_sign_in_comes_in_for_three_seconds_more_and_a_new_one_at_once(desk: Desk) -> None:
    before = desk.sign_ins.login(EMAIL, PASSWORD).token
    desk.clock.advance(60)
    assert desk.sign_ins.authenticate_token(before).member == desk.ours.member
    path = paths.member(desk.ours.org, desk.ours.member)
    desk.store.commit([Update(path, {"tokens_valid_after": desk.clock.now()})])
    desk.clock.advance(2)
    assert desk.sign_ins.authenticate_token(before).member == desk.ours.member
    after = desk.sign_ins.login(EMAIL, PASSWORD).token
    desk.clock.advance(1)
    with pytest.raises(Unauthenticated, match="ended"):
        desk.sign_ins.authenticate_token(before)
    assert desk.sign_ins.authenticate_token(after).member == desk.ours.member


def test_people_sign_in_by_firebase_in_the_role_of_their_document(desk: Desk) -> None:
    with closing(firebase(MovedClock())) as accounts:
        sign_ins = SignInService(desk.store, accounts=accounts, clock=desk.clock)
        email = f"{desk.ids.new('mem')}@example.org"
        create = OrganisationCreate(name="Firebase", email=email, member_name="Ana", password=PASSWORD)
        begun = desk.new_organisations(desk.store, accounts).create(create)
        org, member = begun.organisation.id, begun.member.id
        signed_in = sign_ins.login(email, PASSWORD)
        assert (signed_in.organisation.id, signed_in.member.id) == (org, member)
        assert sign_ins.authenticate_token(signed_in.token).role is Role.ADMIN
        for wrong in ((email, "wrong horse"), (f"x{email}", PASSWORD)):
            with pytest.raises(Unauthenticated, match=r"^The e-mail address or the password is wrong\.$"):
                sign_ins.login(*wrong)
        desk.store.commit([Update(paths.member(org, member), {"role": "viewer"})])
        desk.clock.advance(REMEMBERED_SECONDS)
        assert sign_ins.authenticate_token(signed_in.token).role is Role.VIEWER
        ended = SystemClock().now() + timedelta(seconds=1)
        desk.store.commit([Update(paths.member(org, member), {"tokens_valid_after": ended})])
        desk.clock.advance(REMEMBERED_SECONDS)
        with pytest.raises(Unauthenticated, match="ended"):
            sign_ins.authenticate_token(signed_in.token)
        desk.store.commit([Delete(paths.member(org, member))])
        with pytest.raises(Unauthenticated, match="does not exist"):
            sign_ins.login(email, PASSWORD)


def test_recollections_are_bounded_in_time_and_number() -> None:
    clock = ManualClock()
    known: Recollection[int] = Recollection(clock, seconds=3, most=2)
    known.put("a", 1)
    known.put("b", 2)
    assert known.find("a") == 1
    known.put("c", 3)
    assert (known.find("a"), known.find("b"), known.find("c")) == (1, None, 3)
    clock.advance(3)
    assert known.find("a") is None
    known.put("a", 4)
    assert known.find("a") == 4
