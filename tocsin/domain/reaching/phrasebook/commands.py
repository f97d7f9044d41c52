"""What is answered to commands and buttons of a chat."""

from typing import Final

PHRASES: Final = {
    "chat_help": {
        "en": (
            "{command} who [service, policy or schedule]: who is on call\n"
            "{command} list: your open incidents\n"
            "{command} ack 12: acknowledge incident 12\n"
            "{command} resolve 12: resolve incident 12\n"
            "{command} trigger <service> <title>: begin an incident"
        ),
        "de": (
            "{command} who [Dienst, Eskalationsplan oder Dienstplan]: wer Bereitschaft hat\n"
            "{command} list: Ihre offenen Vorfälle\n"
            "{command} ack 12: Vorfall 12 bestätigen\n"
            "{command} resolve 12: Vorfall 12 lösen\n"
            "{command} trigger <Dienst> <Titel>: einen Vorfall melden"
        ),
        "fr": (
            "{command} who [service, politique ou planning] : qui est d'astreinte\n"
            "{command} list : vos incidents ouverts\n"
            "{command} ack 12 : acquitter l'incident 12\n"
            "{command} resolve 12 : résoudre l'incident 12\n"
            "{command} trigger <service> <titre> : déclencher un incident"
        ),
        "es": (
            "{command} who [servicio, política o calendario]: quién está de guardia\n"
            "{command} list: sus incidentes abiertos\n"
            "{command} ack 12: confirmar el incidente 12\n"
            "{command} resolve 12: resolver el incidente 12\n"
            "{command} trigger <servicio> <título>: abrir un incidente"
        ),
        "ja": (
            "{command} who [サービス、ポリシー、スケジュール]: 当番の確認\n"
            "{command} list: 未解決のインシデント\n"
            "{command} ack 12: インシデント 12 を確認する\n"
            "{command} resolve 12: インシデント 12 を解決する\n"
            "{command} trigger <サービス> <タイトル>: インシデントを発生させる"
        ),
    },
    "chat_foreign": {
        "en": "Only the person who was paged may answer this page.",
        "de": "Nur wer alarmiert wurde, darf hier antworten.",
        "fr": "Seule la personne alertée peut répondre à cette alerte.",
        "es": "Solo la persona avisada puede responder a este aviso.",
        "ja": "この通知に応答できるのは、通知を受けた本人だけです。",
    },
    "chat_stranger": {
        "en": (
            "Nobody is known here as {sender}. Add it as a contact method to your profile at {url}."
        ),
        "de": (
            "{sender} ist hier niemandem zugeordnet. Tragen Sie es in Ihrem Profil als "
            "Kontaktweg ein: {url}"
        ),
        "fr": (
            "Personne n'est connu ici sous le nom de {sender}. Ajoutez-le comme moyen de "
            "contact à votre profil : {url}"
        ),
        "es": "Nadie figura aquí como {sender}. Añádalo como medio de contacto en su perfil: {url}",
        "ja": "{sender} は登録されていません。プロフィールに連絡方法として追加してください: {url}",
    },
    "chat_later": {
        "en": "That could not be done now. Please try again in a minute.",
        "de": "Das war gerade nicht möglich. Bitte versuchen Sie es in einer Minute noch einmal.",
        "fr": "Ce n'est pas possible pour l'instant. Réessayez dans une minute.",
        "es": "No ha sido posible ahora. Inténtelo de nuevo dentro de un minuto.",
        "ja": "現在処理できません。1分後にもう一度お試しください。",
    },
    "chat_may_not": {
        "en": "Your role does not allow this.",
        "de": "Ihre Rolle erlaubt das nicht.",
        "fr": "Votre rôle ne le permet pas.",
        "es": "Su rol no lo permite.",
        "ja": "あなたの権限ではこの操作はできません。",
    },
    "chat_holder": {
        "en": "{name}: {holder}",
        "de": "{name}: {holder}",
        "fr": "{name} : {holder}",
        "es": "{name}: {holder}",
        "ja": "{name}: {holder}",
    },
    "chat_until": {
        "en": "{holder} until {when}",
        "de": "{holder} bis {when}",
        "fr": "{holder} jusqu'à {when}",
        "es": "{holder} hasta {when}",
        "ja": "{holder} ({when} まで)",
    },
    "chat_and_more": {
        "en": "and {count} more",
        "de": "und {count} weitere",
        "fr": "et {count} autres",
        "es": "y {count} más",
        "ja": "ほか {count} 件",
    },
    "chat_no_duty": {
        "en": "Nobody is on call.",
        "de": "Niemand hat Bereitschaft.",
        "fr": "Personne n'est d'astreinte.",
        "es": "Nadie está de guardia.",
        "ja": "当番は誰もいません。",
    },
    "chat_level": {
        "en": "{name}, level {level}: {holder}",
        "de": "{name}, Stufe {level}: {holder}",
        "fr": "{name}, niveau {level} : {holder}",
        "es": "{name}, nivel {level}: {holder}",
        "ja": "{name}、レベル {level}: {holder}",
    },
    "chat_unknown_name": {
        "en": "No service, escalation policy or schedule is called {name}.",
        "de": "Kein Dienst, Eskalationsplan oder Dienstplan heißt {name}.",
        "fr": "Aucun service, politique d'escalade ou planning ne s'appelle {name}.",
        "es": "Ningún servicio, política de escalado o calendario se llama {name}.",
        "ja": "{name} という名前のサービス、エスカレーションポリシー、スケジュールはありません。",
    },
    "chat_how_to_trigger": {
        "en": "Name a service and a title, such as: trigger {service} Disk full",
        "de": "Nennen Sie einen Dienst und einen Titel, zum Beispiel: trigger {service} Disk full",
        "fr": "Indiquez un service et un titre, par exemple : trigger {service} Disk full",
        "es": "Indique un servicio y un título, por ejemplo: trigger {service} Disk full",
        "ja": "サービスとタイトルを指定してください。例: trigger {service} Disk full",
    },
    "chat_triggered": {
        "en": "Incident #{number} was triggered on {service}.",
        "de": "Vorfall #{number} wurde auf {service} ausgelöst.",
        "fr": "L'incident #{number} a été déclenché sur {service}.",
        "es": "Se ha activado el incidente #{number} en {service}.",
        "ja": "{service} でインシデント #{number} が発生しました。",
    },
}
