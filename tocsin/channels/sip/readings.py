"""How Japanese words of ours are read: espeak-ng knows syllables, and no Chinese letters."""

from typing import Final

_READINGS: Final = {
    "もう一度": "もういちど",
    "不明": "ふめい",
    "今": "いま",
    "件": "けん",
    "伝え": "つたえ",
    "何も": "なにも",
    "使え": "つかえ",
    "失礼": "しつれい",
    "引き受け": "ひきうけ",
    "応答": "おうとう",
    "押": "お",
    "操作": "そうさ",
    "方": "かた",
    "次": "つぎ",
    "発生": "はっせい",
    "知らせ": "しらせ",
    "確認": "かくにん",
    "聞": "き",
    "行": "おこな",
    "記録": "きろく",
    "解決": "かいけつ",
    "辞退": "じたい",
    "電話": "でんわ",
}


def readable(text: str, language: str) -> str:
    """Return a text that espeak-ng can read aloud, as far as its words are ours."""
    if language != "ja":
        return text
    for word in sorted(_READINGS, key=len, reverse=True):
        text = text.replace(word, _READINGS[word])
    return text
