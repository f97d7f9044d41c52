"""How each tool is told where to send: the steps that people take in the tool, in its own words."""

from typing import Final

from tocsin.domain.intake.vendor import Vendor

STEPS: Final[dict[str, tuple[str, ...]]] = {
    "PZQ6AUS": (
        "In Amazon SNS, create a subscription of the topic that your alarms publish to.",
        "Choose the protocol HTTPS and give it the address below. Leave raw delivery off.",
        "SNS asks for a confirmation, which arrives here as an incident: open the link in it.",
    ),
    "PAZUREM": (
        "In Azure Monitor, open the action group of your alert rules and add an action.",
        "Choose Webhook, give it the address below, and enable the common alert schema.",
    ),
    "PBLACKF": (
        "In Blackfire, open Settings of the environment, then Notification Channels.",
        "Choose Add Notification Channel, then Add PagerDuty, and paste the integration key.",
        "For builds, add a webhook with the address below instead.",
    ),
    "PCOSCAL": (
        "In CoScale, open Alert, then Manage, and edit the notification scheme.",
        "Add a contact of the type Webhook with the address below and the format of the guide.",
    ),
    "PCUSTOM": (
        "Let the tool send its JSON with POST to the address below, and let it send once.",
        "Then say here what the body means. Nothing is needed if its fields have usual names.",
    ),
    "PAM4FGS": (
        "In Datadog, open Integrations, then Webhooks, and add one with the address below.",
        "Add “aggreg_key”: “$AGGREG_KEY” and “alert_transition”: “$ALERT_TRANSITION” to its"
        " payload, so that recoveries find their alert.",
        "Name the webhook in the message of your monitors.",
    ),
    "PGOOGLE": (
        "In Google Cloud Monitoring, open Alerting, then Edit notification channels.",
        "Add a webhook with the address below, and choose it in your alerting policies.",
    ),
    "PGRAFAN": (
        "In Grafana, open Alerting, then Contact points, and add one of the type Webhook.",
        "Give it the address below. Its optional HMAC signature is checked if you set a secret.",
    ),
    "PICINGA": (
        "Let a notification script send check_result, host and service as JSON to the address"
        " below, for problems and for recoveries.",
    ),
    "PATLAS0": (
        "In MongoDB Atlas, open Integrations of the project and configure Webhook Settings.",
        "Give it the address below and a secret of your own, and the same secret here.",
        "Add Webhook to the notifications of your alert configurations.",
    ),
    "PNEWREL": (
        "In New Relic, open Alerts, then Destinations, and add a webhook with the address below.",
        "Choose it in a workflow, and keep the default payload.",
    ),
    "POPSGEN": (
        "Let the tool send the body of Opsgenie's Create Alert to the address below.",
        "To close an alert, send its alias with “action”: “close”.",
    ),
    "PPROMET": (
        "In Alertmanager's configuration, add webhook_configs to a receiver.",
        "Its url is the address below. Leave send_resolved on.",
    ),
    "PSENTRY": (
        "In Sentry, open Settings, then Developer Settings, and create an internal integration.",
        "Give it the address below as webhook URL and make it an alert rule action.",
        "Set its client secret here, so that only Sentry is heard.",
    ),
    "PTESTOM": (
        "In Testomato, open Instant Notifications Settings.",
        "For PagerDuty, paste the integration key.",
        "Or choose Slack and give it the address below in place of Slack's webhook.",
    ),
    "PTHOUSE": (
        "In ThousandEyes, open the notifications of an alert rule and add a webhook.",
        "Give it the address below and press Test: an incident with a test event begins here.",
    ),
    "PUPTIME": (
        "In Uptime Kuma, set up a notification of the type Webhook with the address below.",
        "Keep the body as application/json.",
    ),
}
USUAL: Final = (
    "Let the tool send events of the Events API v2 or v1 with the integration key.",
    "The address below holds the key, and needs none in the body.",
)


def steps_of(vendor: Vendor | None) -> tuple[str, ...]:
    """Return what people do in a tool so that it sends here."""
    return STEPS.get(vendor.id, USUAL) if vendor else USUAL
