"""SMS by Amazon SNS, to a number and without a topic. No receipts come back, and no answers."""

import re
from collections.abc import Mapping
from typing import ClassVar, Final, Self
from urllib.parse import urlencode

from tocsin.channels.asking import Answer, ask, refused
from tocsin.channels.dialling import dialled
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import SMS, Field
from tocsin.domain.reaching.message import Message
from tocsin.kit.aws import Credentials, signed_headers
from tocsin.kit.sms import shortened
from tocsin.kit.text import one_line, printable

VERSION: Final = "2010-03-31"
MOST_PARTS: Final = 3
LONGEST_SAID: Final = 200

_SETTINGS: Final = (
    Field(name="access_key_id", label="Access key ID", kind="text", example="AKIAIOSFODNN7EXAMPLE"),
    Field(name="secret_access_key", label="Secret access key", kind="secret", example=""),
    Field(
        name="region",
        label="Region",
        kind="text",
        example="eu-central-1",
        help="a region in which SNS sends SMS,",
        pattern=r"[a-z]{2}(-[a-z]+)+-[0-9]",
    ),
    Field(
        name="sender",
        label="Sender",
        kind="text",
        example="Oncall",
        help="a number of yours at AWS, or a name of at most 11 letters where countries take it,",
        required=False,
        pattern=r"\+[0-9]{5,15}|[A-Za-z0-9-]{1,11}",
    ),
    Field(
        name="base_url",
        label="API address",
        kind="url",
        example="https://sns.eu-central-1.amazonaws.com",
        help="If it is not that of the region.",
        required=False,
    ),
)
_OURS: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "ExpiredToken",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "MissingAuthenticationToken",
        "OptInRequired",
        "SignatureDoesNotMatch",
    }
)
_PERMANENT: Final = frozenset(
    {"EndpointDisabled", "InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid"}
)


class Sns:
    """Asks SNS to send. ``sender`` is empty where AWS chooses one."""

    declaration: ClassVar[Declaration] = Declaration(
        name="sns",
        label="Amazon SNS",
        kind=SMS,
        settings=_SETTINGS,
        tested="a stand-in over HTTP; signatures equal to those of AWS's own library",
    )

    def __init__(self, tools: Tools, credentials: Credentials, sender: str, base_url: str) -> None:
        self._http = tools.http
        self._clock = tools.clock
        self._credentials = credentials
        self._sender = sender
        self.url = f"{base_url.rstrip('/')}/"

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        credentials = Credentials(
            key_id=settings["access_key_id"],
            secret=settings["secret_access_key"],
            region=settings["region"],
            service="sns",
        )
        usual = f"https://sns.{credentials.region}.amazonaws.com"
        base_url = settings.get("base_url") or usual
        return cls(tools, credentials, settings.get("sender", ""), base_url)

    async def send(self, message: Message, address: str) -> Delivery:
        """Send once. SNS says that it took the message, never that it arrived."""
        fields = {
            "Action": "Publish",
            "Version": VERSION,
            "PhoneNumber": dialled(address).number,
            "Message": shortened(printable(message.text), MOST_PARTS),
            **_attributes(self._sender),
        }
        body = urlencode(fields).encode()
        headers = signed_headers(self._credentials, self.url, body, self._clock())
        request = self._http.build_request("POST", self.url, content=body, headers=headers)
        return await ask(self._http, request, _judged)


def _attributes(sender: str) -> dict[str, str]:
    """Name what SNS shall know of a message: unless told otherwise, it takes it for advertising."""
    wanted = {"AWS.SNS.SMS.SMSType": "Transactional"}
    if sender:
        is_number = sender.startswith("+")
        name = "AWS.MM.SMS.OriginationNumber" if is_number else "AWS.SNS.SMS.SenderID"
        wanted[name] = sender
    fields = {}
    for number, (name, value) in enumerate(wanted.items(), start=1):
        entry = f"MessageAttributes.entry.{number}"
        fields[f"{entry}.Name"] = name
        fields[f"{entry}.Value.DataType"] = "String"
        fields[f"{entry}.Value.StringValue"] = value
    return fields


def _judged(answer: Answer) -> Delivery:
    said = answer.body.decode("utf-8", "replace")
    id_ = _element("MessageId", said)
    if answer.is_success and id_:
        return Delivery(ok=True, detail="SNS took it.", provider_id=id_)
    code, sentence = _element("Code", said), one_line(_element("Message", said), LONGEST_SAID)
    if not code:
        return refused(answer)
    return Delivery(
        ok=False,
        detail=f"SNS: {sentence or 'refused'} ({code})",
        is_our_fault=code in _OURS,
        retry=code not in _OURS | _PERMANENT,
        wait_seconds=answer.wait_seconds,
    )


def _element(name: str, xml: str) -> str:
    """Return what an element holds; those of SNS hold nothing but text."""
    found = re.search(rf"<{name}>([^<]*)</{name}>", xml)
    return found[1].strip() if found else ""
