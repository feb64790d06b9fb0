"""People are found: the list's filters and order, the search box, the same effort at any length."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hospitals.vocabulary import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Any], Client]


@pytest.fixture
def client(signed_in: SignedIn) -> Client:
    return signed_in(make.staff(Role.CLERK))


def test_people_list_sorts_by_name_and_finds_by_its_beginning(client: Client) -> None:
    for name in ("王小明", "李四", "张三"):
        make.PersonFactory(name=name)
    page = client.get("/people/?sort=initials").content.decode()
    assert page.index("李四") < page.index("王小明") < page.index("张三")
    found = client.get("/people/?words=wx").content.decode()
    assert "王小明" in found
    assert "李四" not in found


def test_people_found_by_name_stand_in_its_order(client: Client) -> None:
    for name in ("王五", "王一", "王二"):
        make.PersonFactory(name=name)
    shown = [row.name for row, _ in client.get("/people/?words=王").context["page"].rows]
    assert shown == sorted(["王五", "王一", "王二"])


def test_numbers_are_not_looked_for_by_address(client: Client) -> None:
    person = make.PersonFactory()
    page = client.get("/people/", {"words": person.id_number}).content.decode()
    assert person.name not in page
    assert "请在页首的查找框中输入" in page


@pytest.mark.parametrize("by", ["id_number", "id_beginning", "name", "initials", "card"])
def test_search_box_opens_the_one_person_meant(by: str, client: Client) -> None:
    person = make.CardFactory(person__name="欧阳春").person
    make.CardFactory(person__name="王小明")
    words = {
        "id_number": f" {person.id_number.lower()} ",
        "id_beginning": person.id_number[:17],
        "name": "欧阳",
        "initials": "OYC",
        "card": person.cards.get().number,
    }[by]
    reply = client.post("/search/", {"words": words})
    assert (reply.status_code, reply["Location"]) == (302, f"/people/{person.pk}/")


def test_search_box_finds_nobody_of_another_area(client: Client) -> None:
    card = make.CardFactory(person__area__code=make.TIELING)
    for words in (card.number, card.person.id_number, card.person.name):
        assert client.post("/search/", {"words": words}).status_code == 200


@pytest.mark.parametrize("words", ["' OR 1=1 --", "%", "\\", "_" * 60, "😀", "王%"])
def test_hostile_words_find_nobody(client: Client, words: str) -> None:
    person = make.PersonFactory(name="赵六")
    reply = client.get("/people/", {"words": words})
    assert reply.status_code == 200
    assert person.name not in reply.content.decode()


def test_every_page_of_people_over_several_areas_shows_each_once(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hospitals.listing.PAGE_SIZE", 4)
    areas = (make.WEIFANG, make.TIELING, make.YANTAI)
    people = [make.PersonFactory(area__code=areas[n % 3], name=f"示例{n:02d}") for n in range(10)]
    make.PersonFactory(area__code=make.JINING, name="别处的人")
    client, seen, link = signed_in(make.staff(Role.CLERK, *areas)), [], "/people/"
    while link:
        reply = client.get(link)
        page = reply.context["page"]
        seen += [row.name for row, _ in page.rows]
        link = f"/people/{page.next}" if page.next else ""
    assert seen == [person.name for person in reversed(people)]


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize("areas", [1, 5])
def test_people_list_takes_the_same_queries_whatever_its_length(signed_in: SignedIn, areas: int, count: int) -> None:
    codes = (make.WEIFANG, make.YANTAI, make.DONGYING, make.JINING, make.TIELING)[:areas]
    client = signed_in(make.staff(Role.CLERK, *codes))
    for number in range(count):
        make.PersonFactory(area__code=codes[number % areas])
    client.get("/people/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/people/")
    assert len(queries) == (5 if areas == 1 else 6), [query["sql"][:80] for query in queries]
