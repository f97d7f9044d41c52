"""Amazon SNS on this machine: it checks each signature with AWS's own library."""

from urllib.parse import parse_qsl, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.standins.chat_server import Answered, Asked, ChatServer

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
REGION = "eu-central-1"
INVALID = "+1555"
_XML = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"'


def signature_of(asked: Asked, url: str) -> str:
    """Return the header that AWS's own library makes for a request."""
    names = [one.strip() for one in _proof(asked, "SignedHeaders").split(";")]
    request = AWSRequest(
        method=asked.method,
        url=url,
        data=asked.body,
        headers={name: asked.headers[name] for name in names},
    )
    request.context["timestamp"] = asked.headers["x-amz-date"]
    signer = SigV4Auth(Credentials(KEY_ID, SECRET), "sns", REGION)
    told = signer.string_to_sign(request, signer.canonical_request(request))
    signature: str = signer.signature(told, request)
    return signature


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
        if _proof(asked, "Signature") != signature_of(asked, f"{self.url}{asked.path}"):
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
