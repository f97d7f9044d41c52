"""What people and administrators enter so that Telegram reaches them."""

from typing import Final

from tocsin.domain.reaching.contact_kind import Field

ADDRESS: Final = Field(
    name="address",
    label="Chat id",
    kind="text",
    example="123456789",
    help="the id of a chat, which the bot tells to whoever sends it /start,",
    pattern=r"-?[0-9]{1,20}",
)
TOKEN: Final = Field(
    name="token",
    label="Bot token",
    kind="secret",
    example="123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
    help="what @BotFather gave when the bot was made",
    pattern=r"[0-9]+:[A-Za-z0-9_-]+",
)
UPDATES: Final = Field(
    name="updates",
    label="Answers come",
    kind="choice",
    example="poll",
    help="Asking works behind any firewall. Calls need a public https address.",
    choices=(
        ("poll", "Tocsin asks Telegram"),
        ("webhook", "Telegram calls Tocsin"),
    ),
)
BASE_URL: Final = Field(
    name="base_url",
    label="Server",
    kind="url",
    example="https://api.telegram.org",
    help="another one only if you run a Bot API server of your own",
)
