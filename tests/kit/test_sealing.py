"""Secrets: what is sealed stays sealed, and only the right key opens it."""

import hashlib
import stat
from pathlib import Path

import pytest

from tocsin.kit.sealing import Sealer, SealingError, digest, kept_secret

SECRET = "s" * 32


def test_what_is_sealed_can_be_opened_again() -> None:
    sealed = Sealer(SECRET).seal("R0UT1NGKEYö")

    assert Sealer(SECRET).open(sealed) == "R0UT1NGKEYö"
    assert b"R0UT" not in sealed


def test_sealing_twice_does_not_give_the_same_away() -> None:
    assert Sealer(SECRET).seal("key") != Sealer(SECRET).seal("key")


@pytest.mark.parametrize(
    "sealed",
    [Sealer("t" * 32).seal("key"), b"", b"nonsense"],
    ids=["stranger", "empty", "nonsense"],
)
def test_another_key_opens_nothing(sealed: bytes) -> None:
    with pytest.raises(SealingError, match="sealed with another key"):
        Sealer(SECRET).open(sealed)


def test_a_signature_fits_its_message_and_no_other() -> None:
    sealer = Sealer(SECRET)
    signature = sealer.sign("ack/Q1")

    assert sealer.verify("ack/Q1", signature)
    assert not sealer.verify("ack/Q2", signature)
    assert not sealer.verify("ack/Q1", signature[:-1])
    assert not sealer.verify("ack/Q1", "ö")
    assert not Sealer("t" * 32).verify("ack/Q1", signature)
    assert signature.replace("-", "").replace("_", "").isalnum()


def test_a_digest_is_the_same_on_every_node() -> None:
    assert digest("key") == hashlib.sha256(b"key").digest()


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "data")
    file = tmp_path / "data" / "secret.key"

    assert kept_secret(tmp_path / "data") == first
    assert len(bytes.fromhex(first)) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [file] == list(file.parent.iterdir())


def test_a_damaged_secret_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")

    with pytest.raises(SealingError, match=r"secret\.key is damaged"):
        kept_secret(tmp_path)
