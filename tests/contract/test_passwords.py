"""What every password hasher promises."""

import pytest

from shared.adapters.embedded.accounts import PasswordHasher
from shared.adapters.embedded.passwords import Argon2PasswordHasher
from shared.domain.errors import Invalid


@pytest.fixture(scope="module", params=[Argon2PasswordHasher])
def hasher(request: pytest.FixtureRequest) -> PasswordHasher:
    made: PasswordHasher = request.param()
    return made


def test_the_password_that_was_hashed_matches_and_no_other(hasher: PasswordHasher) -> None:
    hashed = hasher.hash("correct horse")
    assert "correct horse" not in hashed
    assert hasher.matches("correct horse", hashed)
    assert not hasher.matches("correct horsf", hashed)
    assert not hasher.matches("", hashed)


def test_the_same_password_has_another_hash_each_time(hasher: PasswordHasher) -> None:
    assert hasher.hash("twice") != hasher.hash("twice")


def test_nothing_matches_an_account_that_does_not_exist(hasher: PasswordHasher) -> None:
    assert not hasher.matches("nobody's password", "")
    assert not hasher.matches("", "")
    assert not hasher.matches("anything", "not a hash")


def test_an_accent_may_be_typed_either_way(hasher: PasswordHasher) -> None:
    assert hasher.matches("caf\u0065\u0301", hasher.hash("caf\u00e9"))


@pytest.mark.parametrize("password", ["", "x" * 1_025])
def test_a_password_has_one_to_1024_bytes(hasher: PasswordHasher, password: str) -> None:
    with pytest.raises(Invalid, match="/password"):
        hasher.hash(password)
    assert not hasher.matches(password, hasher.hash(password[:1_024] or "x"))
