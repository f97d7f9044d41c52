"""Answering: what a person wrote back to a page, in a short message, a chat or a mail.

``read`` understands a reply that says one thing and nothing else: a key (``4``), a word of one of
our languages (``ack``, ``gelöst``), either with the number of an incident (``4 12``, ``12 ack``).
Whatever is left open is not guessed: None, and whoever wrote it is told how to answer.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import msgspec

from tocsin.domain.reaching.answer import BY_KEY, Deed

LONGEST: Final = 20_000  # characters of a reply that are looked at
MOST_WORDS: Final = 8  # more are a letter, not an answer

# As people write them: cases, accents and the width of letters make no difference.
_WORDS: Final[Mapping[Deed, str]] = {
    "acknowledge": """
        ack acked acknowledge acknowledged ok okay okey 👍 👌 🆗
        bestätigen bestätige bestätigt quittieren quittiert übernehme übernommen
        acquitter acquitte acquitté reçu
        confirmar confirmo confirmado recibido vale
        確認 確認する 確認します 確認しました 確認済み 了解 了解です 了解しました 承知しました
    """,
    "resolve": """
        resolve resolved solved fixed done close closed
        lösen löse gelöst behoben erledigt geschlossen
        résoudre résolu résolus réglé terminé fermé
        resolver resuelvo resuelto resueltos solucionado cerrado
        解決 解決する 解決します 解決しました 解決済み 完了 完了しました 復旧しました
    """,
    "escalate": """
        escalate escalated esc
        eskalieren eskaliere eskaliert
        escalader escalade
        escalar escalo
        エスカレーション エスカレート エスカレートする エスカレートして
    """,
    "join": """
        join joined joining accept accepted coming
        annehmen angenommen zusagen zusage komme dabei
        accepter accepte accepté viens rejoindre
        aceptar acepto aceptado voy
        引き受ける 引き受けます 参加 参加します
    """,
    "decline": """
        decline declined reject rejected
        ablehnen abgelehnt absagen absage
        refuser refuse refusé décliner
        rechazar rechazo rechazado
        辞退 辞退する 辞退します
    """,
    "confirm": """
        confirm confirmed awake wach réveillé réveillée éveillé despierto despierta
        arrived angekommen arrivé arrivée llegado
        起きています 起きてます 起きた 届きました 届いた
    """,
    "list": "list status liste lister offen lista abiertos 一覧 リスト",
}
_EVERYTHING: Final = "all alle alles beide both tous tout todos todo 全部 すべて 全て"
# Words beside the one that counts, which change nothing about it.
_FILLING: Final = """
    please incident incidents i am it has bitte vorfall vorfälle ich bin es ist
    svp je suis c est por favor estoy ha incidente incidentes インシデント を
"""
# Words by which a person tells the carrier to deliver nothing, or something again.
_OPTING: Final = """
    stop stopall stopp unsubscribe cancel end quit optout revoke arret arrêt alto
    start unstop yes
"""

# A number with its mark, a word, or a thumb. Japanese puts no spaces between words.
_PIECE: Final = re.compile(r"#?\d+|すべて|全て|全部|を|[^\W\d_を]+|[👍👌🆗]")
_NUMBER: Final = re.compile(r"#?[0-9]{1,9}")
# Blanks of one line, and lines of some length only: what strangers write must not keep us busy.
_QUOTED: Final = re.compile(r"^[^\S\n]*[>|].*$", re.MULTILINE)
_ATTRIBUTION: Final = re.compile(
    r"^[^\S\n]*(on|am|le|el)\b[^\n]{0,200}(\n[^\n]{1,200})?"
    r"(wrote|schrieb[^\n]{0,200}|a écrit|escribió)[^\S\n]*:[^\S\n]*$"
    r"|^[^\n]{0,200}(のメール|が書きました|wrote|schrieb|a écrit|escribió)"
    r"[^\S\n]*[::][^\S\n]*$",
    re.MULTILINE | re.IGNORECASE,
)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted. ``number`` is the incident that was named; None means all of the message."""

    deed: Deed
    number: int | None = None


def read(text: str) -> Said | None:
    """Return what somebody wants by a reply, None if that is not plain.

    Only the first line counts that the person wrote: what follows it are greetings, signatures,
    and the message that is answered.
    """
    pieces = _pieces(text)
    if not 0 < len(pieces) <= MOST_WORDS:
        return None
    numbers = [piece for piece in pieces if _NUMBER.fullmatch(piece)]
    words = {piece for piece in pieces if piece not in numbers} - _FILLERS
    deeds = {_MEANT.get(word) for word in words - _ALL}
    if not deeds:
        deeds = {BY_KEY.get(numbers.pop(0))} if numbers else set()
    deed = deeds.pop() if len(deeds) == 1 else None
    if deed is None or len(numbers) > 1 or (numbers and words & _ALL):
        return None
    return Said(deed=deed, number=int(numbers[0].lstrip("#")) if numbers else None)


def is_for_the_carrier(text: str) -> bool:
    """Say whether somebody wrote STOP or START, which carriers act upon: nothing is answered."""
    return " ".join(_pieces(text)) in _OPTS


def plain(text: str) -> str:
    """Return a text without what people leave out in a hurry."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in apart if not "\u0300" <= one <= "\u036f")
    return unicodedata.normalize("NFKC", bare)


def _pieces(text: str) -> list[str]:
    own = _QUOTED.sub("", _ATTRIBUTION.sub("", text[:LONGEST].replace("\r", "")))
    lines = (line for line in own.splitlines() if line.strip())
    return _PIECE.findall(plain(next(lines, "")))


def _known(words: str) -> frozenset[str]:
    return frozenset(plain(words).split())


_MEANT: Final[Mapping[str, Deed]] = {
    word: deed for deed, words in _WORDS.items() for word in _known(words)
}
_ALL: Final = _known(_EVERYTHING)
_FILLERS: Final = _known(_FILLING)
_OPTS: Final = _known(_OPTING)
