"""Every account of the demo follows the links it is shown: each leads somewhere, and what it reads is Chinese."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client

OF_A_KIND = 2  # pages of one shape that an account looks at
NOT_FOLLOWED = re.compile(r"[?&](sort|after|before|export|o|_[a-z_]+)=|/(file|export)/|details-template|/password/")
UNSEEN = {
    "script",
    "style",
    "code",
    "pre",
    "title",
    "kbd",
    "datalist",
}  # and what a platform calls its fields, which stands in code
RAW = re.compile(r"\b(?:None|True|False|NaN|null|undefined)\b|&[a-z]+;|\b[a-z]+_[a-z_]+\b|\b[a-z]{5,}\b")
SAID = {"infcode", "msgid", "counter"}  # as it was told to the platform
ACCOUNTS = {"clerk", "reviewer", "finance", "supervisor", "hotline", "auditor", "deputy", "kuiwen"}


class Page(HTMLParser):
    """links: where they lead.  text: what is read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text: list[str] = []
        self._within: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href and not href.startswith("#"):
            self.links.append(href)
        if tag in UNSEEN:
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._within and tag == self._within[-1]:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.text.append(data)


def faults_of(client: Client) -> Iterator[str]:
    """From the worklist on; of each kind of page a few."""
    todo, looked_at = [("/", "")], Counter[str]()
    known = {"/"}
    while todo:
        address, came_from = todo.pop(0)
        reply = client.get(address, follow=address.startswith("/admin/r/"))  # from admin to the portal's own page
        if reply.status_code != 200:
            yield f"{reply.status_code} {address} from {came_from}"
            continue
        page = Page(reply.content.decode())
        for word in set(RAW.findall(" ".join(page.text))) - SAID - (ACCOUNTS if "/auth/user/" in address else set()):
            yield f"{word!r} on {address}"
        for link in page.links:
            target = urljoin(address, link)
            shape = re.sub(r"\d+", "N", target.partition("?")[0])
            if urlsplit(target).netloc:
                yield f"{target} on {address} leads out"
            elif target not in known and not NOT_FOLLOWED.search(target) and looked_at[shape] < OF_A_KIND:
                looked_at[shape] += 1
                known.add(target)
                todo.append((target, address))
    assert looked_at.total() > 10


@pytest.mark.ignore_template_errors  # Django admin's own templates ask for what is not always there
@pytest.mark.django_db
def test_no_account_is_shown_a_link_it_may_not_follow_or_a_raw_word(signed_in: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.environment = 'development'")
    for command in ("load_directory", "load_policies", "load_demo"):
        call_command(command, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the server does of itself, but for what no transaction has committed
    accounts = User.objects.filter(posts__isnull=False).exclude(username__endswith="-deputy").distinct()
    faults = [f"{user}: {fault}" for user in accounts for fault in faults_of(signed_in(user))]
    assert len(accounts) == 7
    assert faults == []
