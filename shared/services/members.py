"""Members of an organisation: listed, invited, changed, disabled, removed. Only admins may, and the last active one stays."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from shared.domain.callers import Caller
from shared.domain.errors import Conflict, NotFound
from shared.domain.ids import is_id
from shared.domain.members import MemberInvite, MemberUpdate, whole_seconds
from shared.domain.modes import Role
from shared.domain.people import Login, Member, MemberStatus
from shared.ports.clock import Clock
from shared.ports.documents import Delete, DocumentStore, Write
from shared.ports.identity import Accounts
from shared.ports.ids import Ids
from shared.repositories import paths
from shared.repositories.collections import Position, Read, check_id, guarded
from shared.repositories.idempotency import IdempotencyRepository
from shared.repositories.keys import KeyHashRepository, KeyRepository
from shared.repositories.members import LoginRepository, MemberRepository, create_member
from shared.repositories.organisations import OrganisationRepository
from shared.repositories.pages import Listing, Page, PageTokens, checked_size, gather
from shared.services.audit import AuditService
from shared.services.invitations import Invitation, InvitationService
from shared.services.keys import MAX_LISTED
from shared.services.member_accounts import MemberAccounts
from shared.services.repeats import Repeats

ROUTE: Final = "members"

# The fields of a member that become others, and what is written beside them.
_Change = Callable[[Member], tuple[dict[str, Any], Sequence[Write]]]


class MemberService:
    """The member's document is changed first; the account follows, again with each repeat of a call that broke off."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        accounts: Accounts,
        invitations: InvitationService,
        pages: PageTokens,
        audit: AuditService,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._documents = documents
        self._organisations = OrganisationRepository(documents)
        self._members = MemberRepository(documents)
        self._logins = LoginRepository(documents)
        self._keys = KeyRepository(documents)
        self._hashes = KeyHashRepository(documents)
        self._records = IdempotencyRepository(documents)
        self._accounts = accounts
        self._followed = MemberAccounts(documents, accounts)
        self._invitations = invitations
        self._tokens = pages
        self._audit = audit
        self._repeats = Repeats(clock, ids)
        self._clock = clock
        self._ids = ids

    def list(self, caller: Caller, *, removed: bool = False, page_size: int | None, page_token: str) -> Page[Member]:
        """The members, or with `removed` those who were, the oldest first. Raises Forbidden, Invalid, Malformed."""
        caller.require(Role.ADMIN)
        listing = Listing(org=caller.org, resource="members", sort="created_at", filters={"removed": removed})

        def read(position: Position | None, limit: int) -> Sequence[Read[Member]]:
            return self._members.page(caller.org, limit=limit, start_after=position)

        found, position = gather(
            read,
            size=checked_size(page_size),
            start=self._tokens.position(listing, page_token),
            position_of=lambda read: (read.value.created_at, read.path),
            keep=lambda read: (read.value.removed_at is not None) is removed,
        )
        return Page([read.value for read in found], self._tokens.token(listing, position))

    def names(self, caller: Caller, ids: Sequence[str]) -> dict[str, str]:
        """The names of members by their ids, also of those who were removed; those that are nobody's are left out."""
        caller.require(Role.VIEWER)
        named = [paths.member(caller.org, one) for one in ids if is_id("mem", one)]
        return {read.value.id: read.value.name for read in self._members.get_many(named).values()}

    def get(self, caller: Caller, member: str) -> Member:
        """One member, also one who was removed. Raises Forbidden, NotFound."""
        caller.require(Role.ADMIN)
        return self._one(caller, member).value

    def invite(
        self, caller: Caller, invite: MemberInvite, *, idempotency_key: str | None, fingerprint: str
    ) -> tuple[Member, Invitation | None]:
        """A new member and, this once, their invitation; None instead of it when the request is a repeat.

        Raises Forbidden, Invalid, Conflict `email-taken`.
        """
        caller.require(Role.ADMIN)
        # A password of nobody's: where others keep accounts, they say now whether they take the address.
        self._accounts.credentials(invite.email, self._ids.secret())
        return self._repeats.until_unrefused(lambda: self._invite(caller, invite, idempotency_key, fingerprint))

    def reinvite(self, caller: Caller, member: str) -> Invitation:
        """Another invitation, in place of the one before: for who lost it, or a password. Raises Forbidden, NotFound, Conflict (disabled)."""
        caller.require(Role.ADMIN)
        return self._repeats.until_unrefused(lambda: self._reinvite(caller, member))

    def update(self, caller: Caller, member: str, update: MemberUpdate) -> Member:
        """Another name or role, disabled or enabled again; whoever is disabled is out within seconds, with the keys that they made.

        Raises Forbidden, NotFound, Conflict `last-admin`.
        """
        caller.require(Role.ADMIN)

        def change(before: Member) -> tuple[dict[str, Any], Sequence[Write]]:
            if before.status is MemberStatus.REMOVED:
                raise NotFound(f"There is no member {member}.")
            fields: dict[str, Any] = {
                name: value
                for name, value in (("name", update.name), ("role", update.role))
                if value is not None and value != getattr(before, name)
            }
            if update.disabled is not None and update.disabled != (before.disabled_at is not None):
                fields |= self._disabled() if update.disabled else {"disabled_at": None}
            return fields, ()

        return self._changed(caller, member, change, "member.changed")

    def remove(self, caller: Caller, member: str) -> None:
        """Take a member out for good, and revoke the keys that they made; their work stays, under their name. Twice is harmless.

        Raises Forbidden, NotFound, Conflict `last-admin`.
        """
        caller.require(Role.ADMIN)

        def change(before: Member) -> tuple[dict[str, Any], Sequence[Write]]:
            if before.status is MemberStatus.REMOVED:
                return {}, ()
            fields = self._disabled() | {
                "removed_at": self._clock.now(),
                "email": "",
                "preferences": {},
                "invited": False,
            }
            login = self._login(caller.org, before)
            left = [Delete(login.path, login.version)] if login else []
            return fields, [*left, *self._revoked(caller.org, member)]

        self._changed(caller, member, change, "member.removed")

    def _invite(
        self, caller: Caller, invite: MemberInvite, idempotency_key: str | None, fingerprint: str
    ) -> tuple[Member, Invitation | None]:
        now, record = self._clock.now(), []
        if idempotency_key:
            known = self._records.answered(
                caller.org, caller.id, ROUTE, idempotency_key, fingerprint=fingerprint, now=now
            )
            if known is not None:
                return self._one(caller, known.resource).value, None
        if self._logins.of_email(invite.email) is not None:
            raise Conflict(
                "Somebody signs in with this e-mail address already. Choose another one.", code="email-taken"
            )
        invitation, kept = self._invitations.new(invite.email)
        member = Member(id=self._ids.new("mem"), created_at=now, invited=True, **invite.model_dump())
        if idempotency_key:
            record = [
                self._records.record(
                    caller.org, caller.id, ROUTE, idempotency_key, fingerprint=fingerprint, resource=member.id, now=now
                )
            ]
        entry = self._audit.entry(caller, "member.invited", member.id, role=member.role.value)
        self._documents.commit([*create_member(caller.org, member, "", **kept), entry, *record])
        return member, invitation

    def _reinvite(self, caller: Caller, member: str) -> Invitation:
        read = self._one(caller, member)
        login = self._login(caller.org, read.value)
        if read.value.status is MemberStatus.REMOVED or login is None:
            raise NotFound(f"There is no member {member}.")
        if read.value.disabled_at is not None:
            raise Conflict("This member is disabled: enable them before.", code="member-disabled")
        invitation, kept = self._invitations.new(read.value.email)
        self._documents.commit([guarded(login, kept), self._audit.entry(caller, "member.invited_again", member)])
        return invitation

    def _changed(self, caller: Caller, member: str, change: _Change, action: str) -> Member:
        self._repeats.until_unrefused(lambda: self._change(caller, member, change, action))
        return self._followed.follow(caller.org, member)

    def _change(self, caller: Caller, member: str, change: _Change, action: str) -> None:
        # Read before the admins are counted: whoever takes away another one meanwhile is noticed by its guard.
        organisation = self._organisations.one(caller.org)
        read = self._one(caller, member)
        fields, beside = change(read.value)
        if not fields:
            return
        writes = [guarded(read, fields), *beside]
        if read.value.leads and not read.value.model_copy(update=fields).leads:
            if not any(one.value.leads and one.value.id != member for one in self._members.admins(caller.org)):
                raise Conflict("This is the last admin: make somebody else one before.", code="last-admin")
            writes.append(guarded(organisation, {"admins_changed_at": self._clock.now()}))
        told = {name: str(fields[name]) for name in ("role",) if name in fields}
        if "disabled_at" in fields and action == "member.changed":
            told["disabled"] = str(fields["disabled_at"] is not None).lower()
        self._documents.commit([*writes, self._audit.entry(caller, action, member, **told)])

    def _disabled(self) -> dict[str, Any]:
        now = self._clock.now()
        return {"disabled_at": now, "tokens_valid_after": whole_seconds(now)}

    def _revoked(self, org: str, member: str) -> Sequence[Write]:
        """The writes that end all keys that a member made."""
        fields = {"revoked_at": self._clock.now()}
        writes: Sequence[Write] = ()
        for read in self._keys.all(org, limit=MAX_LISTED):
            if read.value.created_by == member and read.value.revoked_at is None:
                hashes = self._hashes.of_key(org, read.value.id)
                writes = (*writes, guarded(read, fields), *(guarded(found, fields) for found in hashes))
        return writes

    def _login(self, org: str, member: Member) -> Read[Login] | None:
        found = self._logins.of_email(member.email)
        return found if found and (found.value.org, found.value.member) == (org, member.id) else None

    def _one(self, caller: Caller, member: str) -> Read[Member]:
        check_id("mem", member, "member")
        found = self._members.one(caller.org, member)
        if found is None:
            raise NotFound(f"There is no member {member}.")
        return found
