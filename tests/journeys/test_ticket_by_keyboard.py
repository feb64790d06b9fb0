"""The hotline writes a ticket by keyboard: the hospitals of the directory are suggested for the place that is typed."""

from typing import Any

import pytest
from playwright.sync_api import expect

from hospitals.vocabulary import Role
from settlement.models import Ticket
from tests import factories as make


@pytest.mark.clause("JN-05")
def test_hospitals_of_the_place_are_suggested_while_a_ticket_is_typed(shipped: None, sign_in: Any) -> None:
    person = make.PersonFactory(area__code=make.TIELING, name="李志远")
    make.ParticipationFactory(person=person)
    hospital = make.HospitalFactory(area__code=make.JINING, name="济宁示例医院")
    page = sign_in(make.staff(Role.HOTLINE, make.TIELING))
    page.goto(f"/tickets/new/?person={person.pk}")
    expect(page.get_by_label("就医地")).to_be_focused()
    page.keyboard.type("济宁市")
    page.keyboard.press("Tab")
    expect(page.get_by_label("医院", exact=True)).to_be_focused()
    options = page.locator("#hospital-names option")
    expect(options.first).to_be_attached()  # the place's hospitals, before anything is typed
    assert options.count() > 10
    page.keyboard.type("济宁示例")
    expect(options).to_have_count(1)
    expect(options.first).to_have_attribute("value", hospital.name)
    page.keyboard.type("医院")  # the list itself is drawn by the browser, and by none without a window
    expect(page.get_by_label("医院", exact=True)).to_have_value(hospital.name)
    page.keyboard.press("Enter")
    expect(page.get_by_text("并已检查")).to_be_visible()
    ticket = Ticket.objects.get()
    assert (ticket.hospital, ticket.treatment_area_id) == (hospital, make.JINING)

    # put right later, in a dialog, with the same suggestions
    page.get_by_role("button", name="更正…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("医院", exact=True).fill("")
    expect(page.locator(f'#hospital-names option[value="{hospital.name}"]')).to_be_attached()
