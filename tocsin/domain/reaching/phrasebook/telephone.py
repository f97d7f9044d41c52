"""What is said on a telephone."""

from typing import Final

PHRASES: Final = {
    "call_greeting": {
        "en": "This is Tocsin, calling for {recipient}.",
        "de": "Hier ist Tocsin mit einem Anruf für {recipient}.",
        "fr": "Ici Tocsin, un appel pour {recipient}.",
        "es": "Aquí Tocsin, con una llamada para {recipient}.",
        "ja": "こちらはTocsinです。{recipient}さんへのお電話です。",
    },
    "call_press_acknowledge": {
        "en": "To acknowledge, press {digit}.",
        "de": "Zum Bestätigen drücken Sie die {digit}.",
        "fr": "Pour acquitter, appuyez sur {digit}.",
        "es": "Para confirmar, pulse {digit}.",
        "ja": "確認するには、{digit}を押してください。",
    },
    "call_press_resolve": {
        "en": "To resolve, press {digit}.",
        "de": "Zum Lösen drücken Sie die {digit}.",
        "fr": "Pour résoudre, appuyez sur {digit}.",
        "es": "Para resolver, pulse {digit}.",
        "ja": "解決するには、{digit}を押してください。",
    },
    "call_press_escalate": {
        "en": "To escalate, press {digit}.",
        "de": "Zum Eskalieren drücken Sie die {digit}.",
        "fr": "Pour escalader, appuyez sur {digit}.",
        "es": "Para escalar, pulse {digit}.",
        "ja": "エスカレーションするには、{digit}を押してください。",
    },
    "call_press_join": {
        "en": "To accept, press {digit}.",
        "de": "Zum Annehmen drücken Sie die {digit}.",
        "fr": "Pour accepter, appuyez sur {digit}.",
        "es": "Para aceptar, pulse {digit}.",
        "ja": "引き受けるには、{digit}を押してください。",
    },
    "call_press_decline": {
        "en": "To decline, press {digit}.",
        "de": "Zum Ablehnen drücken Sie die {digit}.",
        "fr": "Pour refuser, appuyez sur {digit}.",
        "es": "Para rechazar, pulse {digit}.",
        "ja": "辞退するには、{digit}を押してください。",
    },
    "call_press_confirm": {
        "en": "To say that you are there, press {digit}.",
        "de": "Um zu sagen, dass Sie da sind, drücken Sie die {digit}.",
        "fr": "Pour dire que vous êtes là, appuyez sur {digit}.",
        "es": "Para decir que está ahí, pulse {digit}.",
        "ja": "応答できることを知らせるには、{digit}を押してください。",
    },
    "call_asked_again": {
        "en": "No key was pressed. Once more:",
        "de": "Es wurde keine Taste gedrückt. Noch einmal:",
        "fr": "Aucune touche n'a été pressée. Encore une fois :",
        "es": "No se ha pulsado ninguna tecla. Una vez más:",
        "ja": "キーが押されませんでした。もう一度お伝えします。",
    },
    "call_said_again": {
        "en": "Once more:",
        "de": "Noch einmal:",
        "fr": "Encore une fois :",
        "es": "Una vez más:",
        "ja": "もう一度お伝えします。",
    },
    "call_if_somebody": {
        "en": "If somebody is listening now:",
        "de": "Falls jetzt jemand zuhört:",
        "fr": "Si quelqu'un écoute en ce moment :",
        "es": "Si alguien está escuchando ahora:",
        "ja": "今お聞きの方がいらっしゃいましたら、次のとおり操作してください。",
    },
    "call_unknown_key": {
        "en": "That key means nothing here.",
        "de": "Diese Taste hat hier keine Bedeutung.",
        "fr": "Cette touche n'a pas de fonction ici.",
        "es": "Esa tecla no tiene ninguna función aquí.",
        "ja": "このキーは使えません。",
    },
    "call_unanswered": {
        "en": "No key was pressed, so nothing was done. Goodbye.",
        "de": "Es wurde keine Taste gedrückt, daher ist nichts geschehen. Auf Wiederhören.",
        "fr": "Aucune touche n'a été pressée, rien n'a donc été fait. Au revoir.",
        "es": "No se ha pulsado ninguna tecla, así que no se ha hecho nada. Adiós.",
        "ja": "キーが押されなかったため、何も行いませんでした。失礼します。",
    },
    "call_goodbye": {
        "en": "Goodbye.",
        "de": "Auf Wiederhören.",
        "fr": "Au revoir.",
        "es": "Adiós.",
        "ja": "失礼します。",
    },
}
