"""Out of order: every transaction in every state of a stay has a proper answer, and what is refused changes nothing."""

import datetime as dt

import pytest

from settlement.models import Admission, Exchange, Settlement
from tests.settlement.platform import Ward, insured

S = "settled"
DONE: dict[str, set[str]] = {
    "admitted": {"2402", "2403", "2404", "2303", "2304", "A602"},
    "discharged": {"2402", "2403", "2404", "2405", "2303", "2304", "A602"},
    "settled": {"2305"},
    "cancelled": set(),
}
TRANSACTIONS = ("2402", "2403", "2404", "2405", "2303", "2304", "2305", "A602")


def a_stay_in(ward: Ward, person, state: str) -> str:
    stay = ward.admitted(person)
    if state in ("discharged", S):
        assert ward.discharge(person, stay).is_done
    if state == S:
        assert ward.settle(person, stay).is_done
    if state == "cancelled":
        assert ward.cancel(person, stay).is_done
    assert Admission.objects.get().status == state
    return stay


def told(ward: Ward, person, stay: str, infno: str):
    made = Settlement.objects.first()
    return {
        "2402": lambda: ward.discharge(person, stay),
        "2403": lambda: ward.change(person, stay, adm_diag_dscr="肺炎"),
        "2404": lambda: ward.cancel(person, stay),
        "2405": lambda: ward.take_back_discharge(person, stay),
        "2303": lambda: ward.settle(person, stay, "2303"),
        "2304": lambda: ward.settle(person, stay),
        "2305": lambda: ward.reverse(person, stay, made.number if made else "JS2026031200000001"),
        "A602": lambda: ward.slip(person, stay),
    }[infno]()


@pytest.mark.parametrize("infno", TRANSACTIONS)
@pytest.mark.parametrize("state", DONE)
def test_transaction_in_a_state(ward, state, infno):
    person = insured()
    stay = a_stay_in(ward, person, state)
    before = (Admission.objects.values().get(), Settlement.objects.count())
    said = told(ward, person, stay, infno)
    assert said.status == 200
    assert said.is_done == (infno in DONE[state]), said.reply
    assert Exchange.objects.latest("pk").infno == infno
    if not said.is_done:
        assert said.codes
        assert said.reply["err_msg"].startswith(said.codes[0])
        assert (Admission.objects.values().get(), Settlement.objects.count()) == before


@pytest.mark.parametrize("infno", TRANSACTIONS)
def test_transaction_before_any_admission(ward, infno):
    said = told(ward, insured(), "S211200260312000000001", infno)
    assert said.codes == ["admission_unknown"]
    assert not Admission.objects.exists()


def test_discharge_day_told_again_counts_until_it_is_settled(ward):
    person = insured()
    stay = ward.admitted(person)
    assert ward.discharge(person, stay, dt.date(2026, 3, 18)).is_done
    assert ward.settle(person, stay).codes == ["discharge_day_differs"]
    assert ward.discharge(person, stay).is_done
    assert ward.take_back_discharge(person, stay).is_done
    assert Admission.objects.get().filing.end_on is None
    assert ward.discharge(person, stay, dt.date(2026, 3, 1)).codes == ["discharge_before_admission"]
    assert ward.discharge(person, stay, dt.date(2126, 3, 1)).codes == ["discharged_later"]
