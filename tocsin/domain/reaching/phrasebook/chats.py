"""What chats tell people who write to the bot."""

from typing import Final

PHRASES: Final = {
    "chat_address": {
        "en": "The address of this chat is {address}. Enter it in your profile as a contact"
        " method.",
        "de": "Die Adresse dieses Chats ist {address}. Tragen Sie sie in Ihrem Profil als "
        "Kontaktweg ein.",
        "fr": "L'adresse de cette discussion est {address}. Ajoutez-la à votre profil comme moyen "
        "de contact.",
        "es": "La dirección de este chat es {address}. Añádala a su perfil como medio de contacto.",
        "ja": "このチャットのアドレスは {address} です。"
        "プロフィールに連絡方法として追加してください。",
    },
}
