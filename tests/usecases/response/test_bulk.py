"""Several incidents at once: what can be done is done."""

from datetime import timedelta

from tests.night import Night
from tocsin.usecases.response.bulk import change_each
from tocsin.usecases.response.incidents import Change, by_hand, change


async def test_what_can_be_done_is_done_and_the_rest_is_told(night: Night) -> None:
    first, second, over = await night.trigger("first", "second", "over")
    by = by_hand(night.team.ben)
    await change(night.house, [Change(incident_id=over.id, status="resolved")], by, night.now)
    ids = (first.id, over.id, second.id, "QNOBODY")
    wanted = [Change(incident_id=id_, status="acknowledged", reopens=False) for id_ in ids]

    outcome = await change_each(night.house, wanted, by, night.now)

    assert [incident.id for incident in outcome.done] == [first.id, second.id]
    assert outcome.refused == {
        over.id: "Incident is already resolved.",
        "QNOBODY": "Incident QNOBODY was not found.",
    }
    found = {incident.title: incident.status for incident in await night.incidents()}
    assert found == {"first": "acknowledged", "second": "acknowledged", "over": "resolved"}


async def test_a_snooze_acknowledges_what_nobody_has_yet(night: Night) -> None:
    first, second = await night.trigger("first", "second")
    await night.acknowledge(second)
    wanted = [Change(incident_id=i.id, snooze=3600) for i in (first, second)]

    outcome = await change_each(night.house, wanted, by_hand(night.team.ben), night.now)

    assert outcome.refused == {}
    assert [i.snoozed_until for i in outcome.done] == [night.now + timedelta(hours=1)] * 2
    holders = [[a.by.id for a in incident.acknowledgements] for incident in outcome.done]
    assert holders == [[night.team.ben.id], [night.team.ann.id]]
