"""Members: invited, changed, disabled, removed; who may come in, and who stays."""

from typing import Any, cast

import pytest

from shared.domain.callers import Caller
from shared.domain.errors import Conflict, Forbidden, Invalid, Malformed, NotFound, Unauthenticated
from shared.domain.keys import KeyCreate
from shared.domain.members import MemberInvite, MemberUpdate
from shared.domain.modes import Role
from shared.domain.people import Member, MemberStatus
from shared.ports.documents import DocumentStore, Query
from shared.ports.identity import Accounts
from shared.repositories import paths
from shared.services.invitations import KEPT, InvitationService
from shared.services.members import MemberService
from shared.services.sign_ins import REMEMBERED_SECONDS, SignInService
from tests.unit.services.desks import Desk, Overtaken

EMAIL, NEW = "eve@example.org", "a new password"


class Staff:
    """The services about people, over one desk's store and these accounts."""

    def __init__(self, desk: Desk, accounts: Accounts | None = None, store: DocumentStore | None = None) -> None:
        self.desk = desk
        accounts, store = accounts or desk.accounts, store or desk.store
        self.accounts = accounts
        self.invitations = InvitationService(store, accounts=accounts, clock=desk.clock, ids=desk.ids)
        self.members = MemberService(
            store,
            accounts=accounts,
            invitations=self.invitations,
            pages=desk.pages,
            audit=desk.audit,
            clock=desk.clock,
            ids=desk.ids,
        )
        self.sign_ins = SignInService(store, accounts=accounts, clock=desk.clock)

    def invite(self, email: str = EMAIL, role: Role = Role.EDITOR, **more: Any) -> tuple[Member, Any]:
        create = MemberInvite(email=email, name="Eve", role=role)
        return self.members.invite(self.desk.ours, create, **({"idempotency_key": None, "fingerprint": "f"} | more))

    def join(self, email: str = EMAIL, role: Role = Role.EDITOR) -> Caller:
        """Somebody who was invited and came."""
        member, invitation = self.invite(email, role)
        self.invitations.accept(invitation.token, NEW)
        return Caller(org=self.desk.ours.org, id=member.id, member=member.id, role=role)

    def token(self, email: str = EMAIL) -> str:
        return self.sign_ins.login(email, NEW).token

    def status(self, member: str) -> MemberStatus:
        return self.members.get(self.desk.ours, member).status

    def names(self, **filters: Any) -> list[str]:
        page = self.members.list(self.desk.ours, page_size=None, page_token="", **filters)
        return [member.email for member in page.values]


@pytest.fixture
def staff(desk: Desk) -> Staff:
    return Staff(desk)


def test_an_invited_person_sets_a_password_once_and_is_in(staff: Staff) -> None:
    member, invitation = staff.invite()
    assert (member.status, member.role) == (MemberStatus.INVITED, Role.EDITOR)
    with pytest.raises(Unauthenticated):
        staff.sign_ins.login(EMAIL, "")
    staff.invitations.accept(invitation.token, NEW)
    assert staff.status(member.id) is MemberStatus.ACTIVE
    caller = staff.sign_ins.authenticate_token(staff.token())
    assert (caller.member, caller.role) == (member.id, Role.EDITOR)
    with pytest.raises(Unauthenticated, match="not valid"):
        staff.invitations.accept(invitation.token, "another password")
    assert [entry["action"] for entry in staff.desk.audited()] == ["member.invited"]


def test_nothing_that_is_stored_lets_anybody_in(staff: Staff) -> None:
    _, invitation = staff.invite()
    stored = repr(
        [staff.desk.store.query(Query(name)) for name in ("system/logins/by_email", paths.audit(staff.desk.ours.org))]
    )
    assert invitation.token not in stored
    assert invitation.token.partition(".")[2] not in stored
    assert invitation.token not in repr(invitation)


def test_a_token_tells_whom_it_lets_in_and_where(staff: Staff) -> None:
    member, invitation = staff.invite()
    told = staff.invitations.whose(invitation.token)
    assert (told.email, told.name, told.organisation, told.is_new) == (EMAIL, "Eve", "Acme", True)
    staff.invitations.accept(invitation.token, NEW)
    again = staff.members.reinvite(staff.desk.ours, member.id)
    assert not staff.invitations.whose(again.token).is_new
    staff.members.update(staff.desk.ours, member.id, MemberUpdate(disabled=True))
    for token in (invitation.token, again.token):
        with pytest.raises(Unauthenticated):
            staff.invitations.whose(token)


def test_an_invitation_ends_after_a_week_and_with_the_next_one(staff: Staff) -> None:
    member, first = staff.invite()
    second = staff.members.reinvite(staff.desk.ours, member.id)
    with pytest.raises(Unauthenticated):
        staff.invitations.accept(first.token, NEW)
    staff.desk.clock.advance(KEPT.total_seconds())
    with pytest.raises(Unauthenticated):
        staff.invitations.accept(second.token, NEW)
    staff.invitations.accept(staff.members.reinvite(staff.desk.ours, member.id).token, NEW)
    assert staff.status(member.id) is MemberStatus.ACTIVE


@pytest.mark.parametrize("token", ["", "inv_", "inv_" + "a" * 64, "inv_" + "a" * 64 + ".b", "../x", "inv_ä.b"])
def test_made_up_tokens_lead_nowhere(staff: Staff, token: str) -> None:
    staff.invite()
    with pytest.raises(Unauthenticated):
        staff.invitations.accept(token, NEW)


def test_who_lost_a_password_is_invited_again_and_sign_ins_of_before_end(staff: Staff) -> None:
    caller = staff.join()
    token = staff.token()
    staff.desk.clock.advance(10)
    invitation = staff.members.reinvite(staff.desk.ours, caller.member)
    staff.sign_ins.authenticate_token(token)
    staff.desk.clock.advance(10)
    staff.invitations.accept(invitation.token, "another password")
    staff.desk.clock.advance(REMEMBERED_SECONDS)
    with pytest.raises(Unauthenticated, match="Sign in again"):
        staff.sign_ins.authenticate_token(token)
    staff.sign_ins.authenticate_token(staff.sign_ins.login(EMAIL, "another password").token)


def test_a_repeated_invitation_makes_one_member_and_shows_the_token_once(staff: Staff) -> None:
    member, invitation = staff.invite(idempotency_key="k")
    again, nothing = staff.invite(idempotency_key="k")
    assert invitation is not None
    assert (again.id, nothing) == (member.id, None)
    with pytest.raises(Invalid, match="another request"):
        staff.invite("other@example.org", idempotency_key="k", fingerprint="g")


def test_an_address_belongs_to_one_person_everywhere(staff: Staff) -> None:
    staff.invite()
    for taken in (" EVE@example.org", "bo@example.org"):
        with pytest.raises(Conflict) as raised:
            staff.invite(taken)
        assert raised.value.code == "email-taken"
    store = Overtaken(staff.desk.store, lambda: staff.invite("ida@example.org"))
    with pytest.raises(Conflict):
        Staff(staff.desk, store=cast("DocumentStore", store)).invite("ida@example.org")


def test_only_admins_know_of_members(staff: Staff) -> None:
    editor = staff.join()
    for act in (
        lambda: staff.members.list(editor, page_size=None, page_token=""),
        lambda: staff.members.get(editor, editor.member),
        lambda: staff.members.update(editor, editor.member, MemberUpdate(role=Role.ADMIN)),
        lambda: staff.members.remove(editor, editor.member),
        lambda: staff.members.reinvite(editor, editor.member),
    ):
        with pytest.raises(Forbidden):
            act()
    for act in (
        lambda: staff.members.get(staff.desk.theirs, editor.member),
        lambda: staff.members.update(staff.desk.theirs, editor.member, MemberUpdate(disabled=True)),
        lambda: staff.members.remove(staff.desk.theirs, editor.member),
        lambda: staff.members.reinvite(staff.desk.theirs, editor.member),
    ):
        with pytest.raises(NotFound):
            act()


def test_members_come_in_pages_by_when_they_came(staff: Staff) -> None:
    for number in range(5):
        staff.desk.clock.advance(1)
        staff.invite(f"p{number}@example.org")
    assert staff.names() == ["ana@example.org", *(f"p{number}@example.org" for number in range(5))]
    page = staff.members.list(staff.desk.ours, page_size=4, page_token="")
    rest = staff.members.list(staff.desk.ours, page_size=4, page_token=page.next_page_token)
    assert (len(page.values), len(rest.values), rest.next_page_token) == (4, 2, "")
    with pytest.raises(Malformed):
        staff.members.list(staff.desk.ours, removed=True, page_size=4, page_token=page.next_page_token)


def test_a_role_holds_within_three_seconds(staff: Staff) -> None:
    editor = staff.join()
    token = staff.token()
    assert staff.sign_ins.authenticate_token(token).role is Role.EDITOR
    staff.members.update(staff.desk.ours, editor.member, MemberUpdate(role=Role.VIEWER, name="Eve V"))
    staff.desk.clock.advance(REMEMBERED_SECONDS)
    assert staff.sign_ins.authenticate_token(token).role is Role.VIEWER
    (entry,) = [entry for entry in staff.desk.audited() if entry["action"] == "member.changed"]
    assert (entry["subject"], entry["details"]) == (editor.member, {"role": "viewer"})
    staff.members.update(staff.desk.ours, editor.member, MemberUpdate(role=Role.VIEWER))
    assert len([entry for entry in staff.desk.audited() if entry["action"] == "member.changed"]) == 1


def test_a_disabled_member_is_out_with_their_keys_and_comes_back(staff: Staff) -> None:
    admin = staff.join(role=Role.ADMIN)
    token = staff.token()
    _, secret = staff.desk.keys.create(admin, KeyCreate(name="Sheets"), idempotency_key=None, fingerprint="f")
    assert secret is not None
    assert staff.sign_ins.authenticate_key(secret).role is Role.EDITOR
    staff.desk.clock.advance(1)
    staff.members.update(staff.desk.ours, admin.member, MemberUpdate(disabled=True))
    staff.desk.clock.advance(REMEMBERED_SECONDS)
    for act in (
        lambda: staff.sign_ins.authenticate_token(token),
        lambda: staff.sign_ins.authenticate_key(secret),
        staff.token,
    ):
        with pytest.raises(Unauthenticated):
            act()
    with pytest.raises(Conflict) as raised:
        staff.members.reinvite(staff.desk.ours, admin.member)
    assert raised.value.code == "member-disabled"
    staff.members.update(staff.desk.ours, admin.member, MemberUpdate(disabled=False))
    assert staff.sign_ins.authenticate_key(secret).member == admin.member
    with pytest.raises(Unauthenticated, match="Sign in again"):
        staff.sign_ins.authenticate_token(token)
    staff.sign_ins.authenticate_token(staff.token())


def test_an_invitation_of_a_member_who_was_disabled_meanwhile_is_void(staff: Staff) -> None:
    member, invitation = staff.invite()
    staff.members.update(staff.desk.ours, member.id, MemberUpdate(disabled=True))
    with pytest.raises(Unauthenticated):
        staff.invitations.accept(invitation.token, NEW)


def test_a_key_may_no_more_than_the_member_who_made_it(staff: Staff) -> None:
    admin = staff.join(role=Role.ADMIN)
    create = KeyCreate(name="Sheets", role=Role.ADMIN)
    _, secret = staff.desk.keys.create(admin, create, idempotency_key=None, fingerprint="f")
    assert secret is not None
    assert staff.sign_ins.authenticate_key(secret).role is Role.ADMIN
    staff.members.update(staff.desk.ours, admin.member, MemberUpdate(role=Role.EVALUATOR))
    staff.desk.clock.advance(REMEMBERED_SECONDS)
    assert staff.sign_ins.authenticate_key(secret).role is Role.EVALUATOR


def test_a_removed_member_is_gone_but_for_the_name(staff: Staff) -> None:
    admin = staff.join(role=Role.ADMIN)
    token = staff.token()
    key, secret = staff.desk.keys.create(admin, KeyCreate(name="Sheets"), idempotency_key=None, fingerprint="f")
    assert secret is not None
    for _ in range(2):
        staff.members.remove(staff.desk.ours, admin.member)
    kept = staff.members.get(staff.desk.ours, admin.member)
    assert (kept.status, kept.name, kept.email) == (MemberStatus.REMOVED, "Eve", "")
    assert EMAIL not in staff.names()
    assert staff.names(removed=True) == [""]
    for act in (
        lambda: staff.sign_ins.authenticate_token(token),
        lambda: staff.sign_ins.authenticate_key(secret),
        staff.token,
    ):
        with pytest.raises(Unauthenticated):
            act()
    (revoked,) = [one for one in staff.desk.keys.list(staff.desk.ours) if one.id == key.id]
    assert revoked.revoked_at is not None
    for gone in (
        lambda: staff.members.update(staff.desk.ours, admin.member, MemberUpdate(disabled=False)),
        lambda: staff.members.reinvite(staff.desk.ours, admin.member),
    ):
        with pytest.raises(NotFound):
            gone()
    assert staff.join().member != admin.member


@pytest.mark.parametrize("update", [MemberUpdate(role=Role.VIEWER), MemberUpdate(disabled=True), None])
def test_the_last_admin_who_can_come_in_stays(staff: Staff, update: MemberUpdate | None) -> None:
    ours = staff.desk.ours

    def act(member: str = ours.member) -> None:
        if update is None:
            staff.members.remove(ours, member)
        else:
            staff.members.update(ours, member, update)

    waiting, _ = staff.invite("waiting@example.org", Role.ADMIN)
    disabled = staff.join(role=Role.ADMIN)
    staff.members.update(ours, disabled.member, MemberUpdate(disabled=True))
    with pytest.raises(Conflict, match="last admin") as raised:
        act()
    assert raised.value.code == "last-admin"
    staff.members.update(ours, disabled.member, MemberUpdate(disabled=False))
    act()
    assert staff.status(waiting.id) is MemberStatus.INVITED
    with pytest.raises(Conflict):
        act(disabled.member)


def test_of_two_admins_who_remove_each_other_at_once_one_stays(staff: Staff) -> None:
    other = staff.join(role=Role.ADMIN)
    first = staff.desk.ours
    store = Overtaken(staff.desk.store, lambda: staff.members.remove(other, first.member))
    slow = Staff(staff.desk, store=cast("DocumentStore", store))
    with pytest.raises(Conflict) as raised:
        slow.members.remove(first, other.member)
    assert raised.value.code == "last-admin"
    assert staff.members.get(other, other.member).leads


def test_everyone_sees_what_members_of_their_own_organisation_are_called(staff: Staff) -> None:
    eve, ours = staff.join(), staff.desk.ours
    staff.members.remove(ours, eve.member)
    wanted = [ours.member, eve.member, staff.desk.theirs.member, "mem_" + "a" * 20, "../x"]
    assert staff.members.names(staff.desk.viewer, wanted) == {ours.member: "Ana", eve.member: "Eve"}
