"""Settings of notification channels: what they may be, what people see, what stays secret."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.domain.guide import TRIGGER, as_pasted, instructions
from tocsin.domain.masking import DOTS
from tocsin.domain.monitoring.channel_config import (
    EU,
    US,
    ApiAction,
    ApiRequest,
    Config,
    Email,
    FarSide,
    PagerDuty,
    Slack,
    Webhook,
    kind_of,
    masked,
    merged,
    places,
    read,
    secrets_of,
    shown,
    tidied,
    write,
)
from tocsin.domain.monitoring.channel_faults import faults_of_change, faults_of_config
from tocsin.domain.monitoring.target_secrets import MOVED

KEY = "0123456789abcdef0123456789abcdef"
HOOK = "https://hooks.slack.com/services/T000/B000/abcdefghijkl"
API = as_pasted(token="y_NbAkKc66ryYTWUXYEu", email="ann@example.com", service_id="PXFL9LI")
CONFIGS: dict[str, Config] = {
    "pagerduty": PagerDuty(integration_key=KEY),
    "api": API,
    "email": Email(addresses=("ann@example.com",)),
    "slack": Slack(url=HOOK),
    "webhook": Webhook(
        url="https://hooks.example.com/in/abcdefghijkl", secret="a long secret", headers="X-Key: 77"
    ),
}
SECRETS = (KEY, "y_NbAkKc66ryYTWUXYEu", "abcdefghijkl", "a long secret", "X-Key: 77")


@pytest.mark.parametrize("kind", CONFIGS)
def test_settings_are_written_and_read(kind: str) -> None:
    config = CONFIGS[kind]

    assert read(write(config)) == config
    assert kind_of(config) == kind


@pytest.mark.parametrize("kind", CONFIGS)
def test_what_is_right_has_no_faults(kind: str) -> None:
    assert list(faults_of_config(CONFIGS[kind])) == []


@pytest.mark.parametrize("kind", CONFIGS)
def test_secrets_are_not_shown_and_stay_when_a_form_sends_their_masks(kind: str) -> None:
    config = CONFIGS[kind]
    form = masked(config)

    assert not [secret for secret in SECRETS if secret in f"{shown(config)} {write(form)}"]
    assert merged(form, config) == config
    assert list(faults_of_change(form, config)) == []


def test_people_see_where_a_channel_tells() -> None:
    assert [shown(config) for config in CONFIGS.values()] == [
        f"events.pagerduty.com, key {DOTS}cdef",
        "POST api.pagerduty.com",
        "ann@example.com",
        f"https://hooks.slack.com/{DOTS}ijkl",
        f"https://hooks.example.com/{DOTS}ijkl",
    ]
    many = Email(addresses=tuple(f"{name}@example.com" for name in "abcde"))
    assert shown(many) == "a@example.com, b@example.com, c@example.com and 2 more"


def test_blank_secrets_stay_as_they_are() -> None:
    key, slack = PagerDuty(integration_key="", base_url=US), Slack(url="")

    assert merged(key, CONFIGS["pagerduty"]) == CONFIGS["pagerduty"]
    assert merged(slack, CONFIGS["slack"]) == CONFIGS["slack"]


def test_a_secret_that_is_not_wanted_any_more_goes() -> None:
    hook = CONFIGS["webhook"]
    assert isinstance(hook, Webhook)

    assert merged(replace(hook, secret=""), hook) == replace(hook, secret="")


def test_new_secrets_take_the_place_of_old_ones() -> None:
    new = PagerDuty(integration_key=KEY[::-1])

    assert merged(new, CONFIGS["pagerduty"]) == new


def test_another_kind_of_settings_takes_nothing_over() -> None:
    assert merged(CONFIGS["slack"], CONFIGS["email"]) == CONFIGS["slack"]


def test_what_is_known_of_the_far_side_stays() -> None:
    far = FarSide(token="u+token", expires_at=datetime(2026, 3, 2, tzinfo=UTC), follows=True)
    before = PagerDuty(integration_key=KEY, far=far)

    kept = merged(PagerDuty(integration_key="", dialect="v1"), before)

    assert kept == replace(before, dialect="v1")
    assert masked(before) == PagerDuty(integration_key=f"{DOTS}cdef")
    assert read(write(before)) == before


def test_a_secret_must_be_given_again_for_another_host() -> None:
    moved = PagerDuty(integration_key=f"{DOTS}cdef", base_url=EU)

    assert list(faults_of_change(moved, CONFIGS["pagerduty"])) == [MOVED]
    assert list(faults_of_change(replace(moved, integration_key=KEY), CONFIGS["pagerduty"])) == []
    trigger = replace(API.trigger, url="https://evil.example.com")
    assert list(faults_of_change(masked(replace(API, trigger=trigger)), API)) == [MOVED]


def test_a_secret_must_be_given_again_where_others_could_listen() -> None:
    before = Webhook(url="https://hooks.example.com/in", secret="signed with this")
    after = replace(masked(before), url="http://hooks.example.com/in")

    assert list(faults_of_change(after, before)) == [MOVED]


def test_a_mask_of_an_unknown_header_is_no_value() -> None:
    config = Webhook(url="https://hooks.example.com/in", headers=f"X-Token: {DOTS}")

    assert list(faults_of_config(config)) == [
        "Headers have a masked secret that is not known: give it again."
    ]


def test_what_holds_no_secret_may_move() -> None:
    addresses = Email(addresses=("ben@example.com",))

    assert list(faults_of_change(addresses, CONFIGS["email"])) == []
    assert places(addresses) == set()
    assert secrets_of(addresses) == []
    assert secrets_of(CONFIGS["pagerduty"]) == [KEY]
    assert "a long secret" in secrets_of(CONFIGS["webhook"])
    assert secrets_of(CONFIGS["slack"]) == [HOOK, "/services/T000/B000/abcdefghijkl"]
    assert secrets_of(Webhook(url="https://a.example.com/", secret="s")) == [
        "https://a.example.com/"
    ]
    assert "token=y_NbAkKc66ryYTWUXYEu" in secrets_of(API)


def test_what_is_pasted_along_is_left_out() -> None:
    pasted = PagerDuty(integration_key=f" {KEY}\n", base_url=f"{EU}/v2/enqueue/ ")

    assert tidied(pasted) == PagerDuty(integration_key=KEY, base_url=EU)
    assert tidied(PagerDuty(integration_key=KEY, base_url="")) == CONFIGS["pagerduty"]
    twice = Email(addresses=("ann@example.com", "", "ann@example.com"))
    assert tidied(twice) == CONFIGS["email"]
    assert tidied(Slack(url=f" {HOOK}\n")) == CONFIGS["slack"]
    assert tidied(replace(API, parse_response=" incident.id ")) == API


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        (PagerDuty(integration_key="123"), "Integration key must be 32 letters or digits."),
        (
            PagerDuty(integration_key=KEY, base_url="events.pagerduty.com"),
            "Base URL must be an address such as https://events.pagerduty.com.",
        ),
        (Email(addresses=()), "Addresses must be 1 to 50 e-mail addresses."),
        (
            Email(addresses=("hello.world",)),
            "Address hello.world must be an e-mail address such as alice@example.com.",
        ),
        (
            Slack(url="ftp://hooks.slack.com"),
            "URL must be an address such as https://hooks.slack.com/services/T000/B000/example.",
        ),
        (Slack(url="http://[broken"), "URL must be an address such as https://hooks.slack.com/"),
        (Webhook(url="https://a.example.com", secret="x" * 201), "Secret must have at most 200"),
        (
            Webhook(url="https://a.example.com", headers="hello"),
            "Headers must be lines such as “Accept: text/plain”, and line 1 is not.",
        ),
        (
            Webhook(url="https://a.example.com", headers="Accept: a\nHost: evil"),
            "Headers cannot have Host: it is set when the request is sent.",
        ),
        (
            Webhook(url="https://a.example.com", headers="X: y\n" * 51),
            "Headers must be at most 50.",
        ),
        (replace(API, parse_response="$.incident"), "Parse response must be a path such as"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(config: Config, fault: str) -> None:
    [told] = faults_of_config(config)

    assert told.startswith(fault)


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        (ApiRequest(url="https://{SUBJECT}/x"), "Trigger URL cannot have a placeholder"),
        (ApiRequest(url="http://[broken"), "Trigger URL must be an address such as"),
        (replace(API.trigger, method="SING"), "Trigger method must be one of GET, POST"),
        (ApiRequest(url="https://a.example.com", body="x" * 65_537), "Trigger body must have at"),
        (
            ApiRequest(url="https://a.example.com", body="{", headers="Content-Type: text/json"),
            "Trigger body is not JSON: ",
        ),
        (
            ApiRequest(url="https://a.example.com", headers=f"Authorization: {DOTS}"),
            "Trigger request has a masked secret that is not known: give it again.",
        ),
        (
            ApiRequest(url="https://a.example.com", body="[[your token]]", headers="Accept: a"),
            "Trigger request still has [[your token]]: put your own in its place.",
        ),
    ],
)
def test_what_is_wrong_with_a_request_is_told_in_a_sentence(
    request_: ApiRequest, fault: str
) -> None:
    told = [*faults_of_config(ApiAction(trigger=request_))]

    assert [sentence for sentence in told if sentence.startswith(fault)]


def test_the_guide_as_it_is_pasted_says_what_is_still_missing() -> None:
    read_ = instructions(TRIGGER)
    config = ApiAction(trigger=read_.request, parse_response=read_.parse_response)

    assert list(faults_of_config(config)) == [
        "Trigger request still has [[your token]]: put your own in its place.",
        "Trigger request still has [[your email]]: put your own in its place.",
    ]
    assert config.request("resolve") is None
