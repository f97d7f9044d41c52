"""Pages: a walk through them, as a visitor takes it who fills in forms and reads."""

import asyncio
from time import perf_counter
from typing import Final
from urllib.parse import urlencode

import httpx

from tocsin.domain.monitoring.monitor import PageWalk, Step
from tocsin.probes.fetching import Answer, fetch, make_request, phrase
from tocsin.probes.forms import Form, fill_in
from tocsin.probes.look import Fault, Look
from tocsin.probes.reading import check_words, quoted

_FORM: Final = "application/x-www-form-urlencoded"


async def measure(target: PageWalk, look: Look) -> None:
    """Take step after step with one cookie jar."""
    jar = httpx.Cookies()
    answer: Answer | None = None
    times: list[float] = []
    look.learn(steps_done=0, step_times=times)
    for number, step in enumerate(target.steps, 1):
        look.place = f"Step {number}" if len(target.steps) > 1 else ""
        began = perf_counter()
        answer = await fetch(
            await _request(step, answer, look), look, client=look.tools.http, jar=jar
        )
        await _check(step, answer)
        times.append(round((perf_counter() - began) * 1000, 1))
        look.learn(steps_done=number)


async def _request(step: Step, before: Answer | None, look: Look) -> httpx.Request:
    if step.action == "open" or before is None:
        return make_request(look.tools.http, "GET", step.url)
    # Taking a page apart may take as long as sending for it: others need not wait.
    form = await asyncio.to_thread(fill_in, before.text, before.url, step.fields)
    if form is None:
        wanted = f" with {', '.join(map(quoted, step.fields))}" if step.fields else ""
        raise Fault("content", f"The page has no form{wanted}")
    return _sent(form, look.tools.http)


def _sent(form: Form, client: httpx.AsyncClient) -> httpx.Request:
    if form.method == "GET":
        query = urlencode(form.pairs).encode()
        return make_request(client, "GET", form.url.copy_with(query=query))
    if form.multipart and form.pairs:
        parts = [(name, (None, value)) for name, value in form.pairs]
        return make_request(client, "POST", form.url, files=parts)
    body, headers = urlencode(form.pairs).encode(), {"Content-Type": _FORM}
    return make_request(client, "POST", form.url, headers=headers, content=body)


async def _check(step: Step, answer: Answer) -> None:
    if answer.status >= 400:
        raise Fault("status", phrase(answer.status))
    await check_words(answer.text, contains=step.contains, lacks=step.lacks)
