"""`tocsin send`: an event from the shell."""

import json
import secrets
import socket
import sys
import time
from typing import Annotated, Any, Final, NoReturn

import httpx
import typer

from tocsin.domain.intake.event import Action, Severity
from tocsin.kit.readers import web_address

THIS_MACHINE: Final = "http://127.0.0.1:8642"
PATIENCE: Final = 10.0  # seconds for one answer
PAUSES: Final = (1.0, 5.0, 30.0)  # seconds before each further try, unless the server names its own
LONGEST_PAUSE: Final = 60.0
REFUSED: Final = 1
UNREACHABLE: Final = 3

Text = str | None

Summary = Annotated[str, typer.Argument(help="What is wrong, in one line.", show_default=False)]
Key = Annotated[str, typer.Option(help="The integration key.", metavar="KEY")]
HowBad = Annotated[Severity, typer.Option("--severity", help="How bad it is.")]
What = Annotated[Action, typer.Option("--action", help="What to do with the alert.")]
DedupKey = Annotated[Text, typer.Option(help="Which alert is meant; new ones get one.")]
Source = Annotated[Text, typer.Option(help="What is affected; this machine by default.")]
Component = Annotated[Text, typer.Option(help="The part of the source that is affected.")]
Group = Annotated[Text, typer.Option(help="What the source belongs to.")]
Class = Annotated[Text, typer.Option("--class", help="The kind of the problem.")]
Client = Annotated[Text, typer.Option(help="Who sends this.")]
Details = Annotated[
    list[str] | None,
    typer.Option(help="A detail, may be repeated; - reads JSON from the input.", metavar="K=V"),
]
Url = Annotated[
    str, typer.Option(help="Where the server is.", envvar="TOCSIN_PUBLIC_URL", parser=web_address)
]


def send(
    summary: Summary = "",
    *,
    key: Key,
    severity: HowBad = "error",
    action: What = "trigger",
    dedup_key: DedupKey = None,
    source: Source = None,
    component: Component = None,
    group: Group = None,
    event_class: Class = None,
    details: Details = None,
    client: Client = None,
    url: Url = THIS_MACHINE,
) -> None:
    """Send an event, and print its dedup key: the way to acknowledge or resolve it later."""
    if action != "trigger" and not dedup_key:
        raise typer.BadParameter(f"{action} needs one.", param_hint="--dedup-key")
    if action == "trigger" and not summary.strip():
        raise typer.BadParameter("a trigger needs one.", param_hint="SUMMARY")
    payload = {
        "summary": summary,
        "severity": severity,
        "source": source or socket.gethostname(),
        "component": component,
        "group": group,
        "class": event_class,
        "custom_details": _details_of(details or []),
    }
    event = {
        "routing_key": key,
        "event_action": action,
        # Made here, so that a second try cannot open a second alert.
        "dedup_key": dedup_key or secrets.token_hex(16),
        "client": client,
        "payload": payload,
    }
    typer.echo(_deliver(url, event))


def _details_of(pairs: list[str]) -> Any:
    if pairs == ["-"]:
        try:
            return json.load(sys.stdin)
        except ValueError as error:
            raise typer.BadParameter(f"no JSON: {error}", param_hint="--details") from None
    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise typer.BadParameter(f"{wrong[0]!r} is not KEY=VALUE.", param_hint="--details")
    return dict(pair.split("=", 1) for pair in pairs) or None


def _deliver(url: str, event: dict[str, Any]) -> str:
    """Return the dedup key that the server answers with, or leave with what it says instead."""
    try:
        answer = _post(f"{url}/v2/enqueue", json.dumps(event))
    except httpx.HTTPError as error:
        _leave(f"{url} cannot be reached: {error}.", UNREACHABLE)
    told = _told(answer)
    if answer.status_code != 202 or "dedup_key" not in told:
        _leave(_sentence(answer, told), UNREACHABLE if _will_pass(answer) else REFUSED)
    return str(told["dedup_key"])


def _post(address: str, body: str) -> httpx.Response:
    """Send until there is an answer that a further try would not change."""
    with httpx.Client(timeout=PATIENCE, headers={"content-type": "application/json"}) as http:
        answer = http.post(address, content=body)
        for pause in PAUSES:
            if not _will_pass(answer):
                break
            asked = answer.headers.get("retry-after", "")
            time.sleep(min(float(asked), LONGEST_PAUSE) if asked.isdecimal() else pause)
            answer = http.post(address, content=body)
    return answer


def _will_pass(answer: httpx.Response) -> bool:
    return answer.status_code == 429 or answer.status_code >= 500


def _told(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _sentence(answer: httpx.Response, told: dict[str, Any]) -> str:
    if not isinstance(told.get("errors"), list):
        return f"{answer.url} answered {answer.status_code}: no Events API is there."
    return f"{told.get('message')}: {'; '.join(map(str, told['errors']))}."


def _leave(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
