"""One integration as a page: its address, how its tool is told, its secrets and its mapping."""

from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa

from tests.night import URL, Night
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.intake.integration_settings import AtlasAccess, IntegrationSettings
from tocsin.domain.intake.mapping import BodyMapping
from tocsin.store import tables
from tocsin.usecases.intake import integration_settings, integrations
from tocsin.usecases.intake.integrations import Known, Wish

Made = Callable[[str], Awaitable[Known]]


@pytest.fixture
def made(night: Night) -> Made:
    """Give the team's service an integration of a vendor as its only one."""

    async def made(vendor_id: str) -> Known:
        await night.sql(sa.delete(tables.integrations))
        wish = Wish(name="<b>Ours</b>", vendor_id=vendor_id)
        return await integrations.create(night.house, night.team.service.id, wish, NOON)

    return made


def path_of(known: Known) -> str:
    return f"/service-directory/{known.service.id}/integrations/{known.integration.id}"


async def told(night: Night, known: Known) -> IntegrationSettings:
    found = await integration_settings.get(night.house, known.service.id, known.integration.id)
    return found.settings


@pytest.mark.parametrize(
    ("vendor", "words"),
    [
        ("PTHOUSE", "press Test"),
        ("PTESTOM", "Instant Notifications Settings"),
        ("PBLACKF", "Add Notification Channel"),
        ("PEVENTS", "Events API v2 or v1"),
    ],
)
async def test_an_integration_says_where_and_how_its_tool_sends(
    browser: Browser, made: Made, vendor: str, words: str
) -> None:
    known = await made(vendor)
    page = await browser.open(path_of(known))

    assert f"{URL}/integration/{known.key}/enqueue" in text_of(page)
    assert words in text_of(page)
    assert "<b>Ours" not in page.text
    assert "Secret" not in text_of(page)
    listed = await browser.open(path_of(known).rpartition("/")[0])
    assert f'href="{path_of(known)}"' in listed.text


async def test_the_address_that_the_api_tells_leads_to_the_page(
    browser: Browser, made: Made
) -> None:
    known = await made("PEVENTS")
    within = f"services/{known.service.id}/integrations/{known.integration.id}"
    answer = await browser.open(f"/{within}")

    assert answer.headers["location"] == path_of(known)


async def test_a_secret_is_set_is_never_shown_and_is_forgotten(
    browser: Browser, made: Made, night: Night
) -> None:
    known = await made("PATLAS0")
    path = path_of(known)
    page = await browser.open(path)
    refused = await browser.send(page, f"{path}/secret", secret=" ", do="save")
    await browser.send(page, f"{path}/secret", secret="our secret", do="save")
    kept = await told(night, known)
    after = await browser.open(path)
    await browser.send(page, f"{path}/secret", do="forget")

    assert refused.status_code == 400
    assert "Secret cannot be blank." in text_of(refused)
    assert "whoever knows the address is heard" in text_of(page)
    assert kept == IntegrationSettings(secret="our secret")
    assert "our secret" not in after.text
    assert "A secret is set" in text_of(after)
    assert await told(night, known) == IntegrationSettings()


async def test_access_to_atlas_is_kept_and_forgotten(
    browser: Browser, made: Made, night: Night
) -> None:
    known = await made("PATLAS0")
    path = path_of(known)
    page = await browser.open(path)
    given = {
        "kind": "service_account",
        "client": "mdb_sa_id_1",
        "atlas_secret": "our-secret",
        "url": "",
    }
    refused = await browser.send(
        page, f"{path}/write-back", **given | {"url": "ftp://x"}, do="save"
    )
    await browser.send(page, f"{path}/write-back", **given, do="save")
    kept = await told(night, known)
    after = await browser.open(path)
    await browser.send(page, f"{path}/write-back", do="forget")

    assert refused.status_code == 400
    assert "Address of Atlas must be like https://cloud.mongodb.com." in text_of(refused)
    access = AtlasAccess(kind="service_account", client="mdb_sa_id_1", secret="our-secret")
    assert kept == IntegrationSettings(atlas=access)
    assert "as mdb_sa_id_1" in text_of(after)
    assert "our-secret" not in after.text
    assert await told(night, known) == IntegrationSettings()


async def test_an_api_key_is_access_too(browser: Browser, made: Made, night: Night) -> None:
    known = await made("PATLAS0")
    path = path_of(known)
    await browser.send(
        await browser.open(path), f"{path}/write-back", kind="api_key", client="p", atlas_secret="s"
    )

    assert (await told(night, known)).atlas == AtlasAccess(client="p", secret="s")


MAPPING = {
    "events": "$.checks",
    "summary": "{{ n }} is broken",
    "dedup_key": "$.n",
    "action": "$.s",
    "severity": "warning",
    "actions": "fine = resolve\nquiet = Ignore\n",
    "severities": "",
}


async def test_a_mapping_is_looked_at_before_it_is_saved(
    browser: Browser, made: Made, night: Night
) -> None:
    known = await made("PCUSTOM")
    path = path_of(known)
    page = await browser.open(path)
    body = '{"checks": [{"n": "<i>", "s": "bad"}, {"n": "b", "s": "quiet"}]}'
    seen = await browser.send(page, f"{path}/mapping", **MAPPING, body=body, do="preview")
    before = await told(night, known)
    await browser.send(seen, f"{path}/mapping", **MAPPING, body=body, do="save")
    after = await browser.open(path)

    assert "Disk /var is full" in text_of(page)
    assert "Summary <i> is broken Dedup key <i>" in text_of(seen)
    assert "<i>" not in seen.text
    assert before == IntegrationSettings()
    kept = (await told(night, known)).mapping
    assert kept is not None
    assert kept.actions == {"fine": "resolve", "quiet": "ignore"}
    assert 'value="{{ n }} is broken"' in after.text
    await browser.send(after, f"{path}/mapping", do="forget")
    assert await told(night, known) == IntegrationSettings()


@pytest.mark.parametrize(
    ("change", "told_so"),
    [
        ({"actions": "fine"}, "Words for actions must be lines like OK = resolve: 'fine' is none."),
        ({"actions": "fine = good"}, "Words for actions: 'fine' must mean trigger, acknowledge"),
        ({"summary": "{{ a..b }}"}, "Summary has 'a..b', which is no path such as $.host"),
        ({"body": "?"}, "JSON parse error."),
        ({"body": '{"checks": []}'}, "No event: all of it is ignored."),
        ({"body": "{}"}, "The list of events leads to nothing in this body."),
    ],
)
async def test_the_preview_says_what_is_wrong(
    browser: Browser, made: Made, change: dict[str, str], told_so: str
) -> None:
    known = await made("PCUSTOM")
    path = path_of(known)
    fields = MAPPING | {"body": "{}"} | change
    seen = await browser.send(await browser.open(path), f"{path}/mapping", **fields, do="preview")

    assert seen.status_code == 200
    assert told_so in text_of(seen)


async def test_a_mapping_with_faults_is_not_saved(
    browser: Browser, made: Made, night: Night
) -> None:
    known = await made("PCUSTOM")
    path = path_of(known)
    page = await browser.open(path)
    for change in ({"summary": "$.."}, {"actions": "x"}, {"severities": "x = loud"}):
        answer = await browser.send(page, f"{path}/mapping", **MAPPING | change, do="save")
        assert answer.status_code == 400
    assert await told(night, known) == IntegrationSettings()


async def test_the_last_body_stands_in_the_form(browser: Browser, made: Made, night: Night) -> None:
    known = await made("PCUSTOM")
    await integration_settings.listen(night.house, known.key, b'{"title": "The last one"}')
    page = await browser.open(path_of(known))

    assert "The last one came just now." in text_of(page)
    assert "Summary The last one" in text_of(page)


@pytest.mark.parametrize(
    ("vendor", "form", "fields", "told_so"),
    [
        ("PEVENTS", "secret", {"secret": "x"}, "Events API v2 does not sign what it sends."),
        ("PATLAS0", "mapping", MAPPING, "Only Custom JSON can have a mapping."),
        (
            "PGRAFAN",
            "write-back",
            {"client": "x", "atlas_secret": "y"},
            "Grafana cannot be told that somebody has its alert.",
        ),
    ],
)
async def test_what_is_not_for_the_tool_is_refused(
    browser: Browser, made: Made, vendor: str, form: str, fields: dict[str, str], told_so: str
) -> None:
    path = path_of(await made(vendor))
    answer = await browser.send(await browser.open(path), f"{path}/{form}", **fields)

    assert answer.status_code == 400
    assert told_so in text_of(answer)


async def test_whoever_only_reads_may_not_see_it(
    resident: Resident, visitor: Visitor, made: Made
) -> None:
    path = path_of(await made("PATLAS0"))
    browser = await visitor(await resident("Otto", role="limited_user"))

    assert (await browser.open(path)).status_code == 403


async def test_a_usual_mapping_is_shown_as_it_is(browser: Browser, made: Made) -> None:
    page = await browser.open(path_of(await made("PCUSTOM")))

    assert BodyMapping().summary in page.text.replace("&#39;", "'")


async def test_an_integration_made_on_a_page_listens_as_its_tool_speaks(
    browser: Browser, night: Night
) -> None:
    await night.sql(sa.delete(tables.integrations))
    service_id = night.team.service.id
    path = f"/service-directory/{service_id}/integrations"
    await browser.send(await browser.open(f"{path}/new"), path, tool="PTHOUSE")
    [way] = await integrations.find(night.house, service_id, opened=True)
    ear = await integration_settings.listen(night.house, way.key or "", b"{}")

    assert ear is not None
    assert ear.vendor is not None
    assert ear.vendor.name == "ThousandEyes"
    assert await integration_settings.listen(night.house, "0" * 32, b"{}") is None
