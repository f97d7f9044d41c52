"""Monitoring tools and people that go on sending, and note what they were told is safe."""

import asyncio
import itertools
from collections import Counter, deque
from typing import Final

import httpx

from tests.running import Server

SENDERS: Final = 8
PATIENCE: Final = 10.0  # seconds for an answer
PAUSE: Final = 0.05  # seconds, before an event is sent again, and between new alerts
WILL_PASS: Final = frozenset({429, 503})
# The second is what anyio raises of a connection that was reset before its use.
LOST: Final = (httpx.TransportError, AttributeError)


class Story(Counter[str]):
    """What was answered with success of one alert, by action."""

    def __init__(self, name: str, *actions: str, is_answered_by_people: bool = False) -> None:
        super().__init__()
        self.name = name
        self.is_answered_by_people = is_answered_by_people
        self.to_come = deque(actions)
        self.sent: set[str] = set()

    @property
    def is_plain(self) -> bool:
        """Whether nobody ever tried to stop its pages."""
        return self.sent <= {"trigger"}


class Load:
    """Alerts without end: each third comes twice, some are acknowledged, some resolved.

    What was not answered with success is sent again, as monitoring tools do.
    """

    def __init__(self, key: str, token: str, email: str) -> None:
        self.key = key
        self._person = {"authorization": f"Token token={token}", "from": email}
        self.stories: list[Story] = []
        self.answers: Counter[int] = Counter()
        self.unanswered = 0
        self._waiting: deque[Story] = deque()
        self._numbers = itertools.count()
        self._stopping = False

    def add(self, alerts: int) -> None:
        """Let so many alerts begin."""
        for number in itertools.islice(self._numbers, alerts):
            by_people = number % 10 == 5
            story = Story(f"alert-{number}", *_actions(number), is_answered_by_people=by_people)
            self.stories.append(story)
            self._waiting.append(story)

    async def send(self, *servers: Server) -> bool:
        """Send all that waits, and say whether all was taken; stop when all servers have died."""
        turns = [n % len(servers) for n in range(SENDERS)]
        orders = [(*servers[turn:], *servers[:turn]) for turn in turns]
        await asyncio.gather(*(self._send_stories(order) for order in orders))
        return not self._waiting

    async def send_on(self, *servers: Server) -> None:
        """Go on with new alerts until told to stop, or until all servers have died."""
        self._stopping = False
        while not self._stopping and any(server.is_running for server in servers):
            self.add(SENDERS)
            await self.send(*servers)
            await asyncio.sleep(PAUSE)

    def stop(self) -> None:
        """Send no new alerts."""
        self._stopping = True

    async def answer(self, server: Server) -> bool:
        """Acknowledge some over REST, and say whether that was taken; stop when it has died."""
        answering = [story for story in self.stories if story.is_answered_by_people]
        async with httpx.AsyncClient(
            base_url=server.url, headers=self._person, timeout=PATIENCE
        ) as http:
            try:
                for story in answering:
                    await _acknowledge(http, story)
            except LOST:
                return False
        return True

    async def _send_stories(self, servers: tuple[Server, ...]) -> None:
        async with httpx.AsyncClient(timeout=PATIENCE) as http:
            while self._waiting:
                story = self._waiting.popleft()
                while story.to_come:
                    if not await self._send(http, story, servers):
                        self._waiting.appendleft(story)
                        return

    async def _send(
        self, http: httpx.AsyncClient, story: Story, servers: tuple[Server, ...]
    ) -> bool:
        """Try it at each server in turn; return whether any of them lives."""
        action = story.to_come[0]
        story.sent.add(action)
        for server in servers:
            try:
                answer = await http.post(f"{server.url}/v2/enqueue", json=self._event(story))
            except LOST:
                self.unanswered += 1
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code == 202:
                story[action] += 1
                story.to_come.popleft()
            else:
                assert answer.status_code in WILL_PASS, answer.text
                await asyncio.sleep(PAUSE)
            return True
        return any(server.is_running for server in servers)

    def _event(self, story: Story) -> dict[str, object]:
        return {
            "routing_key": self.key,
            "event_action": story.to_come[0],
            "dedup_key": story.name,
            "payload": {"summary": story.name, "source": "db-1", "severity": "critical"},
        }


async def _acknowledge(http: httpx.AsyncClient, story: Story) -> None:
    found = await http.get("/incidents", params={"incident_key": story.name})
    [incident] = found.json()["incidents"]
    story.sent.add("acknowledge")
    incident |= {"status": "acknowledged"}
    answer = await http.put(f"/incidents/{incident['id']}", json={"incident": incident})
    assert answer.status_code == 200, answer.text
    story["acknowledge"] += 1


def _actions(number: int) -> list[str]:
    again = ["trigger"] if number % 3 == 0 else []
    held = ["acknowledge"] if number % 5 == 1 else []
    over = ["resolve"] if number % 7 == 2 else []
    return ["trigger", *again, *held, *over]
