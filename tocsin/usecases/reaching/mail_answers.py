"""Mail that comes back: a reply is an answer, a bounce a receipt of a message of ours."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from tocsin.domain.intake.event import Link
from tocsin.domain.reaching.answer import Answer
from tocsin.domain.reaching.hearing import Heard, Receipt
from tocsin.domain.reaching.letter import Words
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.reaching.sent import Sent
from tocsin.kit.text import one_line
from tocsin.store.people.users import USERS
from tocsin.store.reaching.messages import MESSAGES
from tocsin.usecases.house import House
from tocsin.usecases.reaching import answers, late_receipts, letters
from tocsin.usecases.reaching.answer_tokens import message_of

BOUNCES_LAST: Final = timedelta(hours=48)
GOOD_FOR: Final = timedelta(minutes=30)  # nobody wants to hear later what came of an answer
LONGEST_SUBJECT: Final = 150

log = structlog.get_logger("tocsin.mail")


def is_answer(house: House, token: str) -> bool:
    """Say whether somebody who received a message of ours may write to this address."""
    return message_of(house, token) is not None


async def answer(house: House, token: str, said: Answer | None, now: datetime) -> None:
    """Do what somebody replied, and write back what came of it; None was not understood."""
    async with house.database.read() as tx:
        sent = await MESSAGES.get(tx, message_of(house, token) or "")
    if sent is None:
        return
    if said is None:
        await _write_back(house, sent, phrase("mail_unread", sent.body.language), now)
        return
    [upshot], _ = await answers.take(house, None, Heard(answers=(said,)), now)
    await _write_back(house, sent, upshot.sentence, now)


async def bounce(house: House, message_id: str, receipt: Receipt, now: datetime) -> None:
    """Write down that a message did not arrive, if that is still worth knowing."""
    async with house.database.read() as tx:
        sent = await MESSAGES.get(tx, message_id)
    if sent is None or now - sent.at > BOUNCES_LAST:
        log.info("bounce.late", message=message_id)
        return
    await late_receipts.note_message(house, sent.id, receipt, now)


async def _write_back(house: House, sent: Sent, sentence: str, now: datetime) -> None:
    if not letters.can_send(house):
        return
    subject = phrase("mail_answered", sent.body.language, title=sent.body.title)
    link = None
    if sent.body.incidents:
        link = Link(sent.body.incidents[0].html_url, phrase("open", sent.body.language))
    words = Words(
        about="answer",
        subject=one_line(subject, LONGEST_SUBJECT),
        sentences=(sentence,),
        link=link,
        good_for=GOOD_FOR,
    )
    async with house.database.begin() as tx:
        user = await USERS.get(tx, sent.user_id)
        if user is not None:
            await letters.post(tx, house, user, words, now)
