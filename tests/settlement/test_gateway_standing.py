"""2401 looks at the card as it stands, and at what was decided against a person who did not keep a promise."""

import datetime as dt

import pytest

from filings.models import Filing
from filings.vocabulary import CardStatus, Measure
from settlement.models import Admission
from tests import factories as make
from tests.settlement.platform import ADMITTED, Ward, a_hospital, insured


@pytest.mark.clause("DY-08")
@pytest.mark.parametrize(
    ("status", "result", "code"), [("lost", "passed", "card_lost"), ("in_use", "failed", "card_failed")]
)
def test_card_that_is_lost_or_failed_its_test_bars_the_admission(ward, status, result, code):
    ward.home = make.DONGYING
    person = insured(make.DONGYING, contributions_paid_through=dt.date(2026, 12, 31))
    filing = make.FilingFactory(person=person, filed_on=dt.date(2026, 1, 1))
    hospital = a_hospital(code="H11010100003", name="已登记医院")
    make.RegistrationFactory(
        person=person, filing=filing, hospital=hospital, registered_on=ADMITTED, admitted_on=ADMITTED
    )
    card = make.CardFactory(person=person)
    card.tests.create(
        tested_on=dt.date(2026, 1, 1),
        result=result,
        finding="磁条损坏" if result == "failed" else "",
        way="counter",
        by=make.UserFactory(),
        area=person.area,
    )
    if status == CardStatus.LOST:
        type(card).objects.filter(pk=card.pk).update(status=status)
    said = Ward(home=make.DONGYING, code="H11010100003").admit(person)
    assert said.codes == [code]
    assert not Admission.objects.exists()


@pytest.mark.clause("TL-08")
def test_restricted_person_is_admitted_at_the_named_hospitals_alone(ward):
    person = insured()
    sanction = make.SanctionFactory(
        person=person, starts_on=ADMITTED, measure=Measure.RESTRICT_HOSPITALS, hospitals="铁岭示例医院"
    )
    before = Filing.objects.count()
    refused = ward.admit(person)
    assert refused.codes == [Measure.RESTRICT_HOSPITALS]
    assert "限于：铁岭示例医院" in refused.reply["err_msg"]
    assert Filing.objects.count() == before  # what the admission would have made went with it
    type(sanction).objects.filter(pk=sanction.pk).update(hospitals=f"铁岭示例医院、{make.BEIJING}示例医院")
    assert ward.admit(person).is_done
