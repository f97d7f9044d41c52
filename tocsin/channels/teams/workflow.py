"""Microsoft Teams by a workflow: a card posted to an address that a person made for it."""

from collections.abc import Mapping
from typing import ClassVar, Final, Self

import httpx

from tocsin.channels.asking import Undelivered
from tocsin.channels.chats import hooks as chat_hooks
from tocsin.channels.chats.sheet import sheet_to_open
from tocsin.channels.teams.cards import enclosed
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.message import Message

ADDRESS: Final = Field(
    name="address",
    label="Workflow URL",
    kind="url",
    example="https://prod-01.westeurope.logic.azure.com/workflows/0001/triggers/manual/paths/invoke",
    help="what Teams shows once the workflow is made, the whole of it",
)


class TeamsWorkflow:
    """Posts to whatever workflow a person gives. It is started then: more nobody tells us."""

    declaration: ClassVar[Declaration] = Declaration(
        name="teams_workflow",
        label="Microsoft Teams (workflow)",
        kind=Kind(
            name="teams_workflow",
            label="Microsoft Teams (workflow)",
            address=ADDRESS,
            is_secret=True,
        ),
        is_best_effort=True,
        tested="a server that behaves as Power Automate's documentation says",
    )

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    def make(cls, tools: Tools, _settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(tools.http)

    async def send(self, message: Message, address: str) -> Delivery:
        """Post once."""
        try:
            await chat_hooks.post(self._http, address, enclosed(sheet_to_open(message)))
        except Undelivered as refused:
            return refused.delivery
        return Delivery(ok=True, detail="The workflow was started")
