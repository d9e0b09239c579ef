"""What the accounts of Firebase follow: they come, change and go with their members, whoever acts at the same moment."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any, cast

import pytest

from shared.domain.callers import Caller
from shared.domain.errors import Invalid, Unauthenticated
from shared.domain.members import MemberUpdate, SelfUpdate
from shared.domain.modes import Role
from shared.ports.identity import Accounts
from shared.services.member_accounts import person_of
from shared.services.selves import SelfService
from shared.services.sign_ins import SignInService
from tests.accounts import MovedClock, firebase
from tests.unit.services.desks import Desk
from tests.unit.services.test_members import NEW, Staff


@pytest.fixture
def abroad(desk: Desk) -> Iterator[Staff]:
    clock = MovedClock()
    with closing(firebase(clock)) as accounts:
        staff = Staff(desk, accounts)
        staff.sign_ins = SignInService(desk.store, accounts=accounts, clock=clock)
        desk.clock.advance((clock.now() - desk.clock.now()).total_seconds())
        yield staff


def test_firebase_accounts_come_change_and_go_with_their_members(abroad: Staff) -> None:
    ours, email = abroad.desk.ours, f"{abroad.desk.ids.new('who')}@example.org"
    member, invitation = abroad.invite(email)
    abroad.members.update(ours, member.id, MemberUpdate(role=Role.VIEWER))
    abroad.invitations.accept(invitation.token, NEW)
    signed_in = abroad.sign_ins.login(email, NEW)
    assert signed_in.member.role is Role.VIEWER
    abroad.members.update(ours, member.id, MemberUpdate(disabled=True))
    with pytest.raises(Unauthenticated):
        abroad.sign_ins.login(email, NEW)
    abroad.members.update(ours, member.id, MemberUpdate(disabled=False))
    abroad.sign_ins.login(email, NEW)
    abroad.members.remove(ours, member.id)
    with pytest.raises(Unauthenticated):
        abroad.sign_ins.login(email, NEW)
    abroad.members.remove(ours, member.id)


class Crossed:
    """Accounts beside which somebody else acts first, once, when one is to follow."""

    def __init__(self, accounts: Accounts, first: Callable[[], object]) -> None:
        self._accounts, self._first = accounts, [first]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._accounts, name)

    def follow(self, *said: Any, **more: Any) -> None:
        while self._first:
            self._first.pop()()
        self._accounts.follow(*said, **more)


def _rename(staff: Staff, caller: Caller, _token: str) -> None:
    selves_of(staff).update(caller, SelfUpdate(name="Eve B"))


def _change_password(staff: Staff, caller: Caller, _token: str) -> None:
    selves_of(staff).change_password(caller, current=NEW, password="yet another one")


def _accept(staff: Staff, _caller: Caller, token: str) -> None:
    staff.invitations.accept(token, NEW)


def _promote(staff: Staff, caller: Caller, _token: str) -> None:
    staff.members.update(staff.desk.ours, caller.member, MemberUpdate(role=Role.ADMIN))


def selves_of(staff: Staff) -> SelfService:
    desk = staff.desk
    return SelfService(desk.store, accounts=staff.accounts, sign_ins=staff.sign_ins, clock=desk.clock, ids=desk.ids)


@pytest.mark.parametrize("is_removed", [False, True])
@pytest.mark.parametrize("act", [_rename, _change_password, _accept, _promote])
def test_no_account_is_left_open_by_an_act_beside_which_its_owner_is_shut_out(
    abroad: Staff, act: Callable[[Staff, Caller, str], None], is_removed: bool
) -> None:
    email = f"{abroad.desk.ids.new('who')}@example.org"
    caller, ours = abroad.join(email), abroad.desk.ours
    token = abroad.members.reinvite(ours, caller.member).token

    def shut_out() -> None:
        if is_removed:
            abroad.members.remove(ours, caller.member)
        else:
            abroad.members.update(ours, caller.member, MemberUpdate(disabled=True))

    crossed = Staff(abroad.desk, cast("Accounts", Crossed(abroad.accounts, shut_out)))
    crossed.sign_ins = SignInService(abroad.desk.store, accounts=abroad.accounts, clock=abroad.desk.clock)
    with suppress(Unauthenticated):
        act(crossed, caller, token)
    assert abroad.accounts.sign_in(email, NEW) is None
    with pytest.raises(Unauthenticated, match="disabled"):
        _rename(abroad, caller, "")
    assert abroad.accounts.sign_in(email, NEW) is None


def test_an_account_that_an_interrupted_acceptance_made_is_shut_with_its_member(abroad: Staff) -> None:
    email = f"{abroad.desk.ids.new('who')}@example.org"
    member, _ = abroad.invite(email)
    abroad.accounts.follow(person_of(abroad.desk.ours.org, member), password=NEW)
    assert abroad.accounts.sign_in(email, NEW) is not None
    abroad.members.update(abroad.desk.ours, member.id, MemberUpdate(disabled=True))
    assert abroad.accounts.sign_in(email, NEW) is None


def test_an_address_that_firebase_would_refuse_is_refused_before_anybody_is_invited(abroad: Staff) -> None:
    with pytest.raises(Invalid, match="/email"):
        abroad.invite("eve@example")
    assert abroad.desk.audited() == []
