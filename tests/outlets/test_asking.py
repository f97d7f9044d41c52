"""One request: how long it is waited for, and how much is read."""

from tests.hook import Hook
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.outlets import asking
from tocsin.outlets.asking import Ask, ask, judged
from tocsin.outlets.tools import Tools


async def test_an_answer_that_does_not_come_is_waited_for_only_so_long(
    hook: Hook, tools: Tools
) -> None:
    hook.open.clear()

    outcome = await ask(tools.http, Ask(url=hook.url, body=b"", timeout=0.05), judged)

    assert (outcome.ok, outcome.retry) == (False, True)
    assert outcome.detail == "No answer within 0.05 seconds."


async def test_of_an_endless_answer_only_the_beginning_is_read(hook: Hook, tools: Tools) -> None:
    hook.say("200 OK", body="x" * (asking.MOST_READ * 2))

    outcome = await ask(tools.http, Ask(url=hook.url, body=b""), judged)

    assert outcome.ok
    assert len(outcome.answer) == asking.MOST_SHOWN


async def test_what_is_no_address_is_refused_for_good(tools: Tools) -> None:
    outcome = await ask(tools.http, Ask(url="ftp://example.com", body=b""), judged)

    assert (outcome.ok, outcome.retry) == (False, False)
    assert outcome.detail == "The address must begin with http:// or https://."


async def test_an_answer_is_shown_with_secrets_masked(hook: Hook, tools: Tools) -> None:
    hook.say("200 OK", body="you sent 0123456789abcdef")

    outcome: Outcome = await ask(
        tools.http, Ask(url=hook.url, body=b"x", secrets=("0123456789abcdef",)), judged
    )

    assert outcome.answer.endswith("you sent ••••cdef")
