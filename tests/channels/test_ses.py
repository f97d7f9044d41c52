"""Amazon SES: what its topic tells is believed if SNS has signed it for us, lately."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.standins.chat_server import Answered
from tests.standins.mail_services import (
    CERTIFICATE,
    ELLIPTIC,
    HOST,
    SES_NAME,
    STRANGER,
    TOPIC,
    Amazon,
    Detour,
    called,
    certificate,
    confirmation,
    noted,
    ses_bounce,
    ses_event,
)
from tocsin.channels.mail_back import COMPLAINT
from tocsin.channels.mail_services.ses import Ses
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Receipt, Unheard

NOW = datetime(2026, 1, 10, 2, 14, tzinfo=UTC)
BOUNCE = ses_event("Bounce", bounce=ses_bounce())


@pytest.fixture
async def amazon() -> AsyncIterator[Amazon]:
    async with Amazon() as amazon:
        yield amazon


@pytest.fixture
async def ses(amazon: Amazon) -> AsyncIterator[Ses]:
    async with httpx.AsyncClient(transport=Detour(amazon)) as http:
        yield Ses(http, TOPIC)


async def hear(ses: Ses, callback: Callback, now: datetime = NOW) -> Heard:
    await ses.prepare(callback, now)
    return ses.hear(callback, now)


async def receipt_of(ses: Ses, event: Any) -> Receipt:
    [receipt] = (await hear(ses, noted(event, NOW))).receipts
    return receipt


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("type_", ["eventType", "notificationType"])
async def test_what_sns_signed_is_believed(ses: Ses, version: str, type_: str) -> None:
    event = ses_event("Bounce", type_=type_, bounce=ses_bounce())

    [receipt] = (await hear(ses, noted(event, NOW, version=version, Subject="A bounce"))).receipts

    assert (receipt.provider_id, receipt.state, receipt.retry) == (SES_NAME, "failed", False)
    assert receipt.detail == "Amazon SES: smtp; 550 5.1.1 no such user"


async def test_the_certificate_is_fetched_once_however_many_call(ses: Ses, amazon: Amazon) -> None:
    await asyncio.gather(*(hear(ses, noted(BOUNCE, NOW)) for _ in range(5)))

    assert amazon.paths == [CERTIFICATE.removeprefix(f"https://{HOST}")]


@pytest.mark.parametrize(
    ("callback", "why"),
    [
        (noted(BOUNCE, NOW, key=STRANGER), "signature"),
        (noted(BOUNCE, NOW, Signature="bm8="), "signature"),
        (noted(BOUNCE, NOW, Signature="no base64"), "signature"),
        (noted(BOUNCE, NOW, Signature=""), "signature"),
        (noted(BOUNCE, NOW, SignatureVersion="3"), "signature"),
        (noted(BOUNCE, NOW, SignatureVersion=None), "signature"),
        (noted(BOUNCE, NOW, TopicArn=TOPIC.replace("bounces", "others")), "topic"),
        (noted(BOUNCE, NOW, TopicArn=None), "topic"),
        (noted(BOUNCE, NOW - timedelta(minutes=61)), "too old"),
        (noted(BOUNCE, NOW + timedelta(minutes=61)), "too old"),
        (noted(BOUNCE, NOW, Timestamp="yesterday"), "too old"),
        (noted(BOUNCE, NOW, SigningCertURL=None), "certificate"),
        (called(b"RecordType=Bounce"), "topic"),
        (called(BOUNCE), "topic"),
        (called([]), "topic"),
        (called(b""), "topic"),
    ],
)
async def test_what_sns_did_not_sign_for_us_lately_is_forged(
    ses: Ses, callback: Callback, why: str
) -> None:
    with pytest.raises(Forged, match=why):
        await hear(ses, callback)


async def test_what_was_changed_on_the_way_is_forged(ses: Ses) -> None:
    callback = noted(BOUNCE, NOW)
    changed = callback.body.replace(SES_NAME.encode(), b"another-mail")

    with pytest.raises(Forged, match="signature"):
        await hear(ses, called(changed))


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE.replace("https", "http"),
        CERTIFICATE.replace(HOST, "sns.us-east-1.amazonaws.com"),
        CERTIFICATE.replace(HOST, "evil.example.com"),
        CERTIFICATE.replace(HOST, f"{HOST}.example.com"),
        CERTIFICATE.replace(HOST, f"{HOST}@evil.example.com"),
        CERTIFICATE.replace(HOST, f"{HOST}:8443"),
        CERTIFICATE.replace(HOST, "s3.eu-central-1.amazonaws.com"),
        CERTIFICATE + "?redirect=https://evil.example.com",
        f"https://{HOST}/?Action=GetTopic&x=.pem",
        f"https://{HOST}/../evil.pem",
        "",
    ],
)
async def test_certificates_come_from_the_host_of_the_topic_alone(
    ses: Ses, amazon: Amazon, url: str
) -> None:
    with pytest.raises(Forged, match="certificate"):
        await hear(ses, noted(BOUNCE, NOW, key=STRANGER, SigningCertURL=url))
    assert amazon.asked == []


@pytest.mark.parametrize(
    "published",
    [Answered(200, "no certificate"), Answered(404, certificate().decode()), Answered(503)],
)
async def test_without_a_certificate_nothing_is_believed(
    ses: Ses, amazon: Amazon, published: Answered
) -> None:
    amazon.broken = published
    with pytest.raises(Forged, match="certificate"):
        await hear(ses, noted(BOUNCE, NOW))

    amazon.broken = None
    assert (await hear(ses, noted(BOUNCE, NOW))).receipts


async def test_a_certificate_that_cannot_be_fetched_is_none(ses: Ses, amazon: Amazon) -> None:
    await amazon.__aexit__()

    with pytest.raises(Forged, match="certificate"):
        await hear(ses, noted(BOUNCE, NOW))


async def test_a_key_of_another_kind_is_none_of_sns(ses: Ses, amazon: Amazon) -> None:
    amazon.published = dict.fromkeys(amazon.published, certificate(ELLIPTIC).decode())

    with pytest.raises(Forged, match="certificate"):
        await hear(ses, noted(BOUNCE, NOW))


async def test_a_change_of_certificates_is_followed(ses: Ses, amazon: Amazon) -> None:
    for number in range(10):
        path = f"/SimpleNotificationService-{number}.pem"
        amazon.published[path] = certificate().decode()
        url = f"https://{HOST}{path}"
        assert (await hear(ses, noted(BOUNCE, NOW, SigningCertURL=url))).receipts

    assert len(amazon.asked) == 10


async def test_a_topic_in_china_has_its_own_host(amazon: Amazon) -> None:
    topic = "arn:aws-cn:sns:cn-north-1:123456789012:bounces"
    host = "sns.cn-north-1.amazonaws.com.cn"
    note = noted(BOUNCE, NOW, TopicArn=topic, SigningCertURL=CERTIFICATE.replace(HOST, host))

    async with httpx.AsyncClient(transport=Detour(amazon, host)) as http:
        assert (await hear(Ses(http, topic), note)).receipts


async def test_without_a_topic_nobody_is_believed(amazon: Amazon) -> None:
    async with httpx.AsyncClient(transport=Detour(amazon)) as http:
        for callback in (noted(BOUNCE, NOW), noted(BOUNCE, NOW, TopicArn="")):
            with pytest.raises(Forged):
                await hear(Ses(http, ""), callback)
    assert amazon.asked == []


async def test_a_subscription_is_confirmed_where_sns_is(ses: Ses, amazon: Amazon) -> None:
    callback = confirmation(NOW)

    assert await hear(ses, callback) == Heard()
    await ses.finish(callback)

    assert amazon.paths[-1].startswith("/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:")


@pytest.mark.parametrize(
    "changes",
    [
        {"SubscribeURL": "https://evil.example.com/?Action=ConfirmSubscription&Token=2336"},
        {"SubscribeURL": f"http://{HOST}/?Action=ConfirmSubscription&Token=2336"},
        {"SubscribeURL": f"https://{HOST}.example.com/?Action=ConfirmSubscription&Token=2336"},
        {"SubscribeURL": f"https://{HOST}/?Action=DeleteTopic&Token=2336"},
        {"SubscribeURL": None},
        {"Type": "UnsubscribeConfirmation"},
    ],
)
async def test_nothing_else_is_called_for_a_subscription(
    ses: Ses, amazon: Amazon, changes: dict[str, Any]
) -> None:
    callback = confirmation(NOW, **changes)

    assert await hear(ses, callback) == Heard()
    await ses.finish(callback)

    assert len(amazon.asked) == 1


async def test_a_forged_confirmation_is_refused(ses: Ses) -> None:
    with pytest.raises(Forged, match="signature"):
        await hear(ses, confirmation(NOW, key=STRANGER))


async def test_a_confirmation_that_gets_lost_is_nobodys_fault(ses: Ses, amazon: Amazon) -> None:
    callback = confirmation(NOW)
    await hear(ses, callback)
    await amazon.__aexit__()

    await ses.finish(callback)


@pytest.mark.parametrize(
    ("kind", "retry"), [("Permanent", False), ("Transient", True), ("Undetermined", True)]
)
async def test_a_bounce_is_for_good_only_if_ses_says_so(ses: Ses, kind: str, retry: bool) -> None:
    receipt = await receipt_of(ses, ses_event("Bounce", bounce=ses_bounce(kind)))

    assert (receipt.state, receipt.retry) == ("failed", retry)


async def test_a_bounce_without_words_is_told_in_ours(ses: Ses) -> None:
    bounce = {"bounceType": "Permanent", "bounceSubType": "Suppressed", "bouncedRecipients": []}

    receipt = await receipt_of(ses, ses_event("Bounce", bounce=bounce))

    assert receipt.detail == "Amazon SES: Permanent bounce, Suppressed"


async def test_a_complaint_is_a_failure_for_good(ses: Ses) -> None:
    receipt = await receipt_of(ses, ses_event("Complaint", complaint={"feedbackId": "0102"}))

    assert (receipt.state, receipt.retry, receipt.detail) == ("failed", False, COMPLAINT)


async def test_a_delivery_proves_no_more_than_that_another_server_has_it(ses: Ses) -> None:
    receipt = await receipt_of(ses, ses_event("Delivery", delivery={"smtpResponse": "250 ok"}))

    assert (receipt.provider_id, receipt.state) == (SES_NAME, "sent")


async def test_what_ses_does_not_send_may_go_by_somebody_else(ses: Ses) -> None:
    receipt = await receipt_of(ses, ses_event("Reject", reject={"reason": "Bad content"}))

    assert (receipt.state, receipt.retry) == ("failed", True)
    assert receipt.detail == "Amazon SES: Bad content"


@pytest.mark.parametrize(
    "told",
    [
        ses_event("Send"),
        ses_event("Open"),
        ses_event("DeliveryDelay", deliveryDelay={"delayType": "MailboxFull"}),
        {"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "It works."},
        "Successfully validated SNS topic for Amazon SES event publishing.",
        "",
    ],
)
async def test_what_is_no_news_says_nothing(ses: Ses, told: Any) -> None:
    assert await hear(ses, noted(told, NOW)) == Heard()


@pytest.mark.parametrize(
    "told",
    [
        {"eventType": "Bounce"},
        {"eventType": "Bounce", "mail": {}},
        {"eventType": ["Bounce"], "mail": {"messageId": "1"}},
        ses_event("Bounce", bounce={"bouncedRecipients": [{"diagnosticCode": 550}]}),
        '{"eventType": "Bounce"',
    ],
)
async def test_nonsense_that_sns_signed_is_not_understood(ses: Ses, told: Any) -> None:
    with pytest.raises(Unheard):
        await hear(ses, noted(told, NOW))
