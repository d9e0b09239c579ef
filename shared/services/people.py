"""The services about people, wired: who belongs to an organisation, and what they change of themselves and of it."""

from typing import TYPE_CHECKING

from shared.services.made_once import made_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports.identity import Accounts
    from shared.repositories.pages import PageTokens
    from shared.services.audit import AuditService
    from shared.services.engine import Ports
    from shared.services.invitations import InvitationService
    from shared.services.limit_changes import LimitChanges
    from shared.services.members import MemberService
    from shared.services.organisation_settings import OrganisationSettingsService
    from shared.services.selves import SelfService
    from shared.services.sign_ins import SignInService


class People:
    """One of each service, made when it is first asked for."""

    def __init__(
        self,
        ports: "Ports",
        *,
        accounts: "Accounts",
        pages: "PageTokens",
        audit: "AuditService",
        sign_ins: "Callable[[], SignInService]",
        limit_changes: "Callable[[], LimitChanges]",
    ) -> None:
        self._ports = ports
        self._accounts = accounts
        self._pages = pages
        self._audit = audit
        self._sign_ins = sign_ins
        self._limit_changes = limit_changes

    @made_once
    def invitations(self) -> "InvitationService":
        """Who was asked to join."""
        from shared.services.invitations import InvitationService

        ports = self._ports
        return InvitationService(ports.documents, accounts=self._accounts, clock=ports.clock, ids=ports.ids)

    @made_once
    def members(self) -> "MemberService":
        """People of the organisation."""
        from shared.services.members import MemberService

        ports = self._ports
        return MemberService(
            ports.documents,
            accounts=self._accounts,
            invitations=self.invitations,
            pages=self._pages,
            audit=self._audit,
            clock=ports.clock,
            ids=ports.ids,
        )

    @made_once
    def selves(self) -> "SelfService":
        """What people change of themselves."""
        from shared.services.selves import SelfService

        ports = self._ports
        return SelfService(
            ports.documents, accounts=self._accounts, sign_ins=self._sign_ins(), clock=ports.clock, ids=ports.ids
        )

    @made_once
    def organisation(self) -> "OrganisationSettingsService":
        """The organisation's name and time zone."""
        from shared.services.organisation_settings import OrganisationSettingsService

        ports = self._ports
        return OrganisationSettingsService(ports.documents, changes=self._limit_changes(), clock=ports.clock)
