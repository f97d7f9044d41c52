"""Letters: mail to one person that is no page, in words that are settled here."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.intake.event import Link
from tocsin.domain.people.ticket import GOOD_FOR

FIRST_PAUSE: Final = timedelta(minutes=1)  # before it is tried again; twice as long each time
LONGEST_PAUSE: Final = timedelta(hours=1)
GIVE_UP_AFTER: Final = timedelta(days=1)
TRIAL_FOR: Final = timedelta(minutes=10)
_DOUBLED_AT_MOST: Final = 10  # times, so that the figure stays small


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says: sentences, what to follow, and sentences after that.

    ``about`` names its kind for machines; it is worth reading for ``good_for``.
    """

    about: str
    subject: str
    sentences: tuple[str, ...]
    link: Link | None = None
    afterwards: tuple[str, ...] = ()
    good_for: timedelta = GIVE_UP_AFTER


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Words on their way to a person."""

    id: str
    at: datetime
    sender: str
    recipient: str
    address: str
    words: Words


def next_try(
    letter: Letter, *, attempts: int, now: datetime, wait_seconds: int = 0
) -> datetime | None:
    """Return when to try again, or None once nobody would want it any more.

    ``wait_seconds`` is what the other side asked for.
    """
    doubled: int = 2 ** min(attempts - 1, _DOUBLED_AT_MOST)
    pause = min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
    at = now + max(pause, timedelta(seconds=wait_seconds))
    return at if at <= letter.at + min(letter.words.good_for, GIVE_UP_AFTER) else None


def invitation(*, inviter: str, email: str, house: str, href: str) -> Words:
    """Invite somebody to choose a password and come in."""
    return Words(
        about="invitation",
        subject=f"{inviter} invites you to Tocsin",
        sentences=(
            f"{inviter} has added you to the on-call team at {house}.",
            f"Choose a password, and sign in with {email} from then on.",
        ),
        link=Link(href, "Accept the invitation"),
        afterwards=(
            "The link works once, within seven days.",
            f"If you do not know {inviter}, leave this letter alone: nothing happens then.",
        ),
        good_for=GOOD_FOR["invitation"],
    )


def reset(*, email: str, house: str, href: str) -> Words:
    """Let somebody choose another password who has forgotten theirs."""
    return Words(
        about="reset",
        subject="Choose a new password",
        sentences=(f"Somebody asked for a new password for {email} at {house}.",),
        link=Link(href, "Choose a new password"),
        afterwards=(
            "The link works once, within an hour.",
            "If it was not you, leave this letter alone: your password stays as it is.",
        ),
        good_for=GOOD_FOR["reset"],
    )


def trial(*, house: str) -> Words:
    """Show somebody that letters arrive."""
    return Words(
        about="trial",
        subject="Mail from this server arrives",
        sentences=(
            f"You asked {house} to send you a letter, and here it is.",
            "Pages by e-mail take the same way.",
        ),
        link=Link(f"{house}/settings/mail", "To the mail settings"),
        good_for=TRIAL_FOR,
    )


def password_changed(*, email: str, house: str, address: str) -> Words:
    """Tell somebody that their password is another one now."""
    return Words(
        about="password_changed",
        subject="Your password was changed",
        sentences=(
            f"The password of {email} at {house} was changed, from the address {address}.",
            "Whoever else was signed in with the old one was signed out; API keys work as before.",
        ),
        link=Link(f"{house}/password/forgotten", "It was not me"),
        afterwards=(
            "If it was you, there is nothing to do.",
            "If not, follow the link to choose another password, and tell an administrator.",
        ),
    )


def address_changed(*, old: str, new: str, by: str, house: str) -> Words:
    """Tell whoever reads the old address that another one is used to sign in from now on."""
    return Words(
        about="address_changed",
        subject="You sign in with another address now",
        sentences=(
            f"{by} has changed the e-mail address of {old} at {house} to {new}.",
            "Sign in with the new one from now on; links that were sent to the old one lead"
            " nowhere. Pages go where they went before.",
        ),
        afterwards=("If you did not want this, tell an administrator at once.",),
    )


def cannot_be_woken(*, since: str, posts: str, why: str, href: str) -> Words:
    """Tell somebody who is on call that no page would wake them, and what to do about it."""
    return Words(
        about="cannot_be_woken",
        subject="You are on call, and nothing would wake you",
        sentences=(
            f"You are on call {since} for {posts}, and no page of high urgency would wake you:"
            f" {why}.",
            "Add a way to be reached, such as a telephone, and a step at high urgency that"
            " uses it.",
        ),
        link=Link(href, "Add a way to be reached"),
        afterwards=("Administrators were told, too.",),
    )
