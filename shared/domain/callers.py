"""Who is asking, and what they may do."""

from dataclasses import dataclass

from shared.domain.errors import Forbidden
from shared.domain.modes import Role

_RANK = {Role.VIEWER: 0, Role.EVALUATOR: 1, Role.EDITOR: 2, Role.ADMIN: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated person or machine: `id` tells callers apart (`mem_…` or `key_…`), `member` answers for the acts."""

    org: str
    id: str
    member: str
    role: Role

    def require(self, role: Role) -> None:
        """Raise Forbidden unless the caller's role is at least this one."""
        if _RANK[self.role] < _RANK[role]:
            raise Forbidden(f"This needs the role {role.value}; yours is {self.role.value}.")


def lesser(one: Role, other: Role) -> Role:
    """The role of these two that may do less."""
    return min(one, other, key=_RANK.__getitem__)
