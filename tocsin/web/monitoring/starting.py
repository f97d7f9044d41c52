"""What a new monitor needs besides itself: a rule that speaks up."""

from typing import Final

from tocsin.domain.monitoring.monitor import Monitor
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import alert_rules
from tocsin.usecases.monitoring.alert_rules import starters
from tocsin.web.monitoring.monitor_draft import STARTER_RULE
from tocsin.web.visit import Visit

LONGEST_NAME: Final = 100


async def begin_telling(visit: Visit, monitor: Monitor, told: tuple[str, ...]) -> str:
    """Make the rule that a new monitor of its kind is best begun with, if that is wanted."""
    channel_ids = tuple(id_ for id_ in told if id_ != STARTER_RULE)
    if STARTER_RULE not in told and not channel_ids:
        return "No alert rule speaks of it by itself."
    starter = starters(monitor.kind)[0]
    wish = alert_rules.Wish(
        name=f"{monitor.name}: {starter.name.lower()}"[:LONGEST_NAME],
        monitor_ids=(monitor.id,),
        alarm=starter.alarm,
        warning=starter.warning,
        rounds_violating=starter.rounds_violating,
        rounds_out_of=starter.rounds_out_of,
        channel_ids=channel_ids,
    )
    try:
        await alert_rules.create(visit.house, monitor.environment_id, wish, visit.now)
    except Complaint as complaint:
        return f"The alert rule could not be made: {' '.join(complaint.sentences)}"
    return "An alert rule speaks up when it fails."
