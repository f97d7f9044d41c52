"""Answers: done once, in the name of whoever was told, or refused in words."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.night import Night
from tests.team import NOON
from tocsin.domain.people.user import User
from tocsin.domain.reaching.answer import Answer, Deed, Upshot
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.sent import Sent
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.store.reaching.messages import MESSAGES
from tocsin.store.response import log_entries
from tocsin.usecases.reaching import answers
from tocsin.usecases.reaching.answer_tokens import token_of

NUMBER = "+15551234"
SMS = Provider(id="PSMS", type="fake", kind="sms", name="Fake", created_at=NOON, updated_at=NOON)
ALL: tuple[Deed, ...] = ("acknowledge", "resolve", "escalate")


async def told(night: Night, user: User, *about: Incident, **given: Any) -> Sent:
    """Let somebody have been sent a message about incidents."""
    id_ = new_id("Q")
    body = Message(
        id=id_,
        at=night.now,
        sender="oncall@example.com",
        recipient=user.name,
        language=given.pop("language", "en"),
        time_zone="UTC",
        deeds=given.pop("deeds", ALL),
        token=token_of(night.house, id_),
    )
    sent = Sent(
        id=id_,
        at=night.now,
        kind="page",
        channel="sms",
        user_id=user.id,
        contact_method_id=None,
        address=NUMBER,
        incident_ids=tuple(incident.id for incident in about),
        body=body,
    )
    async with night.database.begin() as tx:
        return await MESSAGES.insert(tx, replace(sent, **given))


async def kept(night: Night, sent: Sent) -> Sent:
    async with night.database.read() as tx:
        found = await MESSAGES.get(tx, sent.id)
    assert found is not None
    return found


async def say(night: Night, deed: Deed, sent: Sent | None = None, **given: Any) -> Upshot:
    """Let an answer come: to a message, or from the number."""
    given |= {"token": sent.body.token} if sent else {"sender": NUMBER} | given
    heard = Heard(answers=(Answer(deed=deed, **given),))
    [upshot], _ = await answers.take(night.house, SMS, heard, night.now)
    return upshot


async def entries(night: Night, type_: str) -> list[LogEntry]:
    where = (tables.log_entries.c.type == f"{type_}_log_entry",)
    async with night.database.read() as tx:
        return await log_entries.select(tx, where=where, order_by=(tables.log_entries.c.id,))


async def test_a_page_is_acknowledged_by_its_answer(night: Night) -> None:
    disk, cpu = await night.trigger("Disk full", "CPU hot")
    sent = await told(night, night.team.ann, disk, cpu)

    upshot = await say(night, "acknowledge", sent)

    assert (upshot.ok, upshot.sentence) == (True, "Acknowledged: #1, #2.")
    assert upshot.statuses == {disk.id: "acknowledged", cpu.id: "acknowledged"}
    assert {i.status for i in await night.incidents()} == {"acknowledged"}
    after = await kept(night, sent)
    assert (after.answer, after.answered_at) == ("acknowledge", NOON)


async def test_the_timeline_says_who_answered_by_what(night: Night) -> None:
    [incident] = await night.trigger("Disk full")

    await say(night, "acknowledge", await told(night, night.team.ann, incident))

    [entry] = await entries(night, "acknowledge")
    assert entry.channel == {"type": "sms"}
    assert entry.agent is not None
    assert (entry.agent.kind, entry.agent.id) == ("user", night.team.ann.id)


async def test_what_a_provider_repeats_is_done_once(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    sent = await told(night, night.team.ann, incident)

    await say(night, "acknowledge", sent)
    again = await say(night, "acknowledge", sent)

    assert (again.ok, again.sentence) == (True, "You had already acknowledged: #1 Disk full.")
    assert len(await entries(night, "acknowledge")) == 1


async def test_two_people_may_both_have_it(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    await night.acknowledge(incident)

    upshot = await say(night, "acknowledge", await told(night, night.team.ben, incident))

    assert upshot.sentence == "Acknowledged: #1 Disk full."
    assert len(await entries(night, "acknowledge")) == 2


async def test_a_resolved_incident_is_said_to_be_resolved(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    sent = await told(night, night.team.ann, incident)

    first = await say(night, "resolve", sent)
    late = await say(night, "acknowledge", sent)

    assert first.sentence == "Resolved: #1 Disk full."
    assert (late.ok, late.sentence) == (True, "Already resolved: #1 Disk full.")
    assert late.statuses == {incident.id: "resolved"}


async def test_an_escalation_goes_one_level_up_however_often_it_is_told(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    sent = await told(night, night.team.ann, incident)

    first = await say(night, "escalate", sent)
    again = await say(night, "escalate", sent)

    [after] = await night.incidents()
    assert first.sentence == "Escalated: #1 Disk full."
    assert (again.ok, again.sentence) == (True, "Already escalated: #1 Disk full.")
    assert [a.user_id for a in after.assignments] == [night.team.ben.id]
    assert len(await entries(night, "escalate")) == 1


async def test_what_is_refused_for_one_is_done_for_the_others(night: Night) -> None:
    disk, cpu = await night.trigger("Disk full", "CPU hot")
    await say(night, "escalate", await told(night, night.team.ann, cpu))
    sent = await told(night, night.team.ben, disk, cpu)

    upshot = await say(night, "escalate", sent)

    assert upshot.ok
    assert upshot.sentence == (
        "Escalated: #1 Disk full. Not done for #2 CPU hot: The escalation policy has no level 3."
    )


async def test_a_number_picks_one_incident_of_many(night: Night) -> None:
    disk, cpu = await night.trigger("Disk full", "CPU hot")
    sent = await told(night, night.team.ann, disk, cpu)

    upshot = await say(night, "resolve", sent, number=2)

    assert upshot.sentence == "Resolved: #2 CPU hot."
    assert [i.status for i in await night.incidents()] == ["triggered", "resolved"]


async def test_without_a_token_the_newest_message_to_the_sender_is_meant(night: Night) -> None:
    disk, cpu = await night.trigger("Disk full", "CPU hot")
    await told(night, night.team.ann, disk)
    night.passes(minutes=1)
    await told(night, night.team.ann, cpu)

    assert (await say(night, "acknowledge")).sentence == "Acknowledged: #2 CPU hot."
    assert (await say(night, "acknowledge", number=1)).sentence == "Acknowledged: #1 Disk full."


async def test_of_people_who_share_a_number_the_one_who_was_told_last_answers(night: Night) -> None:
    disk, cpu = await night.trigger("Disk full", "CPU hot")
    await told(night, night.team.ann, disk)
    night.passes(minutes=1)
    await told(night, night.team.ben, cpu)
    night.passes(minutes=1)
    await told(night, night.team.ben, deeds=())

    await say(night, "acknowledge")
    await say(night, "acknowledge", number=1)

    agents = [entry.agent.id for entry in await entries(night, "acknowledge") if entry.agent]
    assert agents == [night.team.ben.id, night.team.ann.id]


async def test_a_day_later_an_answer_without_a_token_means_what_is_assigned(night: Night) -> None:
    ann = night.team.ann
    disk, _ = await night.trigger("Disk full", "CPU hot")
    await told(night, ann, disk)
    await night.give(ann, "sms", "5551234")
    night.passes(hours=25)

    upshot = await say(night, "acknowledge")

    assert upshot.sentence == "Acknowledged: #1, #2."


async def test_of_people_who_share_a_number_the_one_with_incidents_answers(night: Night) -> None:
    await night.give(night.team.ben, "sms", "5551234")
    await night.give(night.team.ann, "sms", "5551234")
    assert (await say(night, "acknowledge")).sentence == "You have no open incidents."
    await night.trigger("Disk full")

    assert (await say(night, "acknowledge")).sentence == "Acknowledged: #1 Disk full."
    [entry] = await entries(night, "acknowledge")
    assert entry.agent is not None
    assert entry.agent.id == night.team.ann.id


async def test_a_responder_may_name_any_incident_and_an_observer_only_their_own(
    night: Night,
) -> None:
    ben = night.team.ben
    await night.give(ben, "sms", "5551234")
    await night.trigger("Disk full")
    await night.sql(
        sa.update(tables.users).where(tables.users.c.id == ben.id).values(role="observer")
    )
    refused = await say(night, "acknowledge", number=1)
    await night.sql(sa.update(tables.users).where(tables.users.c.id == ben.id).values(role="user"))

    assert (refused.ok, refused.sentence) == (False, "You have no incident #1.")
    assert (await say(night, "acknowledge", number=2)).sentence == "You have no incident #2."
    assert (await say(night, "acknowledge", number=1)).ok


async def test_what_is_open_is_told_to_whoever_asks(night: Night) -> None:
    disk, _ = await night.trigger("Disk full", "CPU hot")
    sent = await told(night, night.team.ann, disk, deeds=())

    assert (await say(night, "list", sent)).sentence == "Open: #1 Disk full, #2 CPU hot."
    assert (await kept(night, sent)).answer is None


async def test_whoever_confirms_is_known_to_be_there(night: Night) -> None:
    sent = await told(night, night.team.ann, deeds=("confirm",))

    upshot = await say(night, "confirm", sent)

    assert (upshot.ok, upshot.sentence) == (True, "Thank you. We know that you are there.")
    assert (await kept(night, sent)).answer == "confirm"


async def test_nothing_that_was_asked_cannot_be_confirmed(night: Night) -> None:
    await night.give(night.team.ann, "sms", "5551234")

    assert not (await say(night, "confirm")).ok


async def test_a_copy_can_only_be_read(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    copy = await told(night, night.team.ben, incident, kind="copy", deeds=(), language="de")

    upshot = await say(night, "acknowledge", copy)

    assert not upshot.ok
    assert upshot.sentence == "Das lässt sich mit einer Antwort auf diese Nachricht nicht tun."
    assert [i.status for i in await night.incidents()] == ["triggered"]
    assert (await kept(night, copy)).answered_at is None


@pytest.mark.parametrize("token", ["", "Q123", "Q123.forged", ".", "Q123.é"])
async def test_a_foreign_token_opens_nothing(night: Night, token: str) -> None:
    heard = Heard(answers=(Answer(deed="acknowledge", token=token),), token=token)

    [upshot], message = await answers.take(night.house, SMS, heard, night.now)

    assert (upshot.ok, message) == (False, None)
    assert upshot.sentence == "This answer belongs to no message that can still be answered."


async def test_a_token_does_not_last_for_ever(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    sent = await told(night, night.team.ann, incident)
    night.passes(days=7, seconds=1)

    assert not (await say(night, "acknowledge", sent)).ok


async def test_somebody_who_was_deleted_answers_no_more(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    sent = await told(night, night.team.ann, incident)
    await night.sql(sa.delete(tables.users).where(tables.users.c.id == night.team.ann.id))

    assert not (await say(night, "acknowledge", sent)).ok


async def test_strangers_are_told_that_nobody_knows_them(night: Night) -> None:
    upshot = await say(night, "acknowledge", sender="+19990000")

    assert upshot.sentence == "Nobody is known here by the address from which this answer came."


async def test_numbers_that_nobody_knows_are_not_told_what_is_open(night: Night) -> None:
    assert (await say(night, "list", sender="+19990000")).sentence == ""


async def test_who_has_chosen_no_language_is_told_in_the_account_s(night: Night) -> None:
    night.house.decisions.newest = {"language": "de"}
    await night.give(night.team.ann, "sms", "5551234")

    stranger = await say(night, "acknowledge", sender="+19990000")
    unknown = await say(night, "acknowledge", token="none of ours")
    known = await say(night, "list", sender=NUMBER)
    await night.sql(sa.update(tables.users).values(language="fr"))
    french = await say(night, "list", sender=NUMBER)

    assert (stranger.language, stranger.sentence[:15]) == ("de", "Die Adresse, vo")
    assert unknown.sentence.startswith("Diese Antwort gehört zu keiner Nachricht")
    assert known.sentence == "Sie haben keine offenen Vorfälle."
    assert french.sentence == "Vous n'avez aucun incident en cours."


async def test_the_message_of_a_token_is_handed_out(night: Night) -> None:
    sent = await told(night, night.team.ann)

    upshots, message = await answers.take(
        night.house, None, Heard(token=sent.body.token), night.now + timedelta(days=1)
    )

    assert (upshots, message) == ([], sent.body)


async def test_without_a_provider_the_message_says_what_carried_it(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    sent = await told(night, night.team.ann, incident, channel="email")
    answer = Answer(deed="acknowledge", token=sent.body.token)
    nothing = Answer(deed="acknowledge", sender=NUMBER)

    upshots, _ = await answers.take(night.house, None, Heard(answers=(answer, nothing)), night.now)

    assert [upshot.ok for upshot in upshots] == [True, False]
    [entry] = await entries(night, "acknowledge")
    assert entry.channel == {"type": "email"}
