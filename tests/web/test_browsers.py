"""Browsers are named as people name them."""

import pytest

from tocsin.web.door.browsers import browser

MOZILLA = "Mozilla/5.0"
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {KHTML} Chrome/138.0 Safari/537.36 Edg/138.0",
         "Edge on Windows"),
        (f"{MOZILLA} (Linux; Android 15; Pixel 9) {KHTML} Chrome/138.0 Mobile Safari/537.36",
         "Chrome on Android"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 15_5) {KHTML} Version/18.5 Safari/605.1",
         "Safari on macOS"),
        (f"{MOZILLA} (iPad; CPU OS 18_5 like Mac OS X) {KHTML} CriOS/138.0 Mobile Safari/604.1",
         "Chrome on iPad"),
        (f"{MOZILLA} (X11; CrOS x86_64 16181.61) {KHTML} Chrome/138.0 Safari/537.36",
         "Chrome on ChromeOS"),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.28.1", "python-httpx"),
        (MOZILLA, "Unknown browser"),
        ("", "Unknown browser"),
        (f"{MOZILLA} (Windows NT 10.0) Strange", "Unknown browser on Windows"),
    ],
)  # fmt: skip
def test_a_browser_is_named_with_its_system(user_agent: str, name: str) -> None:
    assert browser(user_agent) == name
