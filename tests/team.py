"""A small team for tests: Ann, then Ben, on a policy of two levels, for one service with a key."""

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy, Rule, Strategy, Target
from tocsin.domain.intake.service import Integration, Service
from tocsin.domain.people.user import ContactMethod, NotificationRule, User
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.intake.integrations import INTEGRATIONS
from tocsin.store.intake.services import SERVICES
from tocsin.store.people.users import USERS
from tocsin.store.rows import Rows

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
METHODS = Rows(tables.contact_methods, ContactMethod)
RULES = Rows(tables.notification_rules, NotificationRule)


class Team(msgspec.Struct, kw_only=True):
    """Who and what there is."""

    ann: User
    ben: User
    policy: EscalationPolicy
    service: Service
    integration: Integration
    key: str


async def make_team(database: Database, *, strategy: Strategy = "assign_to_everyone") -> Team:
    """Make the team, in one transaction."""
    async with database.begin() as tx:
        ann, ben = await person(tx, "Ann", role="owner"), await person(tx, "Ben")
        levels = ((ann, ben),) if strategy == "round_robin" else ((ann,), (ben,))
        policy = EscalationPolicy(
            id=new_id(),
            name="Web",
            rules=tuple(
                Rule(
                    id=new_id(),
                    delay_minutes=5,
                    targets=tuple(Target("user", user.id) for user in level),
                    strategy=strategy,
                )
                for level in levels
            ),
        )
        await POLICIES.insert(tx, policy)
        service = Service(
            id=new_id(), name="Checkout", escalation_policy_id=policy.id, created_at=NOON
        )
        await SERVICES.insert(tx, service)
        key, integration = await integrate(tx, service)
    return Team(ann=ann, ben=ben, policy=policy, service=service, integration=integration, key=key)


async def person(tx: AsyncConnection, name: str, **given: str) -> User:
    """Add somebody with an e-mail address that is used at once."""
    email = f"{name.lower()}@example.com"
    user = msgspec.convert(
        {"id": new_id(), "name": name, "email": email, "created_at": NOON} | given, User
    )
    await USERS.insert(tx, user)
    method = ContactMethod(
        id=new_id(), user_id=user.id, kind="email", label="Default", address=email, created_at=NOON
    )
    await METHODS.insert(tx, method)
    for urgency in ("high", "low"):
        rule = {
            "id": new_id(),
            "user_id": user.id,
            "contact_method_id": method.id,
            "urgency": urgency,
            "created_at": NOON,
        }
        await RULES.insert(tx, msgspec.convert(rule, NotificationRule))
    return user


async def integrate(tx: AsyncConnection, service: Service) -> tuple[str, Integration]:
    """Give a service one more integration, and return its key."""
    id_ = new_id()
    key = id_.lower().ljust(32, "0")
    integration = Integration(
        id=id_,
        service_id=service.id,
        name="Prometheus",
        kind="events_api_v2_inbound_integration",
        key_hash=digest(key),
        key_encrypted=b"sealed",
        created_at=NOON,
    )
    return key, await INTEGRATIONS.insert(tx, integration)
