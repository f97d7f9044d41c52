"""What is said in calls that we carry ourselves, and to those who call a line."""

from typing import Final

PHRASES: Final = {
    "sip_taken_acknowledge": {
        "en": "Understood: this will be acknowledged. Goodbye.",
        "de": "Verstanden: Das wird bestätigt. Auf Wiederhören.",
        "fr": "Compris : ce sera acquitté. Au revoir.",
        "es": "Entendido: se confirmará. Adiós.",
        "ja": "わかりました。確認します。失礼します。",
    },
    "sip_taken_resolve": {
        "en": "Understood: this will be resolved. Goodbye.",
        "de": "Verstanden: Das wird gelöst. Auf Wiederhören.",
        "fr": "Compris : ce sera résolu. Au revoir.",
        "es": "Entendido: se resolverá. Adiós.",
        "ja": "わかりました。解決します。失礼します。",
    },
    "sip_taken_escalate": {
        "en": "Understood: this will be escalated. Goodbye.",
        "de": "Verstanden: Das wird eskaliert. Auf Wiederhören.",
        "fr": "Compris : ce sera escaladé. Au revoir.",
        "es": "Entendido: se escalará. Adiós.",
        "ja": "わかりました。エスカレーションします。失礼します。",
    },
    "sip_taken_join": {
        "en": "Understood: you will help. Goodbye.",
        "de": "Verstanden: Sie helfen. Auf Wiederhören.",
        "fr": "Compris : vous allez aider. Au revoir.",
        "es": "Entendido: usted ayudará. Adiós.",
        "ja": "わかりました。引き受けとして記録します。失礼します。",
    },
    "sip_taken_decline": {
        "en": "Understood: this will be declined. Goodbye.",
        "de": "Verstanden: Das wird abgelehnt. Auf Wiederhören.",
        "fr": "Compris : ce sera refusé. Au revoir.",
        "es": "Entendido: se rechazará. Adiós.",
        "ja": "わかりました。辞退します。失礼します。",
    },
    "sip_taken_confirm": {
        "en": "Thank you. Goodbye.",
        "de": "Vielen Dank. Auf Wiederhören.",
        "fr": "Merci. Au revoir.",
        "es": "Gracias. Adiós.",
        "ja": "ありがとうございます。失礼します。",
    },
    "line_wait": {
        "en": "Please hold the line while the person on call is reached.",
        "de": "Bitte bleiben Sie am Apparat, die Bereitschaft wird angerufen.",
        "fr": "Veuillez rester en ligne, nous appelons la personne d'astreinte.",
        "es": "No cuelgue, por favor: estamos llamando a la persona de guardia.",
        "ja": "担当者におつなぎします。そのままお待ちください。",
    },
    "line_rings": {
        "en": "{name} is being called.",
        "de": "{name} wird angerufen.",
        "fr": "Nous appelons {name}.",
        "es": "Llamando a {name}.",
        "ja": "{name}を呼び出しています。",
    },
    "line_whisper": {
        "en": "A call for {line}, from {caller}. To take it, press {digit}.",
        "de": "Ein Anruf für {line}, von {caller}. Zum Annehmen drücken Sie die {digit}.",
        "fr": "Un appel pour {line}, de {caller}. Pour le prendre, appuyez sur {digit}.",
        "es": "Una llamada para {line}, de {caller}. Para atenderla, pulse {digit}.",
        "ja": "{line}へのお電話です。発信者は{caller}です。応答するには、{digit}を押してください。",
    },
    "line_unknown_caller": {
        "en": "an unknown number",
        "de": "einer unbekannten Nummer",
        "fr": "un numéro inconnu",
        "es": "un número desconocido",
        "ja": "不明な番号",
    },
    "line_message": {
        "en": "Nobody could be reached. Please leave a message after the tone,"
        " and press the hash key when you are done.",
        "de": "Es war niemand zu erreichen. Bitte sprechen Sie nach dem Ton"
        " und drücken Sie am Ende die Rautetaste.",
        "fr": "Personne n'a pu être joint. Veuillez laisser un message après le signal,"
        " puis appuyez sur la touche dièse.",
        "es": "No se ha podido localizar a nadie. Deje su mensaje después de la señal"
        " y pulse la tecla almohadilla al terminar.",
        "ja": "担当者につながりませんでした。発信音のあとにメッセージをお話しください。"
        "終わりましたら、シャープキーを押してください。",
    },
    "line_thanks": {
        "en": "Thank you. Your call has been passed on. Goodbye.",
        "de": "Vielen Dank. Ihr Anruf wird weitergegeben. Auf Wiederhören.",
        "fr": "Merci. Votre appel a été transmis. Au revoir.",
        "es": "Gracias. Hemos pasado el aviso. Adiós.",
        "ja": "ありがとうございます。担当者にお伝えします。失礼します。",
    },
    "line_closed": {
        "en": "This number is not in service. Goodbye.",
        "de": "Diese Nummer ist nicht in Betrieb. Auf Wiederhören.",
        "fr": "Ce numéro n'est pas en service. Au revoir.",
        "es": "Este número no está en servicio. Adiós.",
        "ja": "この番号は現在使われていません。失礼します。",
    },
}
