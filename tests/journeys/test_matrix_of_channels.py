"""Every channel in every trouble: the page finds another way in time, and the timeline tells it."""

from collections.abc import AsyncIterator
from typing import Final

import httpx
import pytest
from msgspec.structs import replace

from tests.hook import Hook
from tests.inbox import Inbox
from tests.journeys.matrix import CASES, Case
from tests.journeys.troubles import PATIENCE, TROUBLES, Stage, Trouble
from tests.journeys.watch import World, on_watch
from tests.night import Night
from tocsin.channels import CHANNELS, DECLARED
from tocsin.channels.sip import channel as sip
from tocsin.kit.http import Outbound, make_client
from tocsin.store.database import Database

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

MAKERS: Final = {maker.declaration.name: maker for maker in CHANNELS}
LATEST: Final = 60  # seconds until something else is tried while a provider is in trouble
LONG: Final = 150  # seconds: after all receipts, before the next level
HASTE: Final = 0.1  # seconds that a provider which hangs is waited for
AT_ONCE: Final = ("wrong address", "revoked")
BY_OTHER: Final = dict.fromkeys(("email", "smtp"), "Notified Ann by webhook")


def befalls(case: Case, trouble: Trouble) -> bool:
    """Say whether this can happen to a channel; without receipts, nobody sees what is lost."""
    has_receipts = MAKERS[case.type].declaration.receipt_within > 0
    return trouble not in case.never and (trouble != "losing" or has_receipts)


def marks_of(case: Case) -> list[pytest.MarkDecorator]:
    """What starts a process for each message wants the machine for itself."""
    return [pytest.mark.alone] if case.is_slow else []


MATRIX: Final = [
    pytest.param(case, trouble, id=f"{case.type}, {trouble}", marks=marks_of(case))
    for case in CASES
    for trouble in TROUBLES
    if befalls(case, trouble)
]
# An address of the others is itself a place at one provider.
WITH_OTHERS: Final = [
    pytest.param(case, id=case.type, marks=marks_of(case))
    for case in CASES
    if MAKERS[case.type].declaration.settings and case.type not in {"apprise", "teams_bot"}
]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let telephones talk fast."""
    for name, seconds in (("SETTLING", 0.1), ("KEY_WITHIN", 0.3), ("RING_FOR", 5.0)):
        monkeypatch.setattr(sip, name, seconds)
    monkeypatch.setattr("tocsin.kit.speech.WORDS_A_MINUTE", 450)


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Give all channels one way out, as the server does."""
    async with make_client(Outbound(), user_agent="Tocsin/1") as client:
        yield client


@pytest.fixture
async def world(
    database: Database, http: httpx.AsyncClient, smtp_inbox: Inbox, hook: Hook
) -> World:
    """Begin a night."""
    return World(await Night.falls(database), http, smtp_inbox, hook)


def test_every_channel_is_in_the_matrix() -> None:
    assert [case.type for case in CASES] == sorted(one.name for one in DECLARED)


@pytest.mark.parametrize(("case", "trouble"), MATRIX)
async def test_a_page_reaches_somebody_in_time(
    case: Case, trouble: Trouble, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = MAKERS[case.type]
    seconds = maker.declaration.receipt_within
    if trouble == "hanging":
        monkeypatch.setattr(maker, "declaration", replace(maker.declaration, timeout=HASTE))
    async with case.open(trouble) as stage, on_watch(world, maker, stage) as watch:
        await watch.alert()
        if trouble == "none" and seconds:
            await watch.confirm()
        bounds = {"none": LONG, "losing": seconds} | dict.fromkeys(AT_ONCE, 0)
        await watch.wait(bounds.get(trouble, LATEST), seldom=case.is_slow)

        assert await watch.said() == expected(case, trouble)
        assert watch.reached == (trouble != "none")
        written = await watch.written()
        assert [secret for secret in secrets(case, stage) if secret in written] == []
        if trouble == "limiting" and case.is_patient:
            assert (await watch.attempts())[1] == PATIENCE


def expected(case: Case, trouble: Trouble) -> list[str]:
    """Return what the timeline tells."""
    through = " through One" if MAKERS[case.type].declaration.settings else ""
    way = f"Ann by {case.told}{through}"
    if trouble == "none":
        return [f"Notified {way}"]
    then = [f"Could not notify {way}; another way is tried"]
    then += [BY_OTHER.get(case.type, "Notified Ann by e-mail")]
    return [f"Notified {way}", *then] if trouble == "losing" else then


def secrets(case: Case, stage: Stage) -> list[str]:
    """Return what nobody may read."""
    declared = MAKERS[case.type].declaration
    fields = [field.name for field in declared.settings if field.kind == "secret"]
    address = [stage.address] if declared.kind.is_secret else []
    return [*(stage.settings[name] for name in fields if name in stage.settings), *address]


@pytest.mark.parametrize("case", WITH_OTHERS)
async def test_another_provider_is_asked_at_once(case: Case, world: World) -> None:
    async with (
        case.open("broken") as broken,
        case.open("none") as working,
        on_watch(world, MAKERS[case.type], broken, working) as watch,
    ):
        await watch.alert()

        assert await watch.said() == [
            f"Could not notify Ann by {case.told} through One; another provider is asked",
            f"Notified Ann by {case.told} through Two",
        ]
        assert watch.reached == 0
