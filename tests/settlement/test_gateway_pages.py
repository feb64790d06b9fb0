"""Pages of what the platform told: lists, one exchange with its numbers masked, one stay, the person's section."""

import pytest
from django.urls import reverse
from django.utils import timezone

from filings.models import IdDisclosure
from hospitals.vocabulary import Role
from settlement.models import Exchange
from tests import factories as make
from tests.settlement.exchanged import stored_admission, stored_difference, stored_exchange
from tests.settlement.platform import insured

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer():
    return make.staff(Role.REVIEWER, make.WEIFANG)


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("route", "store"),
    [("exchanges", stored_exchange), ("admissions", stored_admission), ("differences", stored_difference)],
)
def test_list_takes_as_many_statements_at_any_length(route, store, reviewer, signed_in, django_assert_max_num_queries):
    client = signed_in(reviewer)
    with django_assert_max_num_queries(8) as first:
        page(client, reverse(route))
    counts = []
    for more in (1, 2, 27):
        for _ in range(more):
            store()
        with django_assert_max_num_queries(len(first) + 2) as found:
            page(client, reverse(route))
        counts.append(len(found))
    assert len(set(counts)) == 1, counts


def test_exchanges_are_filtered(reviewer, signed_in):
    refused = stored_exchange()
    done = stored_exchange(infcode=0, infno="2304", err_msg="", error_code="", reply='{"output": {}}')
    other = stored_exchange(make.TIELING)
    client = signed_in(reviewer)
    whole = page(client, reverse("exchanges"))
    assert refused.msgid in whole
    assert done.msgid in whole
    assert other.msgid not in whole
    for query, shown in (
        ("outcome=refused", refused),
        ("outcome=done", done),
        ("infno=2304", done),
        (f"words={refused.msgid}", refused),
        (f"words={done.person.name}&outcome=done", done),
    ):
        found = page(client, f"{reverse('exchanges')}?{query}")
        assert shown.msgid in found
        assert ({refused, done} - {shown}).pop().msgid not in found
    today = timezone.localdate(refused.received_at)
    assert refused.msgid in page(client, f"{reverse('exchanges')}?day={today}")
    assert refused.msgid not in page(client, f"{reverse('exchanges')}?day=2020-01-01")


def test_message_is_masked_until_asked_for_and_the_asking_is_kept(reviewer, signed_in):
    exchange = stored_exchange()
    number = exchange.person.id_number
    client = signed_in(reviewer)
    shown = page(client, exchange.get_absolute_url())
    assert number not in shown
    assert exchange.person.masked_id_number in shown
    assert "涉及第三方" in shown
    assert not IdDisclosure.objects.exists()
    answer = client.post(reverse("reveal_exchange", args=[exchange.pk]))
    assert number in answer.content.decode()
    assert IdDisclosure.objects.get().by == reviewer
    hotline = signed_in(make.staff(Role.HOTLINE, make.WEIFANG))
    assert hotline.post(reverse("reveal_exchange", args=[exchange.pk])).status_code == 403


@pytest.mark.clause("WF-10")
def test_stay_shows_marks_slips_and_messages(ward, signed_in):
    person = insured()
    stay = ward.admitted(person, trum_flag="1")
    ward.slip(person, stay)
    clerk = signed_in(make.staff(Role.CLERK, make.TIELING))
    admission = Exchange.objects.first().admission
    shown = page(clerk, admission.get_absolute_url())
    for words in (stay, "外伤", "承诺书未签，结算暂停", "WY0001", "未计入", "2401 入院办理", "A602"):
        assert words in shown
    of_person = page(clerk, reverse("person", args=[person.pk]))
    assert stay in of_person
    assert stay in page(clerk, f"{reverse('admissions')}?words={stay}")
    ward.change(person, stay, ttp_stmt_flag="1")
    setl_id = ward.settle(person, stay).output["setlinfo"]["setl_id"]
    admission.refresh_from_db()
    assert "2304 住院费用结算" in page(clerk, admission.settlement.get_absolute_url())
    assert setl_id in page(clerk, admission.get_absolute_url())
