"""Mail, as administrators try it: a letter to themselves, and what the mail server said to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.people.user import User
from tocsin.domain.reaching.letter import trial
from tocsin.domain.reaching.notification import Notification
from tocsin.store import work as work_store
from tocsin.store.reaching.notifications import NEWEST_FIRST, NOTIFICATIONS, within
from tocsin.usecases.errors import Conflict
from tocsin.usecases.house import House
from tocsin.usecases.reaching import letters

MOST_SHOWN: Final = 5
LATELY: Final = timedelta(days=1)
NO_SERVER: Final = (
    "Mail cannot be sent: no mail server is set up. Add one at Settings, Providers, or set"
    " TOCSIN_SMTP_URL and restart."
)


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """Letters to one person: how many are on their way, and what came of the last attempts."""

    on_the_way: int
    attempts: Sequence[Notification]


async def send_trial(house: House, user: User, now: datetime) -> None:
    """Send somebody a letter that says that letters arrive. It leaves with the next due work."""
    if not letters.can_send(house):
        raise Conflict(NO_SERVER)
    words = trial(house=house.settings.public_url)
    async with house.database.begin() as tx:
        await letters.post(tx, house, user, words, now)


async def look(house: House, user: User, now: datetime) -> Post:
    """Say what became of letters to somebody lately."""
    c = NOTIFICATIONS.c
    where = (within(now - LATELY, now + LATELY), c.user_id == user.id, c.incident_id.is_(None))
    async with house.database.read() as tx:
        return Post(
            on_the_way=await work_store.letters_to(tx, user.id),
            attempts=await NOTIFICATIONS.select(
                tx, *where, order_by=NEWEST_FIRST, limit=MOST_SHOWN
            ),
        )
