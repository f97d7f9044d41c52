"""Adaptive Cards: what Microsoft Teams shows of a message."""

from typing import Any, Final

from tocsin.channels.chats.sheet import Sheet
from tocsin.kit.text import shortened

# Teams takes 28 kB of everything together.
MOST_CHARACTERS: Final = 4000
MOST_LINES: Final = 60
CARD: Final = "application/vnd.microsoft.card.adaptive"


def drawn(sheet: Sheet) -> dict[str, Any]:
    """Draw a card: buttons carry their mark back, the link opens a page."""
    actions: list[dict[str, Any]] = [
        {
            "type": "Action.Execute",
            "title": button.label,
            "verb": button.deed,
            "data": {"mark": button.mark},
        }
        for button in sheet.buttons
    ]
    if sheet.url:
        actions.append({"type": "Action.OpenUrl", "title": sheet.link, "url": sheet.url})
    said = shortened(sheet.lines, MOST_CHARACTERS).splitlines()
    lines = [line for line in (*said[:MOST_LINES], sheet.upshot) if line]
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": sheet.title,
        "body": [_line(sheet.title, weight="Bolder"), *map(_line, lines)],
        "actions": actions,
    }


def enclosed(sheet: Sheet) -> dict[str, Any]:
    """Return a message that holds nothing but a card."""
    card = {"contentType": CARD, "contentUrl": None, "content": drawn(sheet)}
    return {"type": "message", "summary": sheet.title, "attachments": [card]}


def _line(text: str, **style: str) -> dict[str, Any]:
    """Return a line in which no Markdown is understood: others have written it."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
