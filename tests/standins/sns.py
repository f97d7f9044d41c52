"""Amazon SNS on this machine: it checks each signature."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from tests.standins.chat_server import Answered, Asked, ChatServer
from tocsin.kit.aws import Credentials, signed_headers

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
REGION = "eu-central-1"
INVALID = "+1555"
_XML = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"'


def proof_of(asked: Asked, url: str) -> str:
    """Return the header that whoever knows the secret makes (``tests/kit`` proves how)."""
    known = Credentials(key_id=KEY_ID, secret=SECRET, region=REGION, service="sns")
    at = datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return signed_headers(known, url, asked.body, at)["authorization"]


class SnsServer(ChatServer):
    """``sent`` are the messages that it took; ``refusal`` is the code with which it takes none."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, str]] = []
        self.refusal: tuple[int, str] | None = None

    def answer(self, asked: Asked) -> Answered:
        """Take a message, or say why not."""
        fields = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        if not _proof(asked, "Credential").startswith(f"{KEY_ID}/"):
            return _fault(403, "InvalidClientTokenId")
        if asked.headers["authorization"] != proof_of(asked, f"{self.url}{asked.path}"):
            return _fault(403, "SignatureDoesNotMatch")
        if asked.headers["host"] != urlsplit(self.url).netloc:
            return _fault(403, "SignatureDoesNotMatch")
        if self.refusal:
            return _fault(*self.refusal)
        if fields.get("PhoneNumber") == INVALID:
            return _fault(400, "InvalidParameter")
        self.sent.append(fields)
        return Answered(
            200,
            f"<PublishResponse {_XML}><PublishResult><MessageId>m-{len(self.sent)}</MessageId>"
            "</PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
            "</PublishResponse>",
        )


def _fault(status: int, code: str) -> Answered:
    return Answered(
        status,
        f"<ErrorResponse {_XML}><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>It is {code}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>",
    )


def _proof(asked: Asked, name: str) -> str:
    _, _, parts = asked.headers.get("authorization", "").partition(" ")
    return dict(part.strip().partition("=")[::2] for part in parts.split(",")).get(name, "")
