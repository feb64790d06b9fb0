"""Uploads for tests: a stub that serves as both platforms, and the sender's work until nothing is due."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from filings.models import Filing, PlatformLine, Upload
from filings.uploads import sending
from hospitals.vocabulary import Scope
from tests.filings.platform_stub import KEY, Stub


@contextmanager
def platforms(stub: Stub) -> Iterator[Stub]:
    """Both platforms are this stub."""
    with stub.serving() as url, addresses(url):
        yield stub


@contextmanager
def addresses(url: str) -> Iterator[None]:
    with override_settings(PLATFORM_KEY=KEY, PROVINCIAL_PLATFORM_URL=url, NATIONAL_PLATFORM_URL=url):
        yield


def sent(*, within: float = 60) -> None:
    """A turn for each platform, as the worker takes it."""
    assert settings.PLATFORM_KEY == KEY
    for platform in Scope:
        sending.send(platform, seconds=within)


def without_pauses() -> None:
    """As if the pauses were over."""
    Upload.objects.filter(status="waiting").update(next_attempt_at=timezone.now())
    PlatformLine.objects.filter(failures__gt=0).update(retry_at=timezone.now())


def told(filing: Filing) -> list[tuple[str, str]]:
    """What the outbox holds of a filing, in order: (infno, platform)."""
    return list(filing.uploads.order_by("pk").values_list("infno", "platform"))
