"""`tocsin webhook-key` says with what webhooks are signed."""

import pytest

from tocsin.channels.webhook import signing_key
from tocsin.cli.webhook_key import webhook_key
from tocsin.kit.sealing import Sealer

SECRET = "a secret of this installation, long enough"


def test_it_is_the_key_that_signs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_SECRET_KEY", SECRET)

    webhook_key()

    assert capsys.readouterr().out == signing_key(Sealer(SECRET)) + "\n"
