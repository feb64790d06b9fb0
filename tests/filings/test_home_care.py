"""Care at home while filed for elsewhere: on proof, without, or not regulated."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from filings.application import Seen
from filings.home_care import home_care_standing, take_home_care_proof
from filings.models import Filing, HomeCareProof, InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import TODAY, asking, cancelling, filed, filed_today

Insured = Callable[..., InsuredPerson]
PERMIT = (Material.RESIDENCE_PERMIT,)
LONG_TERM_PAPERS = (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT))


@pytest.mark.clause("WF-14")
def test_weifang_gives_home_benefits_from_the_day_of_the_proof(clerk: User, insured: Insured) -> None:
    person = insured()
    filing = filed(clerk, person)
    without = home_care_standing(person, TODAY)
    assert (without.tier, without.filing) == (None, filing)
    assert [group.one_of for group in without.missing] == [
        (Material.HOUSEHOLD_REGISTER, Material.RESIDENCE_PERMIT, Material.EMPLOYER_CERTIFICATE)
    ]
    assert without.reasons[0].source == "《异地就医直接结算政策宣传》八（三）"

    shown_on = TODAY + dt.timedelta(10)
    proof = take_home_care_proof(by=clerk, filing=filing, materials=PERMIT, on=shown_on)
    assert home_care_standing(person, shown_on - dt.timedelta(1)).tier is None
    standing = home_care_standing(person, shown_on)
    assert (standing.tier, standing.proof) == ("local", proof)
    assert "居住证" in standing.reasons[0].text
    assert standing.reasons[0].source == "《异地就医直接结算政策宣传》八（三）"
    assert entries(proof)[0].action == "登记回参保地就医证明"


@pytest.mark.clause("TL-12")
def test_tieling_asks_for_no_proof(clerk: User, insured: Insured) -> None:
    person = insured(make.TIELING)
    filing = filed(clerk, person, materials=LONG_TERM_PAPERS)
    standing = home_care_standing(person, TODAY)
    assert (standing.tier, standing.missing) == ("local", ())
    assert standing.reasons[0].source == "《铁岭市参保人员异地就医联网结算服务指南》三（六）"
    with pytest.raises(Refused, match="没有要求"):
        take_home_care_proof(by=clerk, filing=filing, materials=PERMIT, on=TODAY)


@pytest.mark.parametrize("area", [make.YANTAI, make.DONGYING, make.JINING])
def test_document_that_says_nothing_is_told_so(area: str, insured: Insured) -> None:
    person = insured(area)
    make.FilingFactory(person=person)
    standing = home_care_standing(person, TODAY)
    assert (standing.tier, standing.reasons[0].code, standing.reasons[0].source) == (
        None,
        "home_care_not_regulated",
        "",
    )


@pytest.mark.clause("WF-15")
def test_temporary_filing_leaves_care_at_home_as_it_is(clerk: User, insured: Insured) -> None:
    person = insured()
    filed(clerk, person, asking(Category.TEMPORARY))
    assert home_care_standing(person, TODAY).tier == "local"
    assert home_care_standing(person, TODAY).filing is None


def test_filing_that_has_ended_needs_no_proof(clerk: User, insured: Insured) -> None:
    person = insured()
    filing = filed(clerk, person)
    cancelling(clerk, filing, TODAY + dt.timedelta(3))
    assert home_care_standing(person, TODAY + dt.timedelta(3)).tier is None
    assert home_care_standing(person, TODAY + dt.timedelta(4)).tier == "local"


@pytest.mark.clause("WF-14")
def test_proof_is_refused_where_it_proves_nothing(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured())
    with pytest.raises(Refused, match="须提交户口簿"):
        take_home_care_proof(by=clerk, filing=filing, materials=(Material.ID_DOCUMENT,), on=TODAY)
    with pytest.raises(Refused, match="生效中的长期"):
        take_home_care_proof(by=clerk, filing=filing, materials=PERMIT, on=TODAY - dt.timedelta(1))
    with pytest.raises(Refused, match="办理备案"):
        take_home_care_proof(by=make.staff(Role.REVIEWER), filing=filing, materials=PERMIT, on=TODAY)
    outing = filed(clerk, insured(), asking(Category.TEMPORARY))
    with pytest.raises(Refused, match="生效中的长期"):
        take_home_care_proof(by=clerk, filing=outing, materials=PERMIT, on=TODAY)
    assert not HomeCareProof.objects.exists()


def test_proof_of_one_filing_is_taken_once(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured())
    take_home_care_proof(by=clerk, filing=filing, materials=PERMIT, on=TODAY)
    with pytest.raises(Refused, match="已提交回参保地就医证明"):
        take_home_care_proof(by=clerk, filing=filing, materials=PERMIT, on=TODAY)


# pages


@pytest.fixture
def weifang_filing(clerk: User, insured: Insured) -> Filing:
    return filed_today(clerk, insured())


@pytest.mark.clause("WF-14")
def test_proof_is_handed_in_on_its_page_and_stands_on_the_receipt(client: Client, weifang_filing: Filing) -> None:
    filing, person = weifang_filing, f"/people/{weifang_filing.person_id}/"
    link = f"/filings/{filing.pk}/home-care/"
    page = client.get(person).content.decode()
    assert f'href="{link}" data-key="h"' in page
    assert "须提交户口簿" in page
    form = client.get(link).content.decode()
    assert "备案就医地户籍证明、居住证或单位工作证明" in form
    assert "《异地就医直接结算政策宣传》八（三）" in form
    assert client.post(link, {"materials": ["residence_permit"]})["Location"] == person
    assert link not in client.get(person).content.decode()
    assert f"{timezone.localdate()} 已提交居住证" in client.get(f"/filings/{filing.pk}/receipt/").content.decode()


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({}, "请勾选提交的证明"),
        ({"materials": ["id_document"]}, "id_document"),
        ({"materials": ["residence_permit"], "note": "长" * 201}, "200"),
    ],
)
def test_faulty_proof_comes_back_with_what_was_typed(
    client: Client, weifang_filing: Filing, typed: dict[str, object], fault: str
) -> None:
    reply = client.post(f"/filings/{weifang_filing.pk}/home-care/", {"note": "回乡手术"} | typed)
    assert reply.status_code == 422
    assert fault in reply.content.decode()
    assert "回乡手术" in reply.content.decode() or "note" in typed
    assert not HomeCareProof.objects.exists()


def test_page_of_an_area_that_asks_for_nothing_says_so(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed_today(clerk, insured(make.TIELING), materials=LONG_TERM_PAPERS)
    assert "文件没有要求" in client.get(f"/filings/{filing.pk}/home-care/").content.decode()
