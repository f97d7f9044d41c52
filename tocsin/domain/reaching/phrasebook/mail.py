"""What mails say beside what they are about, and what is written back to those who answer."""

from typing import Final

PHRASES: Final = {
    "mail_opened": {
        "en": "Opened",
        "de": "Seit",
        "fr": "Ouvert",
        "es": "Abierto",
        "ja": "発生時刻",
    },
    "mail_link": {
        "en": "Link",
        "de": "Link",
        "fr": "Lien",
        "es": "Enlace",
        "ja": "リンク",
    },
    "mail_image": {
        "en": "Image",
        "de": "Bild",
        "fr": "Image",
        "es": "Imagen",
        "ja": "画像",
    },
    "mail_urgency_high": {
        "en": "High urgency",
        "de": "Hohe Dringlichkeit",
        "fr": "Urgence élevée",
        "es": "Urgencia alta",
        "ja": "緊急度: 高",
    },
    "mail_urgency_low": {
        "en": "Low urgency",
        "de": "Niedrige Dringlichkeit",
        "fr": "Urgence basse",
        "es": "Urgencia baja",
        "ja": "緊急度: 低",
    },
    "mail_since": {
        "en": "{service}, since {when}",
        "de": "{service}, seit {when}",
        "fr": "{service}, depuis {when}",
        "es": "{service}, desde {when}",
        "ja": "{service}、{when} から",
    },
    "mail_waits": {
        "en": "{name}, this incident waits for you.",
        "de": "{name}, dieser Vorfall wartet auf Sie.",
        "fr": "{name}, cet incident vous attend.",
        "es": "{name}, este incidente le espera.",
        "ja": "{name} さん、このインシデントが対応を待っています。",
    },
    "mail_wait": {
        "en": "{name}, these incidents wait for you.",
        "de": "{name}, diese Vorfälle warten auf Sie.",
        "fr": "{name}, ces incidents vous attendent.",
        "es": "{name}, estos incidentes le esperan.",
        "ja": "{name} さん、これらのインシデントが対応を待っています。",
    },
    "mail_reply": {
        "en": "You can also reply to this mail: 4 acknowledges, 6 resolves.",
        "de": "Sie können auch auf diese Mail antworten: 4 bestätigt, 6 löst.",
        "fr": "Vous pouvez aussi répondre à ce mail : 4 acquitte, 6 résout.",
        "es": "También puede responder a este correo: 4 confirma, 6 resuelve.",
        "ja": "このメールへの返信でも操作できます。4 で確認、6 で解決です。",
    },
    "mail_answered": {
        "en": "Your answer: {title}",
        "de": "Ihre Antwort: {title}",
        "fr": "Votre réponse : {title}",
        "es": "Su respuesta: {title}",
        "ja": "ご返信: {title}",
    },
    "mail_unread": {
        "en": "Your reply was not understood, and nothing was done. Reply with one word, such as"
        " ack or resolved, or use the buttons of the mail.",
        "de": "Ihre Antwort wurde nicht verstanden, und nichts wurde getan. Antworten Sie mit einem"
        " Wort, etwa bestätigt oder gelöst, oder mit den Knöpfen der Mail.",
        "fr": "Votre réponse n'a pas été comprise et rien n'a été fait. Répondez d'un mot, comme"
        " acquitté ou résolu, ou utilisez les boutons du mail.",
        "es": "No se ha entendido su respuesta y no se ha hecho nada. Responda con una palabra,"
        " como confirmado o resuelto, o use los botones del correo.",
        "ja": "返信の内容を理解できなかったため、何も行われませんでした。「確認」や「解決」のように"
        " 一語で返信するか、メールのボタンをお使いください。",
    },
}
