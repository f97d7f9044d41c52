"""The words of pages that are built in: a template for each form and language.

What a template may speak of: ``count`` incidents; the first as ``incident``, the first three as
``few`` with ``more`` beyond them, up to twenty as ``incidents`` with ``further`` beyond them; who
is told as ``recipient``; and ``keys``, where a key or a short answer does something.
A telephone has greeted by name before it says what is for it, and tells the keys afterwards.
"""

from collections.abc import Mapping
from string import Template
from typing import Final, Literal, get_args

Form = Literal["title", "text", "body", "speech"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)

_FRAMES: Final[Mapping[Form, str]] = {
    "title": "{% if count == 1 %}#{{ incident.number }} {{ incident.title }}"
    "{% else %}$several{% endif %}",
    "text": "{% if count == 1 %}#{{ incident.number }} {{ incident.title }} "
    "({{ incident.service }})$stop\n"
    "{% else %}$several: {% for one in few %}#{{ one.number }} {{ one.title }}"
    "{% if not loop.last %}, {% endif %}{% endfor %}{% if more %}$and_more{% endif %}$stop\n"
    "{% endif %}\n"
    "{% if keys %}$reply{% endif %}",
    "body": "{% if count == 1 %}\n"
    "#{{ incident.number }} {{ incident.title }}\n"
    "$service {{ incident.service }}\n"
    "$urgency {% if incident.urgency == 'high' %}$high{% else %}$low{% endif %}\n\n"
    "{% if incident.source %}\n"
    "$source {{ incident.source }}\n"
    "{% endif %}\n"
    "$since {{ incident.opened }}\n"
    "{% if incident.details %}\n"
    "\n"
    "{{ incident.details }}\n"
    "{% endif %}\n"
    "\n"
    "{{ incident.link }}\n"
    "{% else %}\n"
    "$several:\n"
    "{% for one in incidents %}\n"
    "#{{ one.number }} {{ one.title }} ({{ one.service }})\n"
    "{% endfor %}\n"
    "{% if further %}$further{% endif %}\n"
    "{% endif %}",
    "speech": "{% if count > 1 %}$several_told{% endif %}\n"
    "{% for one in few %} $told{% endfor %}\n"
    "{% if more %} $further_told{% endif %}",
}

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "stop": ".",
        "several": "{{ count }} triggered incidents",
        "and_more": " and {{ more }} more",
        "further": "And {{ further }} more.",
        "reply": "Reply 4 to acknowledge, 6 to resolve.",
        "service": "Service:",
        "urgency": "Urgency:",
        "high": "high",
        "low": "low",
        "source": "Source:",
        "since": "Since:",
        "several_told": "There are {{ count }} incidents.",
        "told": "Incident {{ one.number }}, service {{ one.service }}: {{ one.title }}.",
        "further_told": "And {{ more }} more.",
    },
    "de": {
        "stop": ".",
        "several": "{{ count }} ausgelöste Vorfälle",
        "and_more": " und {{ more }} weitere",
        "further": "Und {{ further }} weitere.",
        "reply": "Antworten Sie 4 zum Bestätigen, 6 zum Lösen.",
        "service": "Dienst:",
        "urgency": "Dringlichkeit:",
        "high": "hoch",
        "low": "niedrig",
        "source": "Quelle:",
        "since": "Seit:",
        "several_told": "Es gibt {{ count }} Vorfälle.",
        "told": "Vorfall {{ one.number }}, Dienst {{ one.service }}: {{ one.title }}.",
        "further_told": "Und {% if more == 1 %}ein weiterer"
        "{% else %}{{ more }} weitere{% endif %}.",
    },
    "fr": {
        "stop": ".",
        "several": "{{ count }} incidents déclenchés",
        "and_more": " et {{ more }} de plus",
        "further": "Et {{ further }} de plus.",
        "reply": "Répondez 4 pour acquitter, 6 pour résoudre.",
        "service": "Service :",
        "urgency": "Urgence :",
        "high": "haute",
        "low": "basse",
        "source": "Source :",
        "since": "Depuis :",
        "several_told": "{{ count }} incidents vous attendent.",
        "told": "Incident {{ one.number }}, service {{ one.service }} : {{ one.title }}.",
        "further_told": "Et {% if more == 1 %}un autre{% else %}{{ more }} autres{% endif %}.",
    },
    "es": {
        "stop": ".",
        "several": "{{ count }} incidentes activados",
        "and_more": " y otros {{ more }}",
        "further": "Y {{ further }} más.",
        "reply": "Responda 4 para confirmar, 6 para resolver.",
        "service": "Servicio:",
        "urgency": "Urgencia:",
        "high": "alta",
        "low": "baja",
        "source": "Origen:",
        "since": "Desde:",
        "several_told": "Hay {{ count }} incidentes.",
        "told": "Incidente {{ one.number }}, servicio {{ one.service }}: {{ one.title }}.",
        "further_told": "Y {% if more == 1 %}uno{% else %}{{ more }}{% endif %} más.",
    },
    "ja": {
        "stop": "。",
        "several": "インシデント {{ count }} 件",
        "and_more": "、ほか {{ more }} 件",
        "further": "ほか {{ further }} 件",
        "reply": "返信: 4 で確認、6 で解決",
        "service": "サービス:",
        "urgency": "緊急度:",
        "high": "高",
        "low": "低",
        "source": "発生元:",
        "since": "発生:",
        "several_told": "インシデントが {{ count }} 件発生しています。",
        "told": "インシデント {{ one.number }}、サービス {{ one.service }}、{{ one.title }}。",
        "further_told": "ほかに {{ more }} 件あります。",
    },
}

# By form and language: where people begin who want other words.
BUILT_IN: Final[Mapping[tuple[Form, str], str]] = {
    (form, language): Template(frame).substitute(words)
    for language, words in _WORDS.items()
    for form, frame in _FRAMES.items()
}
