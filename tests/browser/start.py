"""A small beginning for stories: Ann, who owns it, Ben, and a policy that calls first her."""

from typing import NamedTuple

from tests.browser.site import Site
from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.people.user import User
from tocsin.usecases.duty import escalation_policies
from tocsin.usecases.duty.escalation_policies import RuleWish
from tocsin.usecases.intake import integrations, services

POLICY = "Web people"


class Start(NamedTuple):
    """Who there is, and how they are called."""

    ann: User
    ben: User
    policy_id: str


async def begin(site: Site) -> Start:
    """Let there be two people and a policy."""
    ann, ben = await site.person("Ann", role="owner"), await site.person("Ben")
    rules = tuple(
        RuleWish(delay_minutes=5, targets=(Target("user", user.id),)) for user in (ann, ben)
    )
    wish = escalation_policies.Wish(name=POLICY, rules=rules)
    policy = await escalation_policies.create(site.house, wish)
    return Start(ann, ben, policy.policy.id)


async def watch(site: Site, start: Start, name: str) -> str:
    """Let there be a service, and return its key."""
    wish = services.Wish(name=name, escalation_policy_id=start.policy_id)
    service = (await services.create(site.house, wish, site.now)).service
    way = integrations.Wish(name="Testomato")
    return (await integrations.create(site.house, service.id, way, site.now)).key
