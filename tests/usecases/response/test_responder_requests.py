"""Responder requests: whoever is asked is paged until they answer, by whatever asked them."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.team import NOON, person
from tests.telephone import Telephone
from tocsin.domain.people.user import User
from tocsin.domain.reaching.answer import Answer, Deed, Upshot
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.response.command import Refused
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.response.responder_request import ResponderRequest
from tocsin.engine.engine import Engine
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.response import log_entries
from tocsin.store.response import responder_requests as store
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.reaching import answer_pages, answers
from tocsin.usecases.response import responder_requests
from tocsin.usecases.response.incidents import by_hand
from tocsin.usecases.response.responder_requests import Call, Whom

NUMBER = "5550100"
SMS = Provider(id="PSMS", type="fake", kind="sms", name="Fake", created_at=NOON, updated_at=NOON)


class Town:
    """Ann has an incident. Carl, who is on no policy, is reached by SMS: now, and after ten."""

    def __init__(self, night: Night, incident: Incident, carl: User) -> None:
        self.night = night
        self.incident = incident
        self.carl = carl
        self.telephone = Telephone()
        self.engine = Engine(night.house, [self.telephone], CollectorRegistry())

    async def asks(self, *whom: Whom, message: str = "") -> ResponderRequest:
        """Let Ann ask for help, by default Carl."""
        call = Call(whom=whom or (Whom("user", self.carl.id),), message=message)
        by = by_hand(self.night.team.ann)
        request, _ = await responder_requests.ask(
            self.night.house, self.incident.id, call, by, self.night.now
        )
        return request

    async def hears(self, **time: float) -> list[Message]:
        """Let time pass, and return all that came to Carl's number."""
        self.night.passes(**time)
        await self.engine.run_due(self.night.now)
        return [message for _, message in self.telephone.received]

    async def replies(self, deed: Deed, message: Message) -> Upshot:
        """Let a message be answered."""
        heard = Heard(answers=(Answer(deed=deed, token=message.token),))
        [upshot], _ = await answers.take(self.night.house, SMS, heard, self.night.now)
        return upshot

    async def states(self) -> list[str]:
        """How everybody stands who was asked, in the order in which they were."""
        async with self.night.database.read() as tx:
            found = await store.of_incidents(tx, [self.incident.id])
        requests = found.get(self.incident.id, [])
        return [one.state for request in requests for one in request.responders]

    async def log(self) -> list[LogEntry]:
        """What the timeline says of helping."""
        where = (tables.log_entries.c.type.startswith("responder_"),)
        async with self.night.database.read() as tx:
            return await log_entries.select(tx, where=where, order_by=(tables.log_entries.c.id,))


@pytest.fixture
async def town(database: Database) -> Town:
    night = await Night.falls(database)
    night.house = replace(night.house, channels=frozenset({"sms"}))
    [incident] = await night.trigger("Disk full")
    await night.acknowledge(incident)
    async with database.begin() as tx:
        carl = await person(tx, "Carl")
    await night.take_away((await night.default_email(carl)).id)
    await night.give(carl, "sms", NUMBER, minutes=0)
    await night.give(carl, "sms", "5550101", minutes=10)
    return Town(night, incident, carl)


async def test_somebody_is_asked_by_each_rule_until_they_accept(town: Town) -> None:
    await town.asks()

    [message] = await town.hears()
    assert (message.kind, message.deeds) == ("responder_request", ("join", "decline"))
    assert (message.notice.person, message.notice.note) == ("Ann", 'Please help with "Disk full"')
    assert message.text.endswith("Reply 2 to accept, 3 to decline.")
    assert len(await town.hears(minutes=9)) == 1
    assert len(await town.hears(minutes=1)) == 2

    upshot = await town.replies("join", message)
    assert (upshot.ok, upshot.sentence) == (
        True, "You have accepted to help with #1 Disk full.",
    )  # fmt: skip
    assert await town.states() == ["joined"]
    added, accepted = await town.log()
    assert added.details == {"user": town.carl.id, "note": 'Please help with "Disk full"'}
    assert (accepted.type, accepted.channel) == ("responder_accept_log_entry", {"type": "sms"})
    assert accepted.agent
    assert accepted.agent.id == town.carl.id


@pytest.mark.parametrize(("deed", "state"), [("join", "joined"), ("decline", "declined")])
async def test_whoever_has_answered_is_left_in_peace(town: Town, deed: Deed, state: str) -> None:
    await town.asks()
    [message] = await town.hears()
    await town.replies(deed, message)

    assert len(await town.hears(minutes=10)) == 1
    assert await town.states() == [state]
    assert not [work for work in await town.night.work("sms") if work.kind == "notice"]


async def test_an_answer_counts_once_and_may_be_changed(town: Town) -> None:
    await town.asks()
    [message] = await town.hears()
    await town.replies("join", message)

    again = await town.replies("join", message)
    other = await town.replies("decline", message)

    assert again.sentence == "You had already accepted to help with #1 Disk full."
    assert other.sentence == "You have declined to help with #1 Disk full."
    assert await town.states() == ["declined"]
    assert len(await town.log()) == 3


async def test_what_is_resolved_needs_no_help_any_more(town: Town) -> None:
    await town.asks()
    [message] = await town.hears()
    await town.night.amend(town.incident, status="resolved")

    assert len(await town.hears(minutes=10)) == 1
    upshot = await town.replies("join", message)
    assert upshot.sentence == "Already resolved: #1 Disk full."
    with pytest.raises(Refused, match="already resolved"):
        await town.asks()
    with pytest.raises(Refused, match="already resolved"):
        await responder_requests.reply(
            town.night.house, town.incident.id, "joined", by_hand(town.carl), town.night.now
        )


async def test_the_page_of_a_message_offers_what_is_asked(town: Town) -> None:
    await town.asks()
    [message] = await town.hears()

    asked = await answer_pages.look(town.night.house, message.token, town.night.now)
    assert asked.deeds == ["join", "decline"]
    await answer_pages.give(town.night.house, message.token, "decline", town.night.now)
    assert await town.states() == ["declined"]


async def test_whoever_is_asked_again_is_paged_for_the_newest_request(town: Town) -> None:
    await town.asks()
    await town.hears()
    town.night.passes(minutes=5)
    await town.asks(message="Now really")

    assert [one.notice.note for one in await town.hears()][1:] == ["Now really"]
    assert len(await town.hears(minutes=5)) == 2
    last = (await town.hears(minutes=5))[-1]
    assert last.notice.note == "Now really"
    await town.replies("join", last)
    assert await town.states() == ["joined", "joined"]

    await town.asks()
    assert await town.states() == ["joined"] * 3
    assert len(await town.hears(minutes=10)) == 3


async def test_a_policy_asks_whoever_is_on_call_at_its_first_level(town: Town) -> None:
    policy = town.night.team.policy
    request = await town.asks(Whom("escalation_policy", policy.id))

    [target] = request.targets
    assert [one.user_id for one in target.responders] == [town.night.team.ann.id]
    [entry] = await town.log()
    assert entry.details["policy"] == policy.id


async def test_somebody_whom_two_targets_name_is_paged_once(town: Town) -> None:
    ann = town.night.team.ann
    await town.asks(Whom("user", ann.id), Whom("escalation_policy", town.night.team.policy.id))

    notices = [work for work in await town.night.work("email") if work.kind == "notice"]
    assert len(notices) == 1
    assert await town.states() == ["pending", "pending"]


async def test_requests_are_cancelled_for_those_who_have_not_answered(town: Town) -> None:
    ann, ben, policy = town.night.team.ann, town.night.team.ben, town.night.team.policy
    carl = Whom("user", town.carl.id)
    await town.asks(carl, Whom("user", ben.id), Whom("escalation_policy", policy.id))
    [message] = await town.hears()
    await responder_requests.reply(
        town.night.house, town.incident.id, "joined", by_hand(ben), town.night.now
    )
    everybody = [
        carl, Whom("user", ben.id), Whom("user", "PNOBODY"),
        Whom("escalation_policy", policy.id),
    ]  # fmt: skip

    results = await responder_requests.cancel(
        town.night.house, town.incident.id, everybody, by_hand(ann), town.night.now
    )

    assert [result for _, result in results] == ["cancelled", "joined", "not_found", "cancelled"]
    assert await town.states() == ["user_cancelled", "joined", "user_cancelled"]
    assert len(await town.hears(minutes=10)) == 1
    upshot = await town.replies("join", message)
    assert not upshot.ok
    assert upshot.sentence.endswith("Nobody asks you to help with this any more.")


async def test_what_was_declined_cannot_be_cancelled(town: Town) -> None:
    await town.asks()
    [message] = await town.hears()
    await town.replies("decline", message)

    [(_, result)] = await responder_requests.cancel(
        town.night.house, town.incident.id, [Whom("user", town.carl.id)],
        by_hand(town.night.team.ann), town.night.now,
    )  # fmt: skip
    assert result == "declined"


async def test_only_whoever_was_asked_can_answer(town: Town) -> None:
    with pytest.raises(Refused, match="Nobody asks you"):
        await responder_requests.reply(
            town.night.house, town.incident.id, "joined", by_hand(town.carl), town.night.now
        )


async def test_a_key_by_sms_answers_the_newest_request_and_nothing_without_one(town: Town) -> None:
    sent = Heard(answers=(Answer(deed="join", sender=f"+1{NUMBER}"),))

    [upshot], _ = await answers.take(town.night.house, SMS, sent, town.night.now)
    assert upshot.sentence == "That cannot be done by answering this message."
    await town.asks()
    await town.hears()
    [upshot], _ = await answers.take(town.night.house, SMS, sent, town.night.now)
    assert upshot.ok


async def test_the_attempts_belong_to_the_incident(town: Town) -> None:
    await town.asks()
    await town.hears()

    found = [one for one in await town.night.notifications() if one.user_id == town.carl.id]
    assert [one.incident_id for one in found] == [town.incident.id]


async def test_what_cannot_be_asked_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match="cannot be empty"):
        await responder_requests.ask(
            town.night.house, town.incident.id, Call(whom=()), by_hand(town.carl), NOON
        )
    with pytest.raises(Arguments, match="no user PNOBODY"):
        await town.asks(Whom("user", "PNOBODY"))
    with pytest.raises(Arguments, match="no escalation policy PNOBODY"):
        await town.asks(Whom("escalation_policy", "PNOBODY"))
    with pytest.raises(Invalid, match="too long"):
        await town.asks(message="x" * 25_001)
    town.incident = replace(town.incident, id="QNOTHING")
    with pytest.raises(NotFound):
        await town.asks()


async def test_an_incident_has_at_most_so_many_requests_and_responders(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responder_requests, "MOST_REQUESTS", 1)
    monkeypatch.setattr(responder_requests, "MOST_RESPONDERS", 1)
    with pytest.raises(Invalid, match="more than 1 responders"):
        await town.asks(Whom("user", town.carl.id), Whom("user", town.night.team.ann.id))
    await town.asks()
    with pytest.raises(Invalid, match="more than 1 responder requests"):
        await town.asks()


async def test_nobody_hears_of_a_request_long_after_it(town: Town) -> None:
    await town.asks()

    assert await town.hears(hours=2) == []
    assert town.night.now - NOON > timedelta(hours=1)


async def test_a_policy_on_which_nobody_is_on_call_is_said_to_be_so(town: Town) -> None:
    await town.night.sql(tables.escalation_policies.update().values(rules=[]))

    with pytest.raises(Invalid, match="Nobody is on call for the escalation policy Web now"):
        await town.asks(Whom("escalation_policy", town.night.team.policy.id))
