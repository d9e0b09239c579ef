"""What people see and change of themselves, and of their organisation."""

from datetime import UTC, date, datetime
from typing import cast

import pytest
from pydantic import ValidationError

from shared.domain.callers import Caller
from shared.domain.errors import Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from shared.domain.members import OrganisationUpdate, SelfUpdate
from shared.domain.modes import Role
from shared.ports.documents import Delete, DocumentStore
from shared.repositories import paths
from shared.repositories.members import email_hash
from shared.repositories.money import BudgetRepository
from shared.services.limit_changes import LimitChanges
from shared.services.organisation_settings import OrganisationSettingsService
from shared.services.repeats import Repeats
from shared.services.selves import SelfService
from shared.services.sign_ins import ATTEMPTS_A_MINUTE, REMEMBERED_SECONDS
from tests.unit.services.desks import PASSWORD, Desk, Overtaken

EMAIL, NEW = "ana@example.org", "a new password"


def selves_of(desk: Desk, store: DocumentStore | None = None) -> SelfService:
    return SelfService(
        store or desk.store, accounts=desk.accounts, sign_ins=desk.sign_ins, clock=desk.clock, ids=desk.ids
    )


def settings_of(desk: Desk) -> OrganisationSettingsService:
    changes = LimitChanges(
        desk.store,
        requests=desk.world.engine.requests,
        audit=desk.audit,
        repeats=Repeats(desk.clock, desk.ids),
    )
    return OrganisationSettingsService(desk.store, changes=changes, clock=desk.clock)


def test_a_person_and_a_machine_see_who_they_are(desk: Desk) -> None:
    person = selves_of(desk).get(desk.ours)
    assert (person.member.email, person.organisation.id, person.role, person.key) == (
        EMAIL, desk.ours.org, Role.ADMIN, None,
    )  # fmt: skip
    machine = Caller(org=desk.ours.org, id="key_a", member=desk.ours.member, role=Role.VIEWER)
    seen = selves_of(desk).get(machine)
    assert (seen.member.email, seen.role, seen.key) == (EMAIL, Role.VIEWER, "key_a")
    with pytest.raises(NotFound):
        selves_of(desk).get(desk.viewer)


def test_names_and_preferences_are_kept(desk: Desk) -> None:
    selves = selves_of(desk)
    assert selves.update(desk.ours, SelfUpdate(preferences={"theme": "dark", "columns": 4})).member.name == "Ana"
    changed = selves.update(desk.ours, SelfUpdate(name="Ana B", preferences={"theme": "light"})).member
    assert (changed.name, changed.preferences) == ("Ana B", {"theme": "light"})
    revision = changed.revision
    assert selves.update(desk.ours, SelfUpdate(preferences={"theme": "light"})).member.revision == revision


def test_a_password_is_changed_and_ends_all_other_sign_ins(desk: Desk) -> None:
    before = desk.sign_ins.login(EMAIL, PASSWORD).token
    desk.sign_ins.authenticate_token(before)
    desk.clock.advance(10)
    after = selves_of(desk).change_password(desk.ours, current=PASSWORD, password=NEW).token
    desk.clock.advance(REMEMBERED_SECONDS)
    assert desk.sign_ins.authenticate_token(after).member == desk.ours.member
    with pytest.raises(Unauthenticated, match="Sign in again"):
        desk.sign_ins.authenticate_token(before)
    with pytest.raises(Unauthenticated):
        desk.sign_ins.login(EMAIL, PASSWORD)


def test_a_password_is_changed_by_who_knows_it(desk: Desk) -> None:
    with pytest.raises(Invalid) as raised:
        selves_of(desk).change_password(desk.ours, current="wrong", password=NEW)
    assert raised.value.errors[0].pointer == "/current"
    desk.sign_ins.login(EMAIL, PASSWORD)


def test_who_changes_a_password_is_signed_in_again_however_often_others_tried_the_old_one(desk: Desk) -> None:
    for _ in range(ATTEMPTS_A_MINUTE - 1):
        with pytest.raises(Unauthenticated):
            desk.sign_ins.login(EMAIL, "guessed")
    assert selves_of(desk).change_password(desk.ours, current=PASSWORD, password=NEW).member.id == desk.ours.member
    with pytest.raises(RateLimited):
        desk.sign_ins.login(EMAIL, NEW)


def test_a_password_of_who_is_removed_at_that_moment_is_not_changed(desk: Desk) -> None:
    login = paths.login(email_hash(EMAIL))
    store = Overtaken(desk.store, lambda: desk.store.commit([Delete(login)]))
    with pytest.raises(Unauthenticated, match="not exist"):
        selves_of(desk, cast("DocumentStore", store)).change_password(desk.ours, current=PASSWORD, password=NEW)


def test_everyone_sees_the_organisation_and_admins_change_it(desk: Desk) -> None:
    settings = settings_of(desk)
    seen = settings.get(desk.viewer)
    assert (seen.organisation.name, seen.organisation.time_zone) == ("Acme", "UTC")
    with pytest.raises(Forbidden):
        settings.update(desk.editor, OrganisationUpdate(name="Other"))
    assert settings.update(desk.ours, OrganisationUpdate(name="Acme Care")).organisation.name == "Acme Care"
    assert settings.get(desk.theirs).organisation.name == "Acme"
    (entry,) = desk.audited()
    assert (entry["action"], entry["details"]) == ("organisation.changed", {"name": "Acme Care"})
    settings.update(desk.ours, OrganisationUpdate(name="Acme Care"))
    assert len(desk.audited()) == 1


def test_a_time_zone_counts_at_once_and_what_was_set_aside_is_measured_anew(desk: Desk) -> None:
    desk.batch()
    before = BudgetRepository(desk.store).one(desk.ours.org)
    assert before is not None
    now = settings_of(desk).update(desk.ours, OrganisationUpdate(time_zone="America/New_York"))
    assert now.day == date(2026, 3, 1)
    assert now.day_starts_at <= desk.clock.now() < now.day_ends_at
    assert now.day_starts_at.astimezone(UTC) == datetime(2026, 3, 1, 5, tzinfo=UTC)
    after = BudgetRepository(desk.store).one(desk.ours.org)
    assert after is not None
    assert after.value.epoch == before.value.epoch + 1


@pytest.mark.parametrize("name", ["Europe/Atlantis", "../../etc/passwd", "localtime", "europe/berlin"])
def test_only_time_zones_of_the_database_are_taken(name: str) -> None:
    with pytest.raises(ValidationError, match="no such time zone"):
        OrganisationUpdate(time_zone=name)
