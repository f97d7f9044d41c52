"""Agents: programs that measure from elsewhere, their keys, and whether they are heard."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from tocsin.domain.monitoring.environment import Agent
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import agents
from tocsin.web.notices import Notice, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/agents"


async def list_agents(visit: Visit) -> Response:
    """Show all agents, and which of them are silent."""
    return await _list(visit)


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form."""
    return show(visit, "agent_form.html", agent=None, draft={})


async def create(visit: Visit) -> Response:
    """Make an agent, and show its key once."""
    try:
        agent, key = await agents.create(visit.house, visit.form.get("name", ""), visit.now)
    except Complaint as complaint:
        return _form(visit, None, visit.form, complaint)
    return _made(visit, agent, key)


async def show_agent(visit: Visit) -> Response:
    """Show one agent, and what it measures."""
    return await _show(visit)


async def ask_for_name(visit: Visit) -> Response:
    """Show what an agent is called, to be changed."""
    agent = await agents.get(visit.house, visit.parameter("id"))
    return _form(visit, agent, {"name": agent.name})


async def rename(visit: Visit) -> Response:
    """Call an agent something else."""
    agent = await agents.get(visit.house, visit.parameter("id"))
    try:
        await agents.rename(visit.house, agent.id, visit.form.get("name", ""))
    except Complaint as complaint:
        return _form(visit, agent, visit.form, complaint)
    return done(visit, f"{PATH}/{agent.id}", "The agent was renamed.")


async def renew(visit: Visit) -> Response:
    """Give an agent another key, and show it once."""
    agent = await agents.get(visit.house, visit.parameter("id"))
    key = await agents.renew(visit.house, agent.id, visit.now)
    return _made(visit, agent, key, is_renewed=True)


async def remove(visit: Visit) -> Response:
    """Take an agent away, or say why that cannot be."""
    try:
        await agents.remove(visit.house, visit.parameter("id"))
    except Complaint as complaint:
        told = Notice(sentence=" ".join(complaint.sentences), is_refusal=True)
        return await _show(visit, status=409, notice=told)
    return done(visit, PATH, "The agent was deleted: its key opens nothing any more.")


async def _list(visit: Visit) -> Response:
    found = await agents.find(visit.house)
    return show(visit, "agents.html", found=found, silent=_silent(visit, *found))


async def _show(visit: Visit, *, status: int = 200, notice: Notice | None = None) -> Response:
    agent = await agents.get(visit.house, visit.parameter("id"))
    return show(
        visit,
        "agent.html",
        status=status,
        notice=notice,
        agent=agent,
        silent=_silent(visit, agent),
        monitors=await agents.monitors_of(visit.house, agent.id),
    )


def _silent(visit: Visit, *found: Agent) -> set[str]:
    return {agent.id for agent in found if agents.is_silent(agent, visit.now)}


def _form(
    visit: Visit,
    agent: Agent | None,
    draft: Mapping[str, str],
    complaint: Complaint | None = None,
) -> Response:
    return show(
        visit,
        "agent_form.html",
        complaint=complaint,
        agent=agent,
        draft=draft,
    )


def _made(visit: Visit, agent: Agent, key: str, *, is_renewed: bool = False) -> Response:
    url = visit.house.settings.public_url
    return show(visit, "agent_made.html", agent=agent, key=key, url=url, is_renewed=is_renewed)


PAGES: Final = (
    Page("GET", PATH, list_agents, "read"),
    Page("GET", f"{PATH}/new", ask_for_new, "manage"),
    Page("POST", PATH, create, "manage"),
    Page("GET", f"{PATH}/{{id}}", show_agent, "read"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_name, "manage"),
    Page("POST", f"{PATH}/{{id}}", rename, "manage"),
    Page("POST", f"{PATH}/{{id}}/renew", renew, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
)
