"""The settings: what is accepted, what is refused in which words, and what the reference says."""

from pathlib import Path
from typing import get_args

import pytest

from tests.house.settings_page import PAGE, settings_page
from tocsin.config import (
    SETTINGS,
    Language,
    Settings,
    SettingsError,
    SmtpServer,
    read_settings,
    strangers,
)
from tocsin.domain.reaching.phrases import LANGUAGES


def test_an_empty_environment_is_a_working_one() -> None:
    settings = read_settings({})

    assert settings.database_url is None
    assert settings.public_url == "http://127.0.0.1:8642"
    assert settings.role == "all"


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("TOCSIN_PORT", "0", "port", 0),
        ("TOCSIN_ROLE", "Engine", "role", "engine"),
        ("TOCSIN_DATA", "/srv/tocsin", "data", Path("/srv/tocsin")),
        ("TOCSIN_MAIL_DOMAIN", "In.example.com", "mail_domain", "in.example.com"),
        ("TOCSIN_PUBLIC_URL", "https://a.example.com/b/", "public_url", "https://a.example.com/b"),
        ("TOCSIN_CATCH_ALL", "a@example.com, b@example.com", "catch_all",
         ("a@example.com", "b@example.com")),
        ("TOCSIN_OUTBOUND_DENY", "Private, 10.1.0.0/16", "outbound_deny",
         ("private", "10.1.0.0/16")),
        ("TOCSIN_TIME_ZONE", "Europe/Vienna", "time_zone", "Europe/Vienna"),
        ("TOCSIN_LANGUAGE", "de", "language", "de"),
        ("TOCSIN_LOG_LEVEL", "  ", "log_level", "info"),
        ("TOCSIN_DATABASE_URL", "postgres://u@h/d", "database_url", "postgres://u@h/d"),
    ],
)  # fmt: skip
def test_a_right_setting_is_read(name: str, text: str, field: str, value: object) -> None:
    assert getattr(read_settings({name: text}), field) == value


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("smtp://mail.example.com", SmtpServer(host="mail.example.com", port=25)),
        ("smtps://mail.example.com", SmtpServer(host="mail.example.com", port=465, tls=True)),
        (
            "smtp://a%40example.com:p%3Aw@mail.example.com:587?starttls=always",
            SmtpServer(
                host="mail.example.com",
                port=587,
                username="a@example.com",
                password="p:w",
                starttls="always",
            ),
        ),
    ],
)
def test_the_mail_server_is_an_address(text: str, server: SmtpServer) -> None:
    assert read_settings({"TOCSIN_SMTP_URL": text}).smtp_url == server


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("TOCSIN_PORT", "http", "TOCSIN_PORT must be a whole number from 0 to 65535, not 'http'."),
        ("TOCSIN_PORT", "99999", "must be a whole number from 0 to 65535, not '99999'."),
        ("TOCSIN_PORT", "٣", "must be a whole number"),
        ("TOCSIN_ROLE", "both", "TOCSIN_ROLE must be one of api, engine, all, not 'both'."),
        ("TOCSIN_PUBLIC_URL", "oncall.example.com", "must be an address such as https://"),
        ("TOCSIN_PUBLIC_URL", "http://[", "must be an address such as https://"),
        ("TOCSIN_TIME_ZONE", "Vienna", "such as Europe/Vienna, not 'Vienna'."),
        ("TOCSIN_OUTBOUND_DENY", "10.0.0.1/8", "must be networks such as 10.0.0.0/8"),
        ("TOCSIN_ADMIN_EMAIL", "root", "TOCSIN_ADMIN_EMAIL must be an e-mail address, not 'root'."),
        ("TOCSIN_CATCH_ALL", "a@example.com;b", "a list of e-mail addresses with commas"),
        ("TOCSIN_SMTP_URL", "smtp://h?starttls=maybe", "starttls is one of always, offered, never"),
        ("TOCSIN_SMTP_URL", "mail.example.com", "must be an address such as smtp://"),
        ("TOCSIN_API_TOKEN", "short", "must be 20 letters, digits, underscores"),
        ("TOCSIN_SECRET_KEY", "short", "must be at least 32 characters long."),
        ("TOCSIN_MAIL_DOMAIN", "a b.example.com", "TOCSIN_MAIL_DOMAIN must be a domain"),
        ("TOCSIN_MAIL_IN", "2525", "an address and a port such as 0.0.0.0:2525, not '2525'."),
        ("TOCSIN_MAIL_IN", "localhost:25/x", "an address and a port such as 0.0.0.0:2525"),
        ("TOCSIN_DATABASE_URL", "mysql://u:secret@h/d", "an address such as postgresql://"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_one_sentence(name: str, text: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as told:
        read_settings({name: text})

    assert str(told.value).startswith(name)
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("text", "address"), [("0.0.0.0:2525", ("0.0.0.0", 2525)), ("[::1]:25", ("::1", 25))]
)
def test_mail_that_comes_back_is_taken_at_an_address(text: str, address: tuple[str, int]) -> None:
    given = {"TOCSIN_MAIL_IN": text, "TOCSIN_MAIL_DOMAIN": "in.example.com"}

    assert read_settings(given).mail_in == address
    with pytest.raises(SettingsError, match="needs TOCSIN_MAIL_DOMAIN"):
        read_settings({"TOCSIN_MAIL_IN": text})


def test_a_secret_is_shown_neither_when_wrong_nor_when_right() -> None:
    with pytest.raises(SettingsError) as told:
        read_settings({"TOCSIN_DATABASE_URL": "mysql://u:hunter2@h/d"})
    settings = read_settings({"TOCSIN_ADMIN_PASSWORD": "hunter2hunter2"})

    assert "hunter2" not in str(told.value)
    assert "hunter2" not in repr(settings)


def test_every_text_that_names_a_password_is_secret() -> None:
    assert {"database_url", "smtp_url", "admin_password", "api_token", "secret_key"} == {
        setting.field for setting in SETTINGS if setting.kind.secret
    }


def test_an_unknown_variable_is_answered_with_the_nearest_known_one() -> None:
    environ = {"TOCSIN_PROT": "1", "TOCSIN_HOST": "::1", "HOME": "/", "TOCSIN_QQQQQQQQQQQ": ""}

    assert strangers(environ) == [
        "TOCSIN_PROT is no setting of Tocsin; perhaps TOCSIN_PORT is meant.",
        "TOCSIN_QQQQQQQQQQQ is no setting of Tocsin.",
    ]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://localhost:8642"),
        ("::1", "http://[::1]:8642"),
        ("oncall.example.com", "http://oncall.example.com:8642"),
    ],
)
def test_the_public_address_is_one_that_a_browser_finds(host: str, address: str) -> None:
    assert read_settings({"TOCSIN_HOST": host}).public_url == address


def test_the_language_is_one_that_is_spoken_here() -> None:
    assert get_args(Language) == LANGUAGES


def test_settings_are_values() -> None:
    with pytest.raises(AttributeError):
        setattr(read_settings({}), "port", 1)  # noqa: B010

    assert isinstance(read_settings({}), Settings)


def test_the_reference_is_the_declared_settings() -> None:
    assert PAGE.read_text() == settings_page(), "Run `make docs` to write it anew."
