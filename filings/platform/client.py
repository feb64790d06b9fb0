"""Asking the platform over HTTP: one signed request, one signed reply, or what went wrong in words for people."""

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import ValidationError

from filings.platform.envelope import Reply, Request
from filings.platform.signing import is_signed, signed

CONNECT_SECONDS, ANSWER_SECONDS = 5, 30


class Unreachable(Exception):
    """Nobody knows whether the platform has done it: ask again with the same msgid.  `str()`: Chinese, for people."""


class Platform:
    """One platform at one address.  Keeps its connection; use as a context manager."""

    def __init__(self, url: str, key: bytes) -> None:
        self.url, self.key = url, key
        self.http = httpx.Client(timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS), trust_env=False)

    def __enter__(self) -> "Platform":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, request: Request) -> tuple[Reply, Mapping[str, Any]]:
        """The reply, and as it came.  Raises Unreachable: also for an answer that is none, or not the platform's."""
        message = signed(request.model_dump(mode="json"), self.key)
        try:
            answer = self.http.post(self.url, json=message)
        except httpx.TimeoutException as error:
            raise Unreachable("平台超时未应答") from error
        except httpx.HTTPError as error:
            raise Unreachable("无法连接平台") from error
        if answer.status_code != httpx.codes.OK:
            raise Unreachable(f"平台返回 HTTP {answer.status_code}")
        try:
            said = answer.json()
            reply = Reply.model_validate(said)
        except (ValueError, RecursionError, ValidationError) as error:
            raise Unreachable("平台的应答不合报文格式") from error
        if not is_signed(said, self.key):
            raise Unreachable("平台应答的签名不符")
        return reply, said
