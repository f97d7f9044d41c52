"""A page as channels are given it, and a post as rooms are."""

from msgspec.structs import replace

from tests.channels.test_email import DISK, MESSAGE
from tocsin.domain.reaching.room import Post

TOKEN = "Q0123456789ABC.0123456789abcdefghijkl"
PAGE = replace(
    MESSAGE,
    title="#12 Disk full on db-1 & db-2",
    body="Checkout: <0 % free>",
    deeds=("acknowledge", "resolve", "escalate"),
    token=TOKEN,
    answer_url=f"https://oncall.example.com/answer/{TOKEN}",
)
NOTICE = replace(PAGE, deeds=(), token="", answer_url="")
POST = Post(
    number=12,
    title="Disk full on db-1",
    url=DISK.html_url,
    status="triggered",
    urgency="high",
    language="en",
    standing="Triggered, assigned to: Ann Lee",
    facts=(("Service", "Checkout"),),
    deeds=("acknowledge", "resolve"),
)
