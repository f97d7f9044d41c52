"""Wording: a message is put into words, as short, as long or as speakable as a channel needs."""

from msgspec.structs import replace

from tocsin.domain.message import Message


def worded(message: Message) -> Message:
    """Return a message with its words in the person's language."""
    lines = [f"#{one.number} {one.title} ({one.service})" for one in message.incidents]
    if message.further:
        lines.append(f"+{message.further}")
    title = message.title or message.headline
    return replace(
        message,
        title=title,
        text=message.text or f"{message.incidents[0].service}: {title}",
        body=message.body or "\n".join(lines),
        speech=message.speech or ". ".join(one.title for one in message.incidents),
    )
