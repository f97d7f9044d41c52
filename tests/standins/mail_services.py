"""Mail services that tell what bounced: their calls, signed as their documentation says."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.standins.chat_server import Answered, Asked, ChatServer
from tocsin.domain.reaching.hearing import Callback

URL: Final = "https://oncall.example.com/callbacks/P1"
TOPIC: Final = "arn:aws:sns:eu-central-1:123456789012:bounces"
HOST: Final = "sns.eu-central-1.amazonaws.com"
CERTIFICATE: Final = f"https://{HOST}/SimpleNotificationService-{'0a' * 16}.pem"
SES_NAME: Final = "0107019a5f3c2d1e-0b2c4d6e-8f01-4a3b-9c5d-7e6f8a9b0c1d-000000"
MAILGUN_KEY: Final = "0123456789abcdef0123456789abcdef"
POSTMARK_KEY: Final = "correct-horse-battery"

_KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)

ELLIPTIC: Final = ec.generate_private_key(ec.SECP256R1())


def certificate(key: Any = _KEY) -> bytes:
    """Return what SNS publishes."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    begun = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    ended = begun.not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
    return ended.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


class Amazon(ChatServer):
    """SNS as it is asked for certificates and confirmations: ``published`` by the path."""

    def __init__(self) -> None:
        super().__init__()
        path = CERTIFICATE.removeprefix(f"https://{HOST}")
        self.published = {path: certificate().decode()}

    def answer(self, asked: Asked) -> Answered:
        """Give a certificate, or take a confirmation."""
        if asked.path.startswith("/?Action=ConfirmSubscription"):
            return Answered(200, "<ConfirmSubscriptionResponse/>")
        found = self.published.get(asked.path)
        return Answered(200, found) if found else Answered(404, "Not here")

    @property
    def paths(self) -> list[str]:
        """What it was asked for."""
        return [asked.path for asked in self.asked]


class Detour(httpx.AsyncBaseTransport):
    """Leads to a stand-in what is asked of SNS, and nothing else anywhere."""

    def __init__(self, amazon: Amazon, host: str = HOST) -> None:
        self._amazon = httpx.URL(amazon.url)
        self._host = host
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it to the stand-in."""
        assert (request.url.scheme, request.url.host) == ("https", self._host)
        there = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._amazon.port)
        return await self._inner.handle_async_request(
            httpx.Request(request.method, there, headers=request.headers, stream=request.stream)
        )

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()


def noted(
    message: Any, at: datetime, *, version: str = "1", key: Any = _KEY, **changes: Any
) -> Callback:
    """Let SNS tell something, signed as the version has it; ``None`` takes a field away."""
    note = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.719Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": f"https://{HOST}/?Action=Unsubscribe",
    } | changes
    note = {name: value for name, value in note.items() if value is not None}
    method = hashes.SHA256() if version == "2" else hashes.SHA1()
    signature = key.sign(_signed(note), padding.PKCS1v15(), method)
    return called({"Signature": base64.b64encode(signature).decode()} | note)


def confirmation(at: datetime, **changes: Any) -> Callback:
    """Let SNS ask whether we want to hear of the topic."""
    given = {
        "Type": "SubscriptionConfirmation",
        "Token": "2336412f37fb687f5d51e6e241d09c80",
        "SubscribeURL": f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336",
    }
    return noted("You have chosen to subscribe to the topic.", at, **(given | changes))


def _signed(note: dict[str, Any]) -> bytes:
    """Write down what the documentation of SNS lists, in the order of the letters."""
    names = {"Message", "MessageId", "Timestamp", "TopicArn", "Type"}
    names |= {"Subject"} if note["Type"] == "Notification" else {"SubscribeURL", "Token"}
    lines = [line for name in sorted(names & note.keys()) for line in (name, note[name])]
    return "".join(f"{line}\n" for line in lines).encode()


def ses_event(kind: str, *, name: str = SES_NAME, type_: str = "eventType", **told: Any) -> Any:
    """Return an event of SES."""
    return {type_: kind, "mail": {"messageId": name, "source": "oncall@example.com"}, **told}


def ses_bounce(kind: str = "Permanent", said: str = "smtp; 550 5.1.1 no such user") -> Any:
    """Return what SES says of a mail that came back."""
    recipient = {"emailAddress": "ann@example.com", "action": "failed", "diagnosticCode": said}
    return {
        "bounceType": kind,
        "bounceSubType": "General",
        "bouncedRecipients": [recipient],
        "feedbackId": "0102",
    }


def mailgun(
    event: Any, at: datetime, *, token: str = "t" * 50, key: str = MAILGUN_KEY, **changes: Any
) -> Callback:
    """Let Mailgun tell something."""
    seconds = str(int(at.timestamp()))
    signature = hmac.new(key.encode(), f"{seconds}{token}".encode(), hashlib.sha256).hexdigest()
    given = {"timestamp": seconds, "token": token, "signature": signature} | changes
    return called({"signature": given, "event-data": event})


def mailgun_event(kind: str, message_id: str, **told: Any) -> Any:
    """Return an event of Mailgun about a mail of ours."""
    return {
        "event": kind,
        "recipient": "ann@example.com",
        "message": {"headers": {"message-id": f"page.{message_id}@example.com"}},
        "user-variables": {"tocsin": message_id},
        **told,
    }


def mailgun_failure(message_id: str, severity: str = "permanent", **told: Any) -> Any:
    """Return what Mailgun says of a mail that could not be delivered."""
    status = {"code": 550, "message": "5.1.1 no such user", "description": None, "tls": True}
    given: dict[str, Any] = {"reason": "bounce", "delivery-status": status} | told
    return mailgun_event("failed", message_id, severity=severity, **given)


def postmark(record: Any, **headers: str) -> Callback:
    """Let Postmark tell something; without a key of its own in ``headers``, with the right one."""
    return called(record, **(headers or {"authorization": basic(POSTMARK_KEY)}))


def basic(password: str, user: str = "postmark") -> str:
    """Return the header of basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def postmark_record(kind: str, message_id: str, **told: Any) -> Any:
    """Return a record of Postmark about a mail of ours."""
    return {
        "RecordType": kind,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"tocsin": message_id},
        **told,
    }


def postmark_bounce(message_id: str, kind: str = "HardBounce", **told: Any) -> Any:
    """Return what Postmark says of a mail that came back."""
    given: dict[str, Any] = {"Details": "smtp;550 5.1.1 no such user", "Inactive": False} | told
    return postmark_record("Bounce", message_id, Type=kind, Email="ann@example.com", **given)


def called(told: Any, **headers: str) -> Callback:
    """Return a call as it arrives."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Callback(method="POST", url=URL, headers=headers, body=body)
