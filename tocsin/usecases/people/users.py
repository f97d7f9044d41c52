"""Users: found, made, changed and taken away, with the ways to reach them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.principal import Principal
from tocsin.domain.account import LONGEST_DIGEST
from tocsin.domain.faults import (
    faults_of_choice,
    faults_of_length,
    faults_of_line,
    faults_of_number,
    faults_of_zone,
)
from tocsin.domain.people.team import Team
from tocsin.domain.people.user import (
    ContactMethod,
    NotificationRule,
    QuietHours,
    Role,
    Urgency,
    User,
)
from tocsin.domain.reaching import letter
from tocsin.domain.reaching.address import faults_of_email
from tocsin.domain.reaching.phrases import LANGUAGES
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.people import contact_methods, notification_rules, teams, tickets, users
from tocsin.store.people.contact_methods import CONTACT_METHODS
from tocsin.store.people.notification_rules import NOTIFICATION_RULES
from tocsin.store.people.users import USERS
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Forbidden, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part
from tocsin.usecases.people import ties
from tocsin.usecases.reaching import letters
from tocsin.usecases.wishes import grant, refuse

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 2000
LONGEST_SLEEP: Final = 60
COLORS: Final = ("purple", "red", "green", "blue", "teal", "orange", "brown", "turquoise", "lime")
DIGEST: Final = "Seconds between messages"
URGENCIES: Final[tuple[Urgency, ...]] = ("high", "low")
DEFAULT_LABEL: Final = "Default"

_COLOR: Final = re.compile(r"(?=.{1,30}$)[a-z]+(-[a-z]+)*")

EMAIL_TAKEN: Final = "Email has already been taken"  # clients compare it to the letter
ROLES_ARE_GIVEN: Final = "Only an administrator can change the role of a user."
OWNERS_MATTER: Final = "Only an owner can make somebody an owner, or stop being one."
OWNERS_ADDRESS: Final = "Only an owner can change the e-mail address of an owner."
OWNER_NEEDED: Final = "The account needs an owner: let somebody else be one first."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a user shall be; UNSET leaves it as it is."""

    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    time_zone: str | UnsetType | None = UNSET
    language: str | UnsetType | None = UNSET
    awake_check_minutes: int | UnsetType | None = UNSET
    quiet_hours: QuietHours | UnsetType | None = UNSET
    digest_seconds: int | UnsetType | None = UNSET
    color: str | UnsetType = UNSET
    job_title: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A user, the ways to reach them, their rules about when to use which, and their teams."""

    user: User
    methods: Sequence[ContactMethod] = ()
    rules: Sequence[NotificationRule] = ()
    teams: Sequence[Team] = ()


async def find(
    house: House, search: str | None, part: Part, *, team_ids: Sequence[str] = ()
) -> tuple[list[Known], int | None]:
    """List users by name: all, or those with a text in name or e-mail address, or on some teams."""
    where = [
        *([users.named_like(search)] if search else []),
        *([teams.users_of(team_ids)] if team_ids else []),
    ]
    async with house.database.read() as tx:
        found, total = await read_part(tx, USERS, part, *where, order_by=users.BY_NAME)
        return await know(tx, found), total


async def get_many(house: House, ids: Iterable[str]) -> dict[str, Known]:
    """Read those of these users that exist."""
    async with house.database.read() as tx:
        found = await USERS.get_many(tx, ids)
        return {known.user.id: known for known in await know(tx, list(found.values()))}


async def count_roles(house: House) -> dict[Role, int]:
    """Count how many users have each role."""
    async with house.database.read() as tx:
        return await users.count_roles(tx)


async def get(house: House, user_id: str) -> Known:
    """Read one user."""
    async with house.database.read() as tx:
        user = await USERS.get(tx, user_id)
        if user is None:
            raise NotFound("User", user_id)
        (known,) = await know(tx, [user])
    return known


async def create(house: House, wish: Wish, by: Principal, now: datetime) -> Known:
    """Make a user, who is e-mailed at once about whatever is assigned to them."""
    user = draft(wish, by, now)
    async with house.database.begin() as tx:
        return await add(tx, user)


def draft(wish: Wish, by: Principal, now: datetime) -> User:
    """Return the user that is wished for, not stored yet. Raises Invalid, Forbidden."""
    id_ = new_id()
    user = _apply(wish, User(id=id_, name="", email="", color=_color(id_), created_at=now))
    refuse(_faults(user))
    _check_right_to_owners("user", user.role, by)
    return user


async def add(tx: AsyncConnection, user: User) -> Known:
    """Store a new user, and make them reachable by e-mail. Raises Invalid."""
    try:
        await USERS.insert(tx, user)
    except Taken:
        raise Invalid(EMAIL_TAKEN) from None
    return await _make_reachable(tx, user)


async def change(house: House, user_id: str, wish: Wish, by: Principal, now: datetime) -> Known:
    """Change a user. Their contact methods stay, also when their login address changes."""
    async with house.database.begin() as tx:
        before = await hold(tx, user_id)
        user = _apply(wish, before)
        refuse(_faults(user))
        if user.role != before.role and not by.may("administer"):
            raise Forbidden(ROLES_ARE_GIVEN)
        await _check_owners(tx, before.role, user.role, by)
        _check_right_to_address(before, user.email, by)
        try:
            await USERS.update(tx, user)
        except Taken:
            raise Invalid(EMAIL_TAKEN) from None
        if before.role != "owner" == user.role:
            await tickets.forget_of(tx, user.id)  # administrators may have handed them out
        if user.email.lower() != before.email.lower():
            await _leave_address(tx, house, before, email=user.email, by=by, now=now)
        (known,) = await know(tx, [user])
    return known


async def remove(house: House, user_id: str, by: Principal, now: datetime) -> None:
    """Take away a user whom nothing needs."""
    async with house.database.begin() as tx:
        user = await hold(tx, user_id)
        await _check_owners(tx, user.role, None, by)
        refuse((await ties.find(tx, user_id, now)).sentences())
        await USERS.delete(tx, user_id)


async def hold(tx: AsyncConnection, user_id: str) -> User:
    """Lock a user who must exist. Raises NotFound."""
    user = await USERS.get(tx, user_id, hold=True)
    if user is None:
        raise NotFound("User", user_id)
    return user


async def check(tx: AsyncConnection, user_id: str) -> None:
    """See that there is such a user. Raises NotFound."""
    if await USERS.get(tx, user_id) is None:
        raise NotFound("User", user_id)


async def know(tx: AsyncConnection, found: Sequence[User]) -> list[Known]:
    """Read what belongs to users, for all of them at once."""
    ids = [user.id for user in found]
    methods = await contact_methods.of_users(tx, ids)
    rules = await notification_rules.of_users(tx, ids)
    joined = await teams.of_users(tx, ids)
    return [
        Known(
            user=user,
            methods=[method for method in methods if method.user_id == user.id],
            rules=[rule for rule in rules if rule.user_id == user.id],
            teams=joined.get(user.id, ()),
        )
        for user in found
    ]


async def _make_reachable(tx: AsyncConnection, user: User) -> Known:
    method = ContactMethod(
        id=new_id(),
        user_id=user.id,
        kind="email",
        label=DEFAULT_LABEL,
        address=user.email,
        created_at=user.created_at,
    )
    rules = [
        NotificationRule(
            id=new_id(),
            user_id=user.id,
            contact_method_id=method.id,
            urgency=urgency,
            created_at=user.created_at,
        )
        for urgency in URGENCIES
    ]
    await CONTACT_METHODS.insert(tx, method)
    for rule in rules:
        await NOTIFICATION_RULES.insert(tx, rule)
    return Known(user=user, methods=[method], rules=rules)


async def _check_owners(
    tx: AsyncConnection, before: Role, after: Role | None, by: Principal
) -> None:
    """See that owners decide about owners, and that one is left. No role after: they are gone."""
    _check_right_to_owners(before, after, by)
    if before == "owner" != after:
        await users.hold_all(tx)  # or two could make way for each other
        if await USERS.count(tx, USERS.c.role == "owner") == 1:
            raise Invalid(OWNER_NEEDED)


def _check_right_to_owners(before: Role, after: Role | None, by: Principal) -> None:
    concerned = before != after and "owner" in {before, after}
    if concerned and not by.decides_about_owners:
        raise Forbidden(OWNERS_MATTER)


def _check_right_to_address(before: User, email: str, by: Principal) -> None:
    """See that nobody sends the links for an owner's password to an address of their own."""
    is_owners = before.role == "owner" and email != before.email
    if is_owners and not by.decides_about_owners:
        raise Forbidden(OWNERS_ADDRESS)


async def _leave_address(
    tx: AsyncConnection, house: House, before: User, *, email: str, by: Principal, now: datetime
) -> None:
    """Let links that were sent to the old address lead nowhere, and tell whoever reads it."""
    await tickets.forget_of(tx, before.id)
    if letters.can_send(house):
        who = by.user.name if by.user else "An administrator"
        url = house.settings.public_url
        words = letter.address_changed(old=before.email, new=email, by=who, house=url)
        await letters.post(tx, house, before, words, now)


def _apply(wish: Wish, before: User) -> User:
    user = grant(wish, before)
    return replace(
        user,
        name=" ".join(user.name.split()),
        email=user.email.strip(),
        description=user.description and printable(user.description),
    )


def _faults(user: User) -> Iterator[str]:
    yield from faults_of_line("Name", user.name, LONGEST_NAME)
    for fault in faults_of_email(user.email):
        yield f"Email {fault}"
    if user.time_zone is not None:
        yield from faults_of_zone("Time zone", user.time_zone)
    if user.awake_check_minutes is not None and not 1 <= user.awake_check_minutes <= LONGEST_SLEEP:
        yield f"Awake check must be after 1 to {LONGEST_SLEEP} minutes."
    if user.digest_seconds is not None:
        yield from faults_of_number(DIGEST, user.digest_seconds, range(LONGEST_DIGEST + 1))
    if user.language is not None:
        yield from faults_of_choice("Language", user.language, LANGUAGES)
    if user.job_title:
        yield from faults_of_line("Job title", user.job_title, LONGEST_NAME)
    yield from faults_of_length("Description", user.description, LONGEST_DESCRIPTION)
    if not _COLOR.fullmatch(user.color):
        yield "Color must be the name of a colour, such as dark-slate-grey."


def _color(user_id: str) -> str:
    """Choose a colour, so that people of one schedule are told apart."""
    return COLORS[sum(user_id.encode()) % len(COLORS)]
