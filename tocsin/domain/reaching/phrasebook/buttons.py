"""What stands on buttons and links."""

from typing import Final

PHRASES: Final = {
    "acknowledge": {
        "en": "Acknowledge",
        "de": "Bestätigen",
        "fr": "Acquitter",
        "es": "Confirmar",
        "ja": "確認する",
    },
    "resolve": {
        "en": "Resolve",
        "de": "Lösen",
        "fr": "Résoudre",
        "es": "Resolver",
        "ja": "解決する",
    },
    "escalate": {
        "en": "Escalate",
        "de": "Eskalieren",
        "fr": "Escalader",
        "es": "Escalar",
        "ja": "エスカレーション",
    },
    "join": {
        "en": "Accept",
        "de": "Annehmen",
        "fr": "Accepter",
        "es": "Aceptar",
        "ja": "引き受ける",
    },
    "decline": {
        "en": "Decline",
        "de": "Ablehnen",
        "fr": "Refuser",
        "es": "Rechazar",
        "ja": "辞退する",
    },
    "open": {
        "en": "Open incident",
        "de": "Vorfall öffnen",
        "fr": "Ouvrir l'incident",
        "es": "Abrir el incidente",
        "ja": "インシデントを開く",
    },
}
