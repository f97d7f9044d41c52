"""The page to which a message leads: it shows, and only its buttons do something."""

import re

import httpx
import msgspec
import pytest

from tests.night import Night
from tests.web.conftest import Browser, Visitor, text_of
from tocsin.domain.reaching.sent import Sent
from tocsin.store.reaching.messages import MESSAGES
from tocsin.usecases.reaching import paging

HOSTILE = "<script>alert(1)</script>"


async def told(night: Night, *titles: str) -> Sent:
    """Let Ann be paged for incidents in one message, and return it as it was kept."""
    await night.trigger(*titles)
    await paging.compose(night.house, await night.work("email"), night.now)
    async with night.database.read() as tx:
        [sent] = await MESSAGES.select(tx)
        return sent


async def change(night: Night, sent: Sent, **changes: object) -> None:
    """Let a message be another than was composed."""
    async with night.database.begin() as tx:
        body = msgspec.structs.replace(sent.body, **changes)
        await MESSAGES.update(tx, msgspec.structs.replace(sent, body=body))


def path_of(sent: Sent) -> str:
    return f"/answer/{sent.body.token}"


async def press(browser: Browser, sent: Sent, deed: str) -> httpx.Response:
    page = await browser.open(path_of(sent))
    answer = await browser.send(page, path_of(sent), deed=deed)
    return await browser.open(answer.headers["location"]) if answer.is_redirect else answer


async def standing(night: Night) -> list[str]:
    return [incident.status for incident in await night.incidents()]


def buttons(page: httpx.Response) -> list[str]:
    return re.findall(r'name="deed" value="(\w+)"', page.text)


async def test_whoever_holds_the_token_sees_what_is_wrong_and_can_take_it(
    night: Night, visitor: Visitor
) -> None:
    sent = await told(night, "Disk full")
    browser = await visitor()

    page = await browser.open(path_of(sent))

    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "#1 Disk full" in text_of(page)
    assert "Triggered" in text_of(page)
    assert buttons(page) == ["acknowledge", "resolve", "escalate"]

    after = await press(browser, sent, "acknowledge")

    [incident] = await night.incidents()
    assert incident.status == "acknowledged"
    assert [a.by.id for a in incident.acknowledgements] == [night.team.ann.id]
    assert "Acknowledged" in text_of(after)
    assert buttons(after) == ["resolve"]

    over = await press(browser, sent, "resolve")

    assert await standing(night) == ["resolved"]
    assert "Nothing is left to do here" in text_of(over)
    assert buttons(over) == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_whoever_only_looks_changes_nothing(
    night: Night, visitor: Visitor, method: str
) -> None:
    sent = await told(night, "Disk full")
    browser = await visitor()

    for address in (
        path_of(sent),
        f"{path_of(sent)}?do=acknowledge",
        f"{path_of(sent)}?do=resolve",
    ):
        for accept in ("text/html", "*/*"):
            answer = await browser.http.request(method, address, headers={"accept": accept})
            assert answer.status_code == 200

    assert await standing(night) == ["triggered"]


async def test_a_form_that_no_page_of_ours_drew_changes_nothing(
    night: Night, visitor: Visitor
) -> None:
    sent = await told(night, "Disk full")
    browser, other = await visitor(), await visitor()
    page = await other.open(path_of(sent))

    bare = await browser.http.post(path_of(sent), data={"deed": "acknowledge"})
    foreign = await browser.send(page, path_of(sent), deed="acknowledge")

    assert (bare.status_code, foreign.status_code) == (403, 403)
    assert await standing(night) == ["triggered"]


async def test_a_link_may_say_which_button_comes_first(night: Night, visitor: Visitor) -> None:
    sent = await told(night, "Disk full")
    browser = await visitor()

    assert buttons(await browser.open(f"{path_of(sent)}?do=resolve"))[0] == "resolve"
    assert buttons(await browser.open(f"{path_of(sent)}?do=nonsense"))[0] == "acknowledge"


async def test_one_button_means_all_incidents_of_the_message(
    night: Night, visitor: Visitor
) -> None:
    sent = await told(night, *[f"Disk {n} full" for n in range(25)])
    browser = await visitor()

    page = await browser.open(path_of(sent))

    assert "A button means all 25 incidents." in text_of(page)
    assert "And 5 more." in text_of(page)
    await press(browser, sent, "acknowledge")
    assert set(await standing(night)) == {"acknowledged"}


@pytest.mark.parametrize(
    ("language", "label", "status"),
    [
        ("en", "Acknowledge", "Triggered"),
        ("de", "Bestätigen", "Ausgelöst"),
        ("fr", "Acquitter", "Déclenché"),
        ("es", "Confirmar", "Activado"),
        ("ja", "確認する", "発生中"),
    ],
)
async def test_the_page_speaks_the_language_of_the_message(
    night: Night, visitor: Visitor, language: str, label: str, status: str
) -> None:
    sent = await told(night, "Disk full")
    await change(night, sent, language=language)

    page = await (await visitor()).open(path_of(sent))

    assert f'<html lang="{language}">' in page.text
    assert f">{label}</button>" in page.text
    assert status in text_of(page)


async def test_after_a_day_the_page_tells_nothing_but_that_it_is_over(
    night: Night, visitor: Visitor
) -> None:
    sent = await told(night, "Disk full")
    browser = await visitor()
    page = await browser.open(path_of(sent))
    night.passes(hours=24, seconds=1)

    late = await browser.open(path_of(sent))
    answer = await browser.send(page, path_of(sent), deed="acknowledge")

    assert (late.status_code, answer.status_code) == (410, 410)
    assert "24 hours" in text_of(late)
    assert "Disk full" not in late.text
    assert await standing(night) == ["triggered"]


async def test_a_wrong_token_is_a_page_in_plain_words_and_soon_a_wait(
    night: Night, visitor: Visitor
) -> None:
    sent = await told(night, "Disk full")
    browser = await visitor()
    token = sent.body.token

    for wrong in (token[:-1] + "x", "nonsense", sent.id, f"{token}.x", "Q0000000000000.x"):
        page = await browser.open(f"/answer/{wrong}")
        assert page.status_code == 404
        assert "There is nothing at this address" in text_of(page)

    assert (await browser.open("/answer/nonsense")).status_code == 429
    assert (await browser.open(path_of(sent))).status_code == 200  # who has one waits for nobody
    night.passes(hours=1)
    assert (await browser.open("/answer/nonsense")).status_code == 404


async def test_a_deed_that_there_is_not_and_one_that_is_not_offered_are_refused(
    night: Night, visitor: Visitor
) -> None:
    sent = await told(night, "Disk full")
    await change(night, sent, deeds=("acknowledge",))
    browser = await visitor()

    assert (await press(browser, sent, "destroy")).status_code == 400
    assert (await press(browser, sent, "resolve")).status_code == 409
    assert await standing(night) == ["triggered"]


async def test_a_notice_that_is_only_read_has_no_button(night: Night, visitor: Visitor) -> None:
    sent = await told(night, "Disk full")
    await change(night, sent, deeds=())

    page = await (await visitor()).open(path_of(sent))

    assert buttons(page) == []
    assert "Nothing is left" not in text_of(page)


async def test_whether_somebody_is_awake_can_be_confirmed_whatever_became_of_it(
    night: Night, visitor: Visitor
) -> None:
    sent = await told(night, "Disk full")
    await change(night, sent, deeds=("confirm",))
    await night.acknowledge(*await night.incidents())
    browser = await visitor()

    page = await browser.open(path_of(sent))
    assert buttons(page) == ["confirm"]
    assert "I am awake" in text_of(page)
    assert (await press(browser, sent, "confirm")).status_code == 200


async def test_a_test_asks_whether_it_has_arrived(night: Night, visitor: Visitor) -> None:
    sent = await told(night, "Disk full")
    await change(night, sent, kind="trial", deeds=("confirm",))

    page = await (await visitor()).open(path_of(sent))

    assert "It has arrived" in text_of(page)
    assert "I am awake" not in text_of(page)


async def test_names_from_outside_are_shown_as_text(night: Night, visitor: Visitor) -> None:
    sent = await told(night, HOSTILE)

    page = await (await visitor()).open(path_of(sent))

    assert HOSTILE not in page.text
    assert HOSTILE in text_of(page)


async def test_an_incident_that_is_no_more_is_not_shown(night: Night, visitor: Visitor) -> None:
    sent = await told(night, "Disk full")
    async with night.database.begin() as tx:
        await MESSAGES.update(tx, msgspec.structs.replace(sent, incident_ids=("QGONE",)))

    page = await (await visitor()).open(path_of(sent))

    assert page.status_code == 200
    assert buttons(page) == []


async def test_a_message_that_was_forgotten_is_nowhere(night: Night, visitor: Visitor) -> None:
    sent = await told(night, "Disk full")
    async with night.database.begin() as tx:
        await MESSAGES.delete(tx, sent.id)

    assert (await (await visitor()).open(path_of(sent))).status_code == 404
