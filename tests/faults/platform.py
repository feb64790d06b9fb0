"""The provincial and national platform in one: it remembers all, loses some replies, and knows a message again."""

import json
import random
from typing import Any

from tests.faults.story import Message, Story
from tests.filings.platform_stub import Stub

LOST = 0.1  # share of replies


class Platform:
    """It is not killed.  stub: what arrived, by msgid."""

    def __init__(self, story: Story, key: bytes) -> None:
        self.story = story
        self.stub = Stub(key)
        self.dice: random.Random = story.chance("platform")
        self.said: dict[str, str] = {}
        self.stub.lose = self._lose

    def _lose(self, message: Message) -> bool:
        """A msgid that comes with another content is a promise broken.  Called with the stub's lock held."""
        content: Any = json.dumps([message["infno"], message["input"]], sort_keys=True)
        if self.said.setdefault(message["msgid"], content) != content:
            self.story.is_wrong(f"upload {message['msgid']} is told otherwise than before")
        lost = self.dice.random() < LOST
        if lost:
            self.story.count("replies lost by the platform")
        return lost
