"""Details of cost on the counter form, and the one request that takes a claim in and hands it on."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filings.models import InsuredPerson
from settlement.calculation import Item
from settlement.claims.contents import details_of
from settlement.claims.details import sums_by_class
from settlement.claims.entry import ClassEntry, Details
from settlement.models import AccountEntry, Claim, ClaimItem, Settlement
from settlement.vocabulary import CatalogueClass, ClaimStatus, Detail
from tests.settlement.counter import form_data, new, panel
from tests.settlement.office import a_person, a_receipt, an_entry
from tests.settlement.refusals import codes, refusal

A, B, C = CatalogueClass
MOST_STATEMENTS = 25
FRAME = re.compile(r"(^|; )(BEGIN|COMMIT|SAVEPOINT|RELEASE SAVEPOINT)( \S+)?$")  # history names its user before it


def ten_items(**changes):
    """25,000 in ten lines, of which 20,000 are eligible."""
    data = {"detail": "by_item", "items-TOTAL_FORMS": "10", "items-INITIAL_FORMS": "0", "total": "", "eligible": ""}
    lines = [("甲", "2", "4000", "", "")] * 2 + [("乙", "10", "500", "0.1", "")] + [("甲", "1", "500", "", "400")] * 5
    lines += [("丙", "1", "1900", "", ""), ("丙", "4", "25", "", "")]
    terms = {"甲": "01", "乙": "02", "丙": "03"}
    for place, (word, quantity, price, self_pay, limit) in enumerate(lines):
        line = {"code": f"X{place:04}", "name": f"项目{place}", "catalogue": terms[word], "quantity": quantity}
        line |= {"price": price, "self_pay": self_pay, "limit": limit}
        data |= {f"items-{place}-{name}": text for name, text in line.items()}
    return data | changes


# by item, by class


@pytest.mark.clause("WF-09", "YT-06")
def test_details_by_item_come_to_the_same_as_totals(office, clerk):
    by_item, other = a_person(), a_person()
    new(by_item, clerk, **ten_items(**{"receipts-0-amount": "19500.00", "receipts-2-amount": "5000.00"}))
    claim = Claim.objects.get(person=by_item)
    assert (claim.detail, claim.items.count(), claim.total, claim.eligible) == (
        Detail.BY_ITEM,
        10,
        Decimal("25500.00"),
        Decimal("22500.00"),
    )
    assert (claim.outside, claim.above_limit, claim.self_paid) == (Decimal(2000), Decimal(500), Decimal(500))
    numbers = {"receipts-0-number": "0000000003", "receipts-2-number": "0000000004"}
    new(other, clerk, total="25500", eligible="22500", **numbers)
    totals = Claim.objects.get(person=other).calculation
    assert (claim.calculation.fund, claim.calculation.personal) == (totals.fund, totals.personal)
    assert claim.calculation.result["setlinfo"]["fulamt_ownpay_amt"] == "2000.00"


def test_details_by_class_are_kept_and_shown(office, clerk):
    given = {"detail": "by_class", "total": "x", "eligible": ""}
    given |= {"class-01-amount": "5,000", "class-09-amount": "20000", "class-09-outside": "5000.00"}
    assert new(office.person, clerk, **given).status_code == 302
    claim = Claim.objects.get()
    assert (claim.detail, claim.total, claim.eligible) == (Detail.BY_CLASS, Decimal(25000), Decimal(20000))
    assert details_of(claim).classes == (
        ClassEntry(name="床位费", amount=Decimal("5000.00")),
        ClassEntry(name="西药费", amount=Decimal("20000.00"), outside=Decimal("5000.00")),
    )
    page = clerk.get(f"/claims/{claim.pk}/").content.decode()
    assert ("床位费" in page, "按费用大类" in page) == (True, True)
    page = clerk.get(f"/claims/{claim.pk}/edit/").content.decode()
    assert 'name="class-09-outside" value="5000.00"' in page


def test_panel_follows_the_details(office, clerk):
    shown = panel(office.person, clerk, **ten_items())
    assert ("22,500.00" in shown, "25,500.00" in shown, "与医疗费总额不一致" in shown) == (True, True, True)
    assert "填好费用明细后" in panel(office.person, clerk, detail="by_item", total="", eligible="")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"items-2-self_pay": ""}, "必须填写"),
        ({"items-2-self_pay": "1.5"}, "0 与 1 之间"),
        ({"items-0-catalogue": ""}, "必须填写"),
        ({"items-0-catalogue": "09"}, "不在可用的选项中"),
        ({"items-0-name": ""}, "必须填写"),
        ({"items-0-quantity": "0"}, "不能为零"),
        ({"items-0-quantity": "NaN"}, "八位整数"),
        ({"items-0-price": "1e400"}, "八位整数"),
        ({"items-0-price": "99999999", "items-0-quantity": "99999999"}, "十四位"),
        ({"items-0-quantity": "-2"}, "退费数量大于收费数量"),
        ({"items-TOTAL_FORMS": "0"}, "请录入明细"),
        ({"items-TOTAL_FORMS": "nonsense"}, "ManagementForm"),
        ({"detail": "by_class", "class-01-amount": "-1"}, "金额不能为负"),
        ({"detail": "by_class", "class-01-amount": "1", "class-01-outside": "2"}, "小于三项自费之和"),
        ({"detail": "by_class"}, "请录入明细"),
    ],
)
def test_fault_of_details_is_said_and_what_was_typed_comes_back(office, clerk, changes, said):
    reply = new(office.person, clerk, **ten_items(**changes))
    page = reply.content.decode()
    assert (reply.status_code, said in page) == (422, True)
    assert 'value="项目9"' in page or "items-TOTAL_FORMS" in changes
    assert not Claim.objects.exists()


def test_details_of_a_claim_are_changed_on_its_form(office, clerk):
    new(office.person, clerk, **ten_items())
    claim = Claim.objects.get()
    data = ten_items(**{"items-TOTAL_FORMS": "1"})
    assert clerk.post(f"/claims/{claim.pk}/edit/", form_data(version=claim.version, **data)).status_code == 302
    claim.refresh_from_db()
    assert (claim.items.count(), claim.total) == (1, Decimal(8000))
    clerk.post(f"/claims/{claim.pk}/edit/", form_data(version=claim.version))
    claim.refresh_from_db()
    assert (claim.detail, claim.items.count(), claim.total, claim.outside) == ("totals", 0, Decimal(25000), None)


def test_as_many_items_as_the_form_takes_are_taken_in(office, clerk):
    data = {"detail": "by_item", "items-TOTAL_FORMS": "200", "items-INITIAL_FORMS": "0"}
    line = {"code": "X", "name": "药", "catalogue": "01", "quantity": "1", "price": "125", "self_pay": "", "limit": ""}
    data |= {f"items-{place}-{name}": text for place in range(200) for name, text in line.items()}
    assert new(office.person, clerk, **data).status_code == 302
    assert Claim.objects.get().items.count() == 200
    assert new(office.person, clerk, **data | {"items-TOTAL_FORMS": "201"}).status_code == 422


def test_long_list_stays_as_it_is_where_the_form_does_not_show_it(office, clerk, monkeypatch):
    new(office.person, clerk, **ten_items())
    monkeypatch.setattr("settlement.forms.details.MOST_TYPED", 9)
    claim = Claim.objects.get()
    page = clerk.get(f"/claims/{claim.pk}/edit/").content.decode()
    assert ("共 10 行" in page, "项目9" in page) == (True, False)
    data = form_data(version=claim.version, detail="by_item", kept="1", total="", eligible="", note="电话核对")
    assert clerk.post(f"/claims/{claim.pk}/edit/", data).status_code == 302
    claim.refresh_from_db()
    assert (claim.note, claim.items.count(), claim.total) == ("电话核对", 10, Decimal(25500))


def test_verb_refuses_details_that_no_column_holds(office):
    item = Item(catalogue=A, name="药", quantity=Decimal("1.00001"), price=Decimal(1))
    bad = [Details(items=(item,)), Details(classes=(ClassEntry(name="西药费", amount=Decimal("0.001")),))]
    bad += [Details(items=(Item(catalogue=A, name="药" * 101, quantity=Decimal(1), price=Decimal(1)),))]
    for details in bad:
        assert codes(refusal(office, details=details, cost=details.cost(), receipts=(a_receipt(),))) == ["details"]
    many = Details(items=(Item(catalogue=A, name="药", quantity=Decimal(1), price=Decimal(1)),) * 5001)
    assert codes(refusal(office, details=many, receipts=(a_receipt(),))) == ["details"]


def test_sums_by_class_add_up_to_the_whole():
    items = tuple(
        Item(catalogue=kind, name="药", quantity=Decimal("0.3333"), price=Decimal("0.0333"), self_pay=Decimal("0.1"))
        for kind in (A, B, C) * 7
    )
    whole, sums = Details(items=items).cost(), sums_by_class(Details(items=items))
    assert [(one.label, one.lines) for one in sums] == [("甲类", 7), ("乙类", 7), ("丙类", 7)]
    assert sum(one.cost.total for one in sums) == whole.total
    assert sum(one.cost.eligible for one in sums) == whole.eligible


# one request


def whole(**changes):
    return ten_items(**{"receipts-0-amount": "20500.00", "hands_on": "1"} | changes)


def test_one_request_takes_in_settles_and_submits(office, clerk):
    reply = new(office.person, clerk, **whole())
    claim = Claim.objects.get()
    assert (reply.status_code, claim.status, claim.version) == (302, ClaimStatus.IN_REVIEW, 2)
    assert claim.settlement == Settlement.objects.get()
    assert AccountEntry.objects.get().paid == claim.settlement.hifp_pay
    assert (claim.receipts.count(), claim.items.count()) == (2, 10)
    assert [event.pgh_label for event in claim.events.order_by("pgh_id")] == ["insert", "update"]


def test_refusal_of_the_whole_keeps_everything_typed(office, clerk):
    reply = new(office.person, clerk, **whole(**{"receipts-0-amount": "1.00"}))
    page = reply.content.decode()
    assert (reply.status_code, "票据合计 5001.00 元，与医疗费总额 25500.00 元不一致" in page) == (422, True)
    assert 'value="项目9"' in page
    counts = [kind.objects.count() for kind in (Claim, ClaimItem, Settlement, AccountEntry)]
    assert counts == [0, 0, 0, 0]


def test_whole_sent_twice_makes_one_claim(office, clerk):
    data = form_data(**whole())
    links = {clerk.post(f"/claims/new/?person={office.person.pk}", data)["Location"] for _ in range(2)}
    assert links == {f"/claims/{Claim.objects.get().pk}/"}
    assert (Settlement.objects.count(), AccountEntry.objects.count()) == (1, 1)


def statements_of(client, person, **changes):
    """What one POST of the counter form asks of the database: (statements, of the transaction)."""
    InsuredPerson.objects.get(pk=person.pk)
    with CaptureQueriesContext(connection) as asked:
        reply = new(person, client, **whole(**changes))
    assert reply.status_code == 302
    sql = [query["sql"] for query in asked]
    frames = [one for one in sql if FRAME.search(one)]
    return [one for one in sql if one not in frames], frames


@pytest.mark.parametrize("is_filed", [False, True])
def test_whole_request_stays_within_its_statements(office, clerk, is_filed):
    new(office.person, clerk, **whole())  # the published rules are read once a process
    person = a_person()
    if is_filed:
        office.file(person)
    others = {"receipts-0-number": "0000000011", "receipts-2-number": "0000000012"}
    place = {"treatment_area": "北京市", "category": ""} if is_filed else {}
    asked, frames = statements_of(clerk, person, **others, **place)
    assert len(asked) <= MOST_STATEMENTS, "\n".join(one[:160] for one in asked)
    assert Claim.objects.get(person=person).status == ClaimStatus.IN_REVIEW
    assert all(len(frame) < 400 for frame in frames)


def test_statements_of_a_claim_do_not_grow_with_its_details(office, clerk):
    counts = []
    for number, lines in enumerate((1, 3, 30)):
        items = (Item(catalogue=A, name="药", quantity=Decimal(1), price=Decimal(100)),) * lines
        details = Details(items=items)
        cost = details.cost()
        entry = an_entry(total=cost.total, eligible=cost.eligible, cost=cost, details=details)
        claim = office.accept(entry, person=a_person())
        if number == 0:
            clerk.get(f"/claims/{claim.pk}/")
        with CaptureQueriesContext(connection) as asked:
            clerk.get(f"/claims/{claim.pk}/")
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts
