"""Letters on their way: sent after the commit, tried again, given up with an alarm."""

from prometheus_client import CollectorRegistry

from tests.inbox import Inbox
from tests.night import Night
from tests.notebook import Notebook
from tests.post import Post, link_in
from tocsin.auth.principal import Principal
from tocsin.engine.engine import Engine
from tocsin.usecases.people import passwords
from tocsin.usecases.reaching import letters
from tocsin.usecases.work import lease


async def write_to_ben(night: Night) -> None:
    """Send Ben a letter with a secret link in it."""
    by = Principal(key_id="", user=night.team.ann)
    sent = await passwords.offer(night.house, night.team.ben.id, by, night.now)
    assert sent.link is None


async def test_a_letter_is_a_mail_with_its_link_in_text_and_html(night: Night, post: Post) -> None:
    await write_to_ben(night)

    [mail] = await post.come()

    assert mail["To"] == "Ben <ben@example.com>"
    assert mail["From"] == "Tocsin <oncall@example.com>"
    assert mail["Subject"] == "[Tocsin] Choose a new password"
    assert mail["Message-ID"].startswith("<reset.Q")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert link_in(mail).startswith("/password/reset/")
    for body in (mail.text, mail.html):
        assert "ben@example.com at https://oncall.example.com" in body
        assert "within an hour" in body
    assert await night.work("letter") == []


async def test_nobody_reads_the_link_in_the_table_of_due_work(night: Night, post: Post) -> None:
    await write_to_ben(night)
    [work] = await night.work("letter")
    [mail] = await post.come()

    token = link_in(mail).rpartition("/")[2]
    assert work.payload is not None
    assert token not in str(work.payload)
    assert letters.open_letter(night.house, work).words.link is not None


async def test_a_letter_waits_for_a_mail_server_that_is_away(
    night: Night, post: Post, smtp_inbox: Inbox
) -> None:
    await smtp_inbox.stop()
    await write_to_ben(night)
    assert await post.come() == []
    await smtp_inbox.start()

    night.passes(seconds=59)
    assert await post.come() == []
    night.passes(seconds=1)

    assert len(await post.come()) == 1
    assert await night.alarms() == []


async def test_an_address_that_is_refused_is_told_to_the_administrators(
    night: Night, post: Post, smtp_inbox: Inbox
) -> None:
    smtp_inbox.at_rcpt = lambda _address: "550 no such user"
    await write_to_ben(night)

    await post.come()

    assert await night.work("letter") == []
    assert await night.alarms() == [
        "Ben did not get the letter “Choose a new password”: 550 no such user"
    ]


async def test_a_letter_is_given_up_when_its_link_has_become_too_old(
    night: Night, post: Post, smtp_inbox: Inbox
) -> None:
    smtp_inbox.at_rcpt = lambda _address: "451 later"
    await write_to_ben(night)
    for _ in range(6):
        await post.come()
        assert await night.alarms() == []
        night.passes(minutes=10)
    await post.come()

    assert await night.work("letter") == []
    [alarm] = await night.alarms()
    assert "451 later" in alarm


async def test_a_node_without_a_mail_server_gives_a_letter_up_aloud(
    night: Night, post: Post
) -> None:
    await write_to_ben(night)

    await Engine(night.house, [Notebook()], CollectorRegistry()).run_due(night.now)

    [alarm] = await night.alarms()
    assert alarm.endswith("No mail server is configured.")


async def test_a_letter_that_a_dead_node_had_leased_is_sent_after_a_minute(
    night: Night, post: Post
) -> None:
    await write_to_ben(night)
    assert len(await lease(night.house, "letter", night.now, limit=10)) == 1

    assert await post.come() == []
    night.passes(seconds=60)

    assert len(await post.come()) == 1


async def test_pages_do_not_wait_for_letters_that_hang(
    night: Night, post: Post, smtp_inbox: Inbox
) -> None:
    smtp_inbox.at_rcpt = lambda _address: "451 later"
    await write_to_ben(night)
    await post.come()
    smtp_inbox.at_rcpt = lambda _address: "250 OK"
    await night.trigger("Disk full")

    [mail] = await post.come()

    assert mail["Subject"] == "[Tocsin] #1 Disk full"
