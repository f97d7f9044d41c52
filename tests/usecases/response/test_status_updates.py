"""Status updates: told once to each subscriber, by the ways that they chose."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.team import person
from tests.telephone import Telephone
from tocsin.domain.people.team import Member, Team
from tocsin.domain.people.user import User
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.status_update import StatusUpdate, Subscriber
from tocsin.engine.engine import Engine
from tocsin.kit.ids import new_id
from tocsin.store.database import Database
from tocsin.store.people.teams import TEAMS, put_member
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.reaching.telling_rules import STATUS_UPDATES
from tocsin.usecases.reaching.telling_rules import Wish as RuleWish
from tocsin.usecases.response import status_updates
from tocsin.usecases.response.incidents import by_hand
from tocsin.usecases.response.status_updates import Removal, Wish


class Town:
    """Ann publishes updates on an incident; Carl and Dora are no responders."""

    def __init__(self, night: Night, incident: Incident, carl: User, dora: User) -> None:
        self.night = night
        self.incident = incident
        self.carl = carl
        self.dora = dora

    async def subscribe(self, *subscribers: Subscriber) -> list[str]:
        """Let somebody subscribe, and return what came of it."""
        return list(
            (
                await status_updates.subscribe(self.night.house, self.incident.id, subscribers)
            ).values()
        )

    async def publish(self, message: str = "It is back", **wished: str) -> StatusUpdate:
        """Let Ann publish an update."""
        wish = Wish(message=message, **wished)
        by = by_hand(self.night.team.ann)
        now = self.night.now
        return await status_updates.publish(self.night.house, self.incident.id, wish, by, now)

    async def told(self) -> list[tuple[str, str | None]]:
        """Who is about to be told by which lane."""
        lanes = [work for lane in ("email", "sms") for work in await self.night.work(lane)]
        names = {user.id: user.name for user in (self.carl, self.dora, self.night.team.ann)}
        notices = [work for work in lanes if work.kind == "notice"]
        return sorted((names[work.user_id or ""], work.lane) for work in notices)


@pytest.fixture
async def town(database: Database) -> Town:
    night = await Night.falls(database)
    night.house = replace(night.house, channels=frozenset({"sms"}))
    [incident] = await night.trigger("Disk full")
    async with database.begin() as tx:
        carl, dora = await person(tx, "Carl", role="observer"), await person(tx, "Dora")
    return Town(night, incident, carl, dora)


async def make_team(town: Town, *members: User) -> Subscriber:
    team = Team(id=new_id(), name="Support", created_at=town.night.now)
    async with town.night.database.begin() as tx:
        await TEAMS.insert(tx, team)
        for user in members:
            await put_member(tx, Member(team_id=team.id, user_id=user.id, role="responder"))
    return Subscriber("team", team.id)


async def test_subscribers_are_told_once_but_not_whoever_wrote_it(town: Town) -> None:
    ann = town.night.team.ann
    team = await make_team(town, town.carl, town.dora, ann)
    await town.subscribe(team, Subscriber("user", town.carl.id), Subscriber("user", ann.id))

    update = await town.publish()

    assert await town.told() == [("Carl", "email"), ("Dora", "email")]
    assert (update.message, update.sender_id) == ("It is back", ann.id)


async def test_somebody_is_told_by_the_ways_that_they_chose(town: Town) -> None:
    house, now = town.night.house, town.night.now
    method = await town.night.give(town.carl, "sms", "5550100")
    await STATUS_UPDATES.create(house, town.carl.id, RuleWish(contact_method_id=method.id), now)
    await town.subscribe(Subscriber("user", town.carl.id))

    await town.publish()

    assert await town.told() == [("Carl", "sms")]
    telephone = Telephone()
    await Engine(house, [telephone], CollectorRegistry()).run_due(now)
    [(_, message)] = telephone.received
    assert (message.kind, message.deeds) == ("status_update", ())
    assert "Status update on #1 Disk full. Ann writes: It is back" in message.text


async def test_without_subscribers_nobody_is_told_and_it_is_kept(town: Town) -> None:
    update = await town.publish()

    assert await town.told() == []
    assert update.created_at == town.night.now


async def test_of_each_subscriber_it_is_said_what_came_of_it(town: Town) -> None:
    carl, nobody = Subscriber("user", town.carl.id), Subscriber("user", "PNOBODY")
    wrong = Subscriber("team", town.carl.id)

    assert await town.subscribe(carl, nobody, wrong) == ["success", "unauthorized", "unauthorized"]
    assert await town.subscribe(carl) == ["duplicate"]
    assert await town.subscribe(nobody) == ["unauthorized"]
    assert await status_updates.subscribers(town.night.house, town.incident.id) == [carl]


async def test_whoever_has_unsubscribed_is_told_no_more(town: Town) -> None:
    carl, dora = Subscriber("user", town.carl.id), Subscriber("user", town.dora.id)
    await town.subscribe(carl)

    gone = await status_updates.unsubscribe(town.night.house, town.incident.id, [carl, dora])
    await town.publish()

    assert gone == Removal(deleted=1, absent=1)
    assert await town.told() == []


@pytest.mark.parametrize(
    ("wished", "sentence"),
    [
        ({"message": " "}, "Message cannot be empty"),
        ({"message": "x" * 25_001}, "Message is too long"),
        ({"subject": "News"}, "belong together"),
        ({"html_message": "<p>News</p>"}, "belong together"),
        ({"subject": "x" * 201, "html_message": "<p>"}, "Subject is too long"),
        ({"subject": "x", "html_message": "<p>" * 20_000}, "Html message is too long"),
    ],
)
async def test_what_cannot_be_published_is_refused(
    town: Town, wished: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        await town.publish(**wished)


async def test_an_incident_that_is_not_there_has_no_subscribers(town: Town) -> None:
    town.incident = replace(town.incident, id="QNOTHING")

    with pytest.raises(NotFound):
        await town.subscribe(Subscriber("user", town.carl.id))
    with pytest.raises(NotFound):
        await town.publish()
    with pytest.raises(NotFound):
        await status_updates.subscribers(town.night.house, "QNOTHING")


async def test_an_old_update_is_no_news(town: Town) -> None:
    await town.night.give(town.carl, "sms", "5550100")
    await town.subscribe(Subscriber("user", town.carl.id))
    await town.publish()
    telephone = Telephone()
    later = town.night.passes(hours=2)
    await Engine(town.night.house, [telephone], CollectorRegistry()).run_due(later)

    assert telephone.received == []
    assert later - town.incident.created_at >= timedelta(hours=2)
