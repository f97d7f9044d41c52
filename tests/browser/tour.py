"""The tour: an address for each page there is, so that none is missed."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from tocsin.web.app import PAGES

# What is no page of its own: streams, files, and what leads elsewhere.
NO_PAGES: Final = frozenset({
    "/",
    "/live",
    "/connections/back",
    "/manifest.webmanifest",
    "/service-worker.js",
    "/calendars/{token}.ics",
    "/call-lines/{id}/calls/{call_id}/message.mp3",
    "/services",
    "/services/{id}",
    "/user_groups",  # leads to the rooms
    "/services/{id}/integrations/{integration}",
    "/analytics/{table}.csv",
    "/environments/{id}",  # leads to its monitors
    "/setup",  # is there only while nobody is: it has a test of its own
})  # fmt: skip


class Stop(NamedTuple):
    """A page to look at: a name that is good for a file, and an address with ids of the town."""

    name: str
    path: str
    address: str
    is_open: bool = False  # to strangers


STOPS: Final = (
    Stop("sign-in", "/login", "/login", is_open=True),
    Stop("password-forgotten", "/password/forgotten", "/password/forgotten", is_open=True),
    Stop("password-sent", "/password/forgotten/sent", "/password/forgotten/sent", is_open=True),
    Stop("password-reset", "/password/reset/{token}", "{reset}", is_open=True),
    Stop("invitation", "/invitation/{token}", "{invitation}", is_open=True),
    Stop("answer", "/answer/{token}", "{answer}", is_open=True),
    Stop("incidents", "/incidents", "/incidents"),
    Stop("incident", "/incidents/{id}", "/incidents/{fire}"),
    Stop("incident-in-hand", "/incidents/{id}", "/incidents/{in_hand}"),
    Stop("incident-edit", "/incidents/{id}/edit", "/incidents/{fire}/edit"),
    Stop("incident-help", "/incidents/{id}/help", "/incidents/{fire}/help"),
    Stop("incident-new", "/incidents/new", "/incidents/new"),
    Stop("reassign", "/incidents/reassign", "/incidents/reassign?id={fire}&id={in_hand}"),
    Stop("merge", "/incidents/merge", "/incidents/merge?id={fire}&id={in_hand}"),
    Stop("on-call", "/oncall", "/oncall"),
    Stop("my-shifts", "/oncall/me", "/oncall/me"),
    Stop("call-lines", "/call-lines", "/call-lines"),
    Stop("call-line", "/call-lines/{id}", "/call-lines/{line}"),
    Stop("call-line-new", "/call-lines/new", "/call-lines/new"),
    Stop("call-line-edit", "/call-lines/{id}/edit", "/call-lines/{line}/edit"),
    Stop("call", "/call-lines/{id}/calls/{call_id}", "/call-lines/{line}/calls/{call}"),
    Stop("schedules", "/schedules", "/schedules"),
    Stop("schedule", "/schedules/{id}", "/schedules/{schedule}?span=week"),
    Stop("overrides", "/schedules/{id}/overrides", "/schedules/{schedule}/overrides"),
    Stop("calendars", "/calendars", "/calendars"),
    Stop("services", "/service-directory", "/service-directory"),
    Stop("service-new", "/service-directory/new", "/service-directory/new"),
    Stop("service", "/service-directory/{id}", "/service-directory/{service}"),
    Stop("service-edit", "/service-directory/{id}/edit", "/service-directory/{service}/edit"),
    Stop(
        "service-settings", "/service-directory/{id}/settings",
        "/service-directory/{service}/settings",
    ),
    Stop(
        "integrations", "/service-directory/{id}/integrations",
        "/service-directory/{service}/integrations",
    ),
    Stop(
        "integration-new", "/service-directory/{id}/integrations/new",
        "/service-directory/{service}/integrations/new",
    ),
    Stop(
        "integration", "/service-directory/{id}/integrations/{integration}",
        "/service-directory/{service}/integrations/{integration}",
    ),
    Stop(
        "integration-edit", "/service-directory/{id}/integrations/{integration}/edit",
        "/service-directory/{service}/integrations/{integration}/edit",
    ),
    Stop(
        "test-event", "/service-directory/{id}/integrations/{integration}/test",
        "/service-directory/{tried}/integrations/{tried_way}/test?event={trial}",
    ),
    Stop("policies", "/escalation_policies", "/escalation_policies"),
    Stop("policy", "/escalation_policies/{id}", "/escalation_policies/{policy}"),
    Stop("policy-new", "/escalation_policies/new", "/escalation_policies/new"),
    Stop("policy-edit", "/escalation_policies/{id}/edit", "/escalation_policies/{policy}/edit"),
    Stop("search", "/search", "/search?q=check"),
    Stop("api-keys", "/api_keys", "/api_keys"),
    Stop("api-key-new", "/api_keys/new", "/api_keys/new"),
    Stop("apps", "/apps", "/apps"),
    Stop("app", "/apps/{id}", "/apps/{app}"),
    Stop("app-new", "/apps/new", "/apps/new"),
    Stop("app-edit", "/apps/{id}/edit", "/apps/{app}/edit"),
    Stop("apps-that-act", "/account/apps", "/account/apps"),
    Stop("consent", "/oauth/authorize", "/oauth/authorize?{question}"),
    Stop("connect", "/install/integration", "/install/integration?{link}"),
    Stop("webhooks", "/webhooks", "/webhooks"),
    Stop("webhook", "/webhooks/{id}", "/webhooks/{webhook}"),
    Stop("webhook-new", "/webhooks/new", "/webhooks/new"),
    Stop("webhook-edit", "/webhooks/{id}/edit", "/webhooks/{webhook}/edit"),
    Stop(
        "delivery", "/webhooks/{id}/deliveries/{delivery_id}",
        "/webhooks/{webhook}/deliveries/{delivery}",
    ),
    Stop("message-templates", "/message-templates", "/message-templates"),
    Stop(
        "message-template", "/message-templates/{form}/{language}",
        "/message-templates/text/en",
    ),
    Stop("my-password", "/account/password", "/account/password"),
    Stop("my-sessions", "/account/sessions", "/account/sessions"),
    Stop("their-sessions", "/users/{id}/sessions", "/users/{user}/sessions"),
    Stop("people", "/users", "/users"),
    Stop("person", "/users/{id}", "/users/{user}"),
    Stop("person-new", "/users/new", "/users/new"),
    Stop("person-edit", "/users/{id}/edit", "/users/{user}/edit"),
    Stop("person-delete", "/users/{id}/delete", "/users/{user}/delete"),
    Stop(
        "contact-method-kinds", "/users/{id}/contact_methods/new",
        "/users/{user}/contact_methods/new",
    ),
    Stop(
        "contact-method-new", "/users/{id}/contact_methods/new",
        "/users/{user}/contact_methods/new?kind=slack",
    ),
    Stop(
        "contact-method", "/users/{id}/contact_methods/{method_id}",
        "/users/{user}/contact_methods/{method}",
    ),
    Stop(
        "contact-method-edit", "/users/{id}/contact_methods/{method_id}/edit",
        "/users/{user}/contact_methods/{method}/edit",
    ),
    Stop("notices", "/users/{id}/notices", "/users/{user}/notices"),
    Stop("device-new", "/users/{id}/devices/new", "/users/{owner}/devices/new"),
    Stop("teams", "/teams", "/teams"),
    Stop("team", "/teams/{id}", "/teams/{team}"),
    Stop("team-new", "/teams/new", "/teams/new"),
    Stop("team-edit", "/teams/{id}/edit", "/teams/{team}/edit"),
    Stop("schedule-new", "/schedules/new", "/schedules/new"),
    Stop("schedule-edit", "/schedules/{id}/edit", "/schedules/{schedule}/edit"),
    Stop("analytics", "/analytics", "/analytics?days=30"),
    Stop("settings", "/settings", "/settings"),
    Stop("settings-account", "/settings/{section}", "/settings/account"),
    Stop("settings-mail", "/settings/{section}", "/settings/mail"),
    Stop("providers", "/providers", "/providers"),
    Stop("provider", "/providers/{id}", "/providers/{provider}"),
    Stop("provider-called", "/providers/{id}", "/providers/{carrier}"),
    Stop("provider-types", "/providers/new", "/providers/new"),
    Stop("provider-new", "/providers/new/{type}", "/providers/new/telegram"),
    Stop("provider-edit", "/providers/{id}/edit", "/providers/{provider}/edit"),
    Stop("rooms", "/rooms", "/rooms"),
    Stop("room", "/rooms/{id}", "/rooms/{room}"),
    Stop("room-new", "/rooms/new", "/rooms/new"),
    Stop("user-group", "/user_groups/{id}", "/user_groups/{group}"),
    Stop("user-group-new", "/user_groups/new", "/user_groups/new"),
    Stop("settings-limits", "/settings/{section}", "/settings/limits"),
    Stop("settings-retention", "/settings/{section}", "/settings/retention"),
    Stop("health", "/settings/health", "/settings/health"),
    Stop("alarms", "/alarms", "/alarms"),
    Stop("quarantine", "/quarantine", "/quarantine"),
    Stop("stray", "/quarantine/{id}", "/quarantine/{stray}"),
    Stop("changes", "/change_events", "/change_events"),
    Stop("change", "/change_events/{id}", "/change_events/{change}"),
    Stop("maintenance", "/maintenance_windows", "/maintenance_windows"),
    Stop("maintenance-new", "/maintenance_windows/new", "/maintenance_windows/new"),
    Stop("maintenance-window", "/maintenance_windows/{id}", "/maintenance_windows/{window}"),
    Stop(
        "maintenance-edit", "/maintenance_windows/{id}/edit",
        "/maintenance_windows/{window}/edit",
    ),
    Stop("monitors", "/monitors", "/monitors"),
    Stop("monitor-kinds", "/monitors/new", "/monitors/new"),
    Stop("monitor-new", "/monitors/new/{kind}", "/monitors/new/http"),
    Stop("monitor-new-walk", "/monitors/new/{kind}", "/monitors/new/page"),
    Stop("monitor", "/monitors/{id}", "/monitors/{monitor}?range=30d"),
    Stop("heartbeat", "/monitors/{id}", "/monitors/{heartbeat}"),
    Stop("monitor-edit", "/monitors/{id}/edit", "/monitors/{walk}/edit"),
    Stop("environments", "/environments", "/environments"),
    Stop("environment-new", "/environments/new", "/environments/new"),
    Stop(
        "environment-monitors", "/environments/{id}/monitors",
        "/environments/{environment}/monitors",
    ),
    Stop(
        "environment-settings", "/environments/{id}/settings",
        "/environments/{environment}/settings",
    ),
    Stop("rules", "/environments/{id}/rules", "/environments/{environment}/rules"),
    Stop("rule-new", "/environments/{id}/rules/new", "/environments/{environment}/rules/new"),
    Stop("rule", "/alert_rules/{id}", "/alert_rules/{rule}"),
    Stop("rule-edit", "/alert_rules/{id}/edit", "/alert_rules/{rule}/edit"),
    Stop(
        "rule-notifications", "/alert_rules/{id}/notifications",
        "/alert_rules/{rule}/notifications",
    ),
    Stop("channels", "/environments/{id}/channels", "/environments/{environment}/channels"),
    Stop("connections", "/environments/{id}/connect", "/environments/{environment}/connect"),
    Stop(
        "channel-kinds", "/environments/{id}/channels/new",
        "/environments/{environment}/channels/new",
    ),
    Stop(
        "channel-new", "/environments/{id}/channels/new/{kind}",
        "/environments/{environment}/channels/new/pagerduty",
    ),
    Stop(
        "channel-new-api", "/environments/{id}/channels/new/{kind}",
        "/environments/{environment}/channels/new/api",
    ),
    Stop(
        "channel", "/notification_channels/{id}",
        "/notification_channels/{channel}?trial={tried_out}",
    ),
    Stop(
        "channel-edit", "/notification_channels/{id}/edit",
        "/notification_channels/{channel}/edit",
    ),
    Stop("schemes", "/environments/{id}/schemes", "/environments/{environment}/schemes"),
    Stop("scheme-new", "/environments/{id}/schemes/new", "/environments/{environment}/schemes/new"),
    Stop("scheme", "/notification_schemes/{id}", "/notification_schemes/{scheme}"),
    Stop("scheme-edit", "/notification_schemes/{id}/edit", "/notification_schemes/{scheme}/edit"),
    Stop("agents", "/agents", "/agents"),
    Stop("agent-new", "/agents/new", "/agents/new"),
    Stop("agent", "/agents/{id}", "/agents/{agent}"),
    Stop("agent-edit", "/agents/{id}/edit", "/agents/{agent}/edit"),
    Stop("violations", "/violations", "/violations?state=all"),
    Stop("violation", "/violations/{id}", "/violations/{violation}"),
    Stop("instant", "/account/instant-notifications", "/account/instant-notifications"),
    Stop("styleguide", "/styleguide", "/styleguide"),
)  # fmt: skip


def unvisited() -> Iterator[str]:
    """Name pages at which the tour does not stop."""
    seen = {stop.path for stop in STOPS} | NO_PAGES
    yield from (page.path for page in PAGES if page.method == "GET" and page.path not in seen)
