"""SMS by Amazon SNS: what is asked of it, signed, and what its refusals mean."""

from collections.abc import AsyncIterator, Callable

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import PAGE
from tests.standins.sns import INVALID, KEY_ID, REGION, SECRET, SnsServer
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tocsin.channels.sns import Sns
from tocsin.domain.reaching.channel import Delivery

ADDRESS = "+15550100"
Make = Callable[..., Sns]


@pytest.fixture
async def server() -> AsyncIterator[SnsServer]:
    async with SnsServer() as server:
        yield server


@pytest.fixture
async def make(server: SnsServer) -> AsyncIterator[Make]:
    async with open_tools() as tools:

        def make(**settings: str) -> Sns:
            given = {"access_key_id": KEY_ID, "secret_access_key": SECRET, "region": REGION}
            return Sns.make(tools, given | {"base_url": server.url} | settings, "")

        yield make


@pytest.fixture
async def channel(make: Make) -> Sns:
    return make()


async def test_a_page_is_published_as_no_advertising(channel: Sns, server: SnsServer) -> None:
    delivery = await channel.send(replace(PAGE, text="Disk full & böse €"), ADDRESS)

    assert delivery == Delivery(ok=True, detail="SNS took it.", provider_id="m-1")
    assert server.sent == [
        {
            "Action": "Publish",
            "Version": "2010-03-31",
            "PhoneNumber": ADDRESS,
            "Message": "Disk full & böse €",
            "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
            "MessageAttributes.entry.1.Value.DataType": "String",
            "MessageAttributes.entry.1.Value.StringValue": "Transactional",
        }
    ]


@pytest.mark.parametrize(
    ("sender", "name"),
    [("Oncall", "AWS.SNS.SMS.SenderID"), ("+15550199", "AWS.MM.SMS.OriginationNumber")],
)
async def test_a_sender_is_named(make: Make, server: SnsServer, sender: str, name: str) -> None:
    await make(sender=sender).send(PAGE, ADDRESS)

    (sent,) = server.sent
    assert sent["MessageAttributes.entry.2.Name"] == name
    assert sent["MessageAttributes.entry.2.Value.StringValue"] == sender


async def test_an_address_with_a_path_is_signed_too(make: Make, server: SnsServer) -> None:
    assert (await make(base_url=f"{server.url}/proxy/a~b").send(PAGE, ADDRESS)).ok


async def test_troubles_are_worth_another_try(
    channel: Sns, server: SnsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, ADDRESS, monkeypatch)


async def test_a_wrong_number_is_refused_for_good(channel: Sns) -> None:
    delivery = await channel.send(PAGE, INVALID)

    assert delivery == Delivery(ok=False, detail="SNS: It is InvalidParameter (InvalidParameter)")


@pytest.mark.parametrize("change", [{"secret_access_key": "old"}, {"access_key_id": "AKIAOLD"}])
async def test_revoked_credentials_are_our_fault(make: Make, change: dict[str, str]) -> None:
    delivery = await make(**change).send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault, delivery.retry) == (False, True, False)


@pytest.mark.parametrize(
    ("status", "code", "is_our_fault", "retry"),
    [
        (403, "AuthorizationError", True, False),
        (400, "Throttling", False, True),
        (400, "KMSThrottling", False, True),
        (500, "InternalError", False, True),
        (400, "Invented", False, True),
    ],
)
async def test_the_code_says_what_helps(
    channel: Sns, server: SnsServer, status: int, code: str, is_our_fault: bool, retry: bool
) -> None:
    server.refusal = (status, code)

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault, delivery.retry) == (False, is_our_fault, retry)


async def test_an_answer_that_is_none_is_worth_another_try(channel: Sns, server: SnsServer) -> None:
    server.broken = Answered(200, "<html>Welcome</html>")

    delivery = await channel.send(PAGE, ADDRESS)

    assert (delivery.ok, delivery.retry, delivery.detail) == (False, True, "HTTP 200 OK")


async def test_the_region_says_where_sns_is() -> None:
    async with open_tools() as tools:
        given = {"access_key_id": KEY_ID, "secret_access_key": SECRET, "region": REGION}
        channel = Sns.make(tools, given, "")

    assert channel.url == "https://sns.eu-central-1.amazonaws.com/"
