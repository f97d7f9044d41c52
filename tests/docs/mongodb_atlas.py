"""What a reader of the guide to MongoDB Atlas does on pages."""

from typing import Final

from tests.docs.reader import Reader

SECRET: Final = "a-secret-of-my-own"
FIGURES: Final = {"Disk": "json_value > 90", "Connections": "json_value > 400"}
LEVELS: Final = {"Disk": "an alarm", "Connections": "a warning"}


async def make_service(reader: Reader) -> None:
    await reader.add_service("Orders", "MongoDB Atlas", grouped_by="group")


async def configure(reader: Reader) -> None:
    await reader.add_environment("Cluster")
    hands = reader.hands
    await hands.open(f"{reader.environment}/settings")
    await hands.follow("Configure")
    await reader.fill_in({"Name": "PagerDuty", "Integration Key": reader.own["KEY"]})
    await hands.choose("Where the service is", "This server")
    await hands.press("Save")
    await hands.press("Test resolve")


async def watch(reader: Reader) -> None:
    hands = reader.hands
    for name in FIGURES:
        await hands.open(reader.environment)
        await hands.follow("Add a monitor")
        await hands.follow("HTTP")
        url = f"http://127.0.0.1:{reader.own['PORT']}/status.json"
        await reader.fill_in({"Name": name, "URL": url, "JSON path": f"$.{name.lower()}"})
        await hands.untick("Make an alert rule that speaks up when it fails")
        await hands.press("Add the monitor")
        reader.monitors.append(hands.address)
    for name, condition in FIGURES.items():
        await hands.open(f"{reader.environment}/rules")
        await hands.follow("Add an alert rule")
        await hands.fill("Name", name)
        await hands.tick(name)
        await hands.fill(f"The condition for {LEVELS[name]}", condition)
        await hands.press("Add the rule")


async def set_secret(reader: Reader) -> None:
    hands = reader.hands
    await reader.go(f"/service-directory/{reader.own['SERVICE']}/integrations")
    await hands.follow("Set up")
    await hands.fill("Secret", SECRET)
    await hands.press("Set the secret")


PLAYS: Final = {
    "Make the service": make_service,
    "Configure PagerDuty with the key": configure,
    "Watch them": watch,
    "Set the secret": set_secret,
}
