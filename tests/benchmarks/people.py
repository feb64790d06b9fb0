"""A population of a million: search, a person's page, worklist, review and commitments, against one of ten thousand."""

import time
from collections.abc import Callable, Iterator

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filings.models import InsuredPerson
from filings.population import Numbers, populate
from hospitals.models import Post
from hospitals.vocabulary import Role
from tests.benchmarks.lists import AREAS
from tests.benchmarks.measure import Ratio

SMALL = Numbers(10_000, 15_000, 3_000)
LARGE = Numbers(990_000, 1_485_000, 297_000)  # beside the small one
TIMES, LIMIT = 30, 1.3
Visit = Callable[[], object]


def run() -> Iterator[Ratio]:
    clerk, reviewer = client_of(Role.CLERK), client_of(Role.REVIEWER)  # in whose name the population is made
    populate(SMALL)
    visits = visits_of(clerk, reviewer)
    small = {name: measured(visit) for name, visit in visits.items()}
    began = time.perf_counter()
    populate(LARGE)
    taken = time.perf_counter() - began
    yield Ratio("populate 1,000,000 people, 1,500,000 filings, 300,000 commitments", taken, 600.0, "ten minutes", 1.0)
    for name, visit in visits.items():
        quick, queries = measured(visit)
        before, asked = small[name]
        yield Ratio(f"{name} ({queries} statements)", quick, before, f"10,000 people ({asked})", LIMIT)
        if queries > asked:
            raise RuntimeError(f"{name}: {queries} statements, {asked} at 10,000 people")


def client_of(role: Role) -> Client:
    user = User.objects.create_user(f"bench-{role}")
    Post.objects.bulk_create(Post(user=user, role=role, area_id=area) for area in AREAS)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="hospitals.access.PostBackend")
    return client


def visits_of(clerk: Client, reviewer: Client) -> dict[str, Visit]:
    """What staff do all day.  The same person is looked for in either population, by words that fill a page in both."""
    person = InsuredPerson.objects.order_by("pk")[4_321]

    def search(words: str) -> Visit:
        return lambda: clerk.post("/search/", {"words": words})

    return {
        "search by id number": search(person.id_number),
        "search by name": search(person.name[0]),
        "search by pinyin initials": search(person.initials[0]),
        "person page": lambda: clerk.get(person.get_absolute_url()),
        "worklist of a clerk": lambda: clerk.get("/"),
        "worklist of a reviewer": lambda: reviewer.get("/"),
        "review queue": lambda: reviewer.get("/filings/review/"),
        "review queue, one category": lambda: reviewer.get("/filings/review/?category=long_term_resident"),
        "commitments": lambda: clerk.get("/commitments/"),
    }


def measured(visit: Visit) -> tuple[float, int]:
    """The quickest of many, and how many statements it takes."""
    with CaptureQueriesContext(connection) as statements:
        reply = visit()
    if reply.status_code not in (200, 302):  # type: ignore[attr-defined]
        raise RuntimeError(f"status {reply.status_code}")  # type: ignore[attr-defined]
    asked = len(statements)  # read at once: the next request empties the log
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        visit()
        taken.append(time.perf_counter() - start)
    return min(taken), asked
