"""What a reader of the guide to Testomato does on pages."""

from typing import Final

from tests.docs.reader import Reader


async def make_service(reader: Reader) -> None:
    await reader.add_service("Web shop", "Testomato")


async def paste_key(reader: Reader) -> None:
    await reader.add_environment("Production")
    hands = reader.hands
    await reader.go("/account/instant-notifications")
    await hands.fill("Integration Key", reader.own["KEY"])
    await hands.choose("Where the service is", "This server")
    await hands.tick("Production")
    await hands.press("Save")
    await hands.sees("Told now")
    await hands.follow("Production: PagerDuty")
    await hands.press("Test Integration")
    await hands.press("Test resolve")


async def watch(reader: Reader) -> None:
    hands = reader.hands
    await reader.go("/monitors")
    await hands.follow("Add a monitor")
    await hands.follow("HTTP")
    await hands.fill("Name", "Shop front")
    await hands.choose("Environment", "Production")
    await hands.fill("URL", f"http://127.0.0.1:{reader.own['PORT']}/")
    await hands.fill("Text that must be there", "Welcome")
    await hands.fill("Timeout", "1")
    await hands.fill("Retries", "0")
    await hands.press("Add the monitor")
    await hands.sees("All was well")
    reader.monitors.append(hands.address)


PLAYS: Final = {
    "Make the service": make_service,
    "Paste the key": paste_key,
    "Watch it": watch,
}
