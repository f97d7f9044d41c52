"""Templates become pages, with the same few things at hand in each."""

from typing import Any, Final

import jinja2
from starlette.responses import HTMLResponse, Response

from tocsin.domain.masking import mask_address, mask_addresses
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.response.priority import PRIORITY_OF_ID
from tocsin.domain.response.sentences import sentence
from tocsin.kit.instants import write_instant
from tocsin.kit.text import printable
from tocsin.usecases.errors import Complaint
from tocsin.web import instants, words
from tocsin.web.cookies import drop_cookie, set_cookie
from tocsin.web.files import address_of
from tocsin.web.monitoring.values import readings, span
from tocsin.web.notices import COOKIE, Notice, take_notice
from tocsin.web.roles import ROLES, USUAL_ROLES
from tocsin.web.schedule_words import restrictions_told, rotation_told
from tocsin.web.visit import PROOF, VISITOR, Visit

_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("tocsin.web"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {
    "about": words.about,
    "ago": words.ago,
    "channel": words.channel,
    "clock": words.clock,
    "duration": words.duration,
    "exact": words.exact,
    "host": words.host,
    "instant": write_instant,
    "join_names": words.join,
    "lasted": words.lasted,
    "mask": mask_address,
    "mask_in": mask_addresses,
    "moment": words.moment,
    "readings": readings,
    "numbered": words.numbered,
    "printable": printable,
    "restrictions": restrictions_told,
    "rotation": rotation_told,
    "sentence": sentence,
    "sentence_of": words.sentence_of,
    "first_up": words.first_up,
    "span": span,
    "twice": instants.choices,
    "value": words.value,
}
_TEMPLATES.tests["link"] = words.is_link
_TEMPLATES.globals |= {
    "file": address_of,
    "phrase": phrase,
    "priorities": PRIORITY_OF_ID,
    "proof_name": PROOF,
    "roles": ROLES,
    "usual_roles": USUAL_ROLES,
    "zones": words.zones,
}


def show(
    visit: Visit,
    template: str,
    *,
    status: int | None = None,
    complaint: Complaint | None = None,
    notice: Notice | None = None,
    **values: Any,
) -> Response:
    """Return a page; ``complaint`` is what stands in the way of the form that it shows again.

    Without a ``status``, a page with a complaint is a 400.
    """
    left = None if visit.is_refresh else take_notice(visit)
    page = render(
        template,
        user=visit.principal.user if visit.principal else None,
        proof=visit.proof,
        now=visit.now,
        zone=visit.zone,
        account_name=visit.house.account.account_name,
        account_zone=visit.house.account.time_zone,
        may=visit.may,
        complaint=complaint,
        notice=left or notice,
        duty=visit.duty,
        place="",
        sought="",
        **values,
    )
    response = HTMLResponse(page, status_code=status or (400 if complaint else 200))
    if left:
        drop_cookie(visit.house, response, COOKIE)
    if visit.principal is None:
        set_cookie(visit.house, response, VISITOR, visit.secret)
    return response


def render(template: str, **values: Any) -> str:
    """Return the text of a page."""
    return _TEMPLATES.get_template(template).render(values)
