"""Carrying: the channels of a node, those that are always there and those of providers."""

from collections.abc import Callable, Collection, Iterable

from tocsin.domain.reaching.channel import Channel, Checked, Checking, Closing
from tocsin.domain.reaching.provider import Provider

Make = Callable[[Provider], Channel | None]


def make_none(_provider: Provider) -> None:
    """Know no provider."""


class Carrying:
    """Hands out the channel of a provider, made when it is first asked for or was changed.

    What has been replaced or removed may still carry a message: ``tidy`` lets it go later.
    """

    def __init__(self, given: Iterable[Channel], make: Make = make_none) -> None:
        self._given = {channel.declaration.kind.name: channel for channel in given}
        self._make = make
        self._made: dict[str, tuple[Provider, Channel | None]] = {}
        self._leaving: list[Channel] = []

    @property
    def given(self) -> frozenset[str]:
        """The kinds of contact methods that need no provider."""
        return frozenset(self._given)

    def of(self, kind: str, provider: Provider | None) -> Channel | None:
        """Return the channel of a provider; without one, that which is always there."""
        if provider is None or provider.is_always_there:
            return self._given.get(kind)
        known, channel = self._made.get(provider.id, (None, None))
        if known != provider:
            self._forget(provider.id)
            channel = self._make(provider)
            self._made[provider.id] = (provider, channel)
        return channel

    async def check(self, provider: Provider) -> Checked | None:
        """Ask the other side of a provider whether it knows us; None where that cannot be asked."""
        channel = self.of(provider.kind, provider)
        return await channel.check() if isinstance(channel, Checking) else None

    async def tidy(self, known: Collection[str]) -> None:
        """Close what has left before, and let those leave that are not known any more."""
        leaving, self._leaving = self._leaving, []
        await _close(leaving)
        for id_ in self._made.keys() - set(known):
            self._forget(id_)

    async def close(self) -> None:
        """Close everything."""
        await self.tidy(())
        await self.tidy(())

    def _forget(self, provider_id: str) -> None:
        _, channel = self._made.pop(provider_id, (None, None))
        if channel is not None:
            self._leaving.append(channel)


async def _close(channels: Iterable[Channel]) -> None:
    for channel in channels:
        if isinstance(channel, Closing):
            await channel.close()
