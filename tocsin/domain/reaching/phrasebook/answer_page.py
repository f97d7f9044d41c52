"""What the page says to which a message leads, and with which it is answered."""

from collections.abc import Mapping
from typing import Final

PHRASES: Final[Mapping[str, Mapping[str, str]]] = {
    "confirm": {
        "en": "I am awake",
        "de": "Ich bin wach",
        "fr": "Je suis réveillé",
        "es": "Estoy despierto",
        "ja": "起きています",
    },
    "arrived": {
        "en": "It has arrived",
        "de": "Ist angekommen",
        "fr": "C'est arrivé",
        "es": "Ha llegado",
        "ja": "届きました",
    },
    "status_triggered": {
        "en": "Triggered",
        "de": "Ausgelöst",
        "fr": "Déclenché",
        "es": "Activado",
        "ja": "発生中",
    },
    "status_acknowledged": {
        "en": "Acknowledged",
        "de": "Bestätigt",
        "fr": "Acquitté",
        "es": "Confirmado",
        "ja": "確認済み",
    },
    "status_resolved": {
        "en": "Resolved",
        "de": "Gelöst",
        "fr": "Résolu",
        "es": "Resuelto",
        "ja": "解決済み",
    },
    "answer_for": {
        "en": "For {name}",
        "de": "Für {name}",
        "fr": "Pour {name}",
        "es": "Para {name}",
        "ja": "{name} さん宛て",
    },
    "answer_all": {
        "en": "A button means all {count} incidents.",
        "de": "Ein Knopf gilt für alle {count} Vorfälle.",
        "fr": "Un bouton vaut pour les {count} incidents.",
        "es": "Cada botón vale para los {count} incidentes.",
        "ja": "ボタンは {count} 件すべてのインシデントに適用されます。",
    },
    "answer_further": {
        "en": "And {count} more.",
        "de": "Und {count} weitere.",
        "fr": "Et {count} autres.",
        "es": "Y {count} más.",
        "ja": "ほか {count} 件。",
    },
    "answer_over": {
        "en": "This link worked for 24 hours. Sign in to see what became of it.",
        "de": "Dieser Link galt 24 Stunden. Melden Sie sich an, um zu sehen, was daraus wurde.",
        "fr": "Ce lien était valable 24 heures. Connectez-vous pour voir la suite.",
        "es": "Este enlace valía 24 horas. Inicie sesión para ver qué ha pasado.",
        "ja": "このリンクの有効期限は 24 時間でした。その後の状況はサインインしてご覧ください。",
    },
    "answer_over_title": {
        "en": "This link leads nowhere now",
        "de": "Dieser Link führt nirgends mehr hin",
        "fr": "Ce lien ne mène plus nulle part",
        "es": "Este enlace ya no lleva a ninguna parte",
        "ja": "このリンクは無効になりました",
    },
    "answer_resolved": {
        "en": "Nothing is left to do here: all of it is resolved.",
        "de": "Hier ist nichts mehr zu tun: alles ist gelöst.",
        "fr": "Il n'y a plus rien à faire ici : tout est résolu.",
        "es": "Aquí no queda nada por hacer: todo está resuelto.",
        "ja": "ここですることはもうありません。すべて解決済みです。",
    },
    "answer_sign_in": {
        "en": "Sign in",
        "de": "Anmelden",
        "fr": "Se connecter",
        "es": "Iniciar sesión",
        "ja": "サインイン",
    },
    "push_unsent": {
        "en": "Not sent: there was no connection. Try again.",
        "de": "Nicht gesendet: keine Verbindung. Versuchen Sie es noch einmal.",
        "fr": "Non envoyé : pas de connexion. Réessayez.",
        "es": "No enviado: sin conexión. Inténtelo de nuevo.",
        "ja": "送信できませんでした。接続がありません。もう一度お試しください。",
    },
}
