"""The ways to a person: by webhook, by another way when one fails, and again when none answers."""

from tests.hook import Hook
from tests.inbox import Inbox
from tests.journeys.story import Story


async def test_a_webhook_hears_what_a_mail_would_say(story: Story, hook: Hook) -> None:
    await story.give(story.team.ann, "webhook", hook.url, minutes=0)
    await story.alert("Disk full")

    [heard] = hook.heard
    assert heard.json["incidents"][0]["title"] == "Disk full"
    assert story.mailed() == ["Ann: Disk full"]


async def test_an_address_that_is_refused_is_replaced_by_another_way(
    story: Story, smtp_inbox: Inbox, hook: Hook
) -> None:
    await story.give(story.team.ann, "webhook", hook.url)
    smtp_inbox.at_rcpt = lambda _: "550 No such mailbox"
    await story.alert("Disk full")

    assert [heard.json["summary"] for heard in hook.heard] == ["#1 Disk full"]
    assert await story.alarms() == []


async def test_where_every_way_fails_an_alarm_says_so_and_the_next_level_is_paged_at_once(
    story: Story, smtp_inbox: Inbox
) -> None:
    smtp_inbox.at_rcpt = lambda address: "550 No" if address.startswith("ann") else "250 OK"
    await story.alert("Disk full")

    assert story.mailed() == ["Ben: Disk full"]
    [alarm] = await story.alarms()
    assert alarm.startswith("Ann was not told of incident #1")


async def test_a_mail_server_that_is_away_is_tried_again_until_it_is_back(
    story: Story, smtp_inbox: Inbox
) -> None:
    await smtp_inbox.stop()
    await story.alert("Disk full")
    await story.wait(minutes=1)
    await smtp_inbox.start()
    await story.wait(minutes=2)

    assert story.mailed() == ["Ann: Disk full"]


async def test_an_sms_without_a_provider_becomes_a_mail(story: Story) -> None:
    default = await story.default_email(story.team.ben)
    await story.take_away(default.id)
    await story.give(story.team.ben, "sms", "5550100", minutes=0)
    await story.alert("Disk full")
    await story.wait(minutes=5)

    assert story.mailed() == ["Ann: Disk full", "Ben: Disk full"]
