"""A key is shown once, opens the door until it is revoked, and tells when it was last used."""

from datetime import UTC, datetime, timedelta

from tocsin.auth.keys import identify, issue
from tocsin.domain.people.user import User
from tocsin.store.database import Database
from tocsin.store.people import api_keys
from tocsin.store.people.api_keys import API_KEYS
from tocsin.store.people.users import USERS

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALICE = User(id="PALICE", name="Alice", email="alice@example.com", created_at=NOON)


async def test_a_key_of_the_account_has_no_user(database: Database) -> None:
    async with database.begin() as tx:
        key, secret = await issue(tx, description="Terraform", now=NOON)
        principal = await identify(tx, f"Token token={secret}", NOON)

    assert principal is not None
    assert (principal.key_id, principal.user, principal.power) == (key.id, None, "administer")


async def test_a_users_key_has_their_power(database: Database) -> None:
    async with database.begin() as tx:
        await USERS.insert(tx, ALICE)
        _, secret = await issue(tx, description="Script", now=NOON, user_id=ALICE.id)
        principal = await identify(tx, f"Token token={secret}", NOON)

    assert principal is not None
    assert (principal.user, principal.power) == (ALICE, "manage")


async def test_a_secret_is_twenty_letters_that_the_database_does_not_hold(
    database: Database,
) -> None:
    async with database.begin() as tx:
        key, secret = await issue(tx, description="Terraform", now=NOON)

    assert len(secret) == 20
    assert secret.encode() not in key.key_hash


async def test_a_given_secret_is_taken(database: Database) -> None:
    async with database.begin() as tx:
        await issue(tx, description="First", now=NOON, secret="y_NbAkKc66ryYTWUXYEu")

        assert await identify(tx, "Bearer y_NbAkKc66ryYTWUXYEu", NOON)


async def test_a_revoked_key_opens_nothing(database: Database) -> None:
    async with database.begin() as tx:
        key, secret = await issue(tx, description="Terraform", now=NOON)

        assert await api_keys.revoke(tx, key.id, NOON)
        assert not await api_keys.revoke(tx, key.id, NOON)
        assert await identify(tx, f"Token token={secret}", NOON) is None


async def test_the_last_use_is_kept_to_the_minute(database: Database) -> None:
    async with database.begin() as tx:
        key, secret = await issue(tx, description="Terraform", now=NOON)
        seen = []
        for seconds in (0, 59, 60):
            await identify(tx, f"Token token={secret}", NOON + timedelta(seconds=seconds))
            stored = await API_KEYS.get(tx, key.id)
            seen.append(stored and stored.last_used_at)

    assert seen == [NOON, NOON, NOON + timedelta(minutes=1)]


async def test_keys_are_listed_by_whose_they_are(database: Database) -> None:
    async with database.begin() as tx:
        await USERS.insert(tx, ALICE)
        old, _ = await issue(tx, description="Old", now=NOON)
        new, _ = await issue(tx, description="New", now=NOON)
        hers, _ = await issue(tx, description="Hers", now=NOON, user_id=ALICE.id)

        assert await api_keys.find_all(tx) == [new, old]
        assert await api_keys.find_all(tx, ALICE.id) == [hers]


async def test_the_key_of_a_deleted_user_opens_nothing(database: Database) -> None:
    async with database.begin() as tx:
        await USERS.insert(tx, ALICE)
        _, secret = await issue(tx, description="Script", now=NOON, user_id=ALICE.id)
        await USERS.delete(tx, ALICE.id)

        assert await identify(tx, f"Token token={secret}", NOON) is None
