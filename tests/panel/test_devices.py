"""What a browser is called in the list of sessions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.panel.devices import browser_and_system

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = f"Mozilla/5.0 (Linux; Android 14; RMX3085) {KIT}"
DESK = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT}"
APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (f"{PHONE} Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
        (f"{PHONE} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36", "Samsung Internet", "Android"),
        (f"{PHONE} Version/4.0 Chrome/89.0 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.8", "Mi Browser", "Android"),
        (f"{PHONE} Chrome/115.0 Mobile Safari/537.36 OPR/77.0", "Opera", "Android"),
        (f"{PHONE} Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.0.0", "Edge", "Android"),
        (f"{DESK} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge", "Windows"),
        (f"{DESK} Chrome/126.0.0.0 Safari/537.36", "Chrome", "Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", "Linux"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0", "Firefox", "Android"),
        (f"{APPLE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari", "iPhone"),
        (f"{APPLE} CriOS/126.0 Mobile/15E148 Safari/604.1", "Chrome", "iPhone"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
            "Safari",
            "Mac",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KIT} Chrome/126.0.0.0 Safari/537.36", "Chrome", "ChromeOS"),
        ("curl/8.5", "", ""),
        ("", "", ""),
    ],
)
def test_a_device_has_a_plain_name(agent: str, browser: str, system: str) -> None:
    assert browser_and_system(agent) == (browser, system)


@given(st.text(max_size=300))
def test_whatever_it_says_it_has_a_name_or_none(agent: str) -> None:
    assert len(browser_and_system(agent)) == 2
