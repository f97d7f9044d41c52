"""Signatures of AWS: held against those that AWS's own library made of the same requests."""

from datetime import UTC, datetime

import pytest

from tocsin.kit.aws import Credentials, signed_headers

CREDENTIALS = Credentials(
    key_id="AKIAIOSFODNN7EXAMPLE",
    secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region="eu-central-1",
    service="sns",
)
AT = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
PUBLISH = b"Action=Publish&Version=2010-03-31&PhoneNumber=%2B15550100&Message=Disk+full"


@pytest.mark.parametrize(
    ("url", "body", "signature"),
    [
        (
            "https://sns.eu-central-1.amazonaws.com/",
            PUBLISH,
            "31913883f8502a355bb0a3c9889df4ad66472aa285620e026fe9502bed847fa7",
        ),
        (
            "http://127.0.0.1:4566/a%20b/~c",
            b"Message=%E2%82%AC",
            "5ca06ddbcf405cc2b6f6785b5dd7102b847ebb6f62f3ff99a8f511cf2735ca24",
        ),
    ],
)
def test_a_request_is_signed_as_amazon_signs_it(url: str, body: bytes, signature: str) -> None:
    headers = signed_headers(CREDENTIALS, url, body, AT)

    assert headers["x-amz-date"] == "20261121T030405Z"
    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256"
        " Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-central-1/sns/aws4_request,"
        f" SignedHeaders=content-type;host;x-amz-date, Signature={signature}"
    )
