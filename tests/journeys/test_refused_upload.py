"""A filing goes up, the platform refuses it; the clerk finds it, puts the name right and sends it again."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from hospitals.models import Area
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import asking, filed
from tests.filings.platform_stub import Stub
from tests.filings.uploading import platforms, sent, without_pauses

WORDS = "E1043 参保人姓名与证件号码不匹配"


@pytest.mark.clause("YT-10", "JN-06")
def test_refused_upload_is_put_right_and_arrives(shipped: None, sign_in: Any) -> None:
    clerk = make.staff(Role.CLERK, make.WEIFANG)
    person = make.PersonFactory(area=Area.objects.get(pk=make.WEIFANG), name="王小名")
    make.ParticipationFactory(person=person)
    filing = filed(clerk, person, asking(filed_on=timezone.localdate()))
    stub = Stub()
    stub.refuse = lambda message: "" if message["input"]["psn_name"] == "王小明" else WORDS
    with platforms(stub):
        sent()
        page = sign_in(clerk)
        expect(page.get_by_role("heading", name="上报被拒待更正")).to_be_visible()
        page.get_by_role("link", name=filing.uploads.get().number).press("Enter")
        expect(page.get_by_text(f"平台拒绝：{WORDS}")).to_be_visible()

        page.locator(".notice").get_by_role("link", name="参保人").press("Enter")
        expect(page.get_by_role("heading", name="王小名")).to_be_visible()
        page.keyboard.press("e")
        page.get_by_label("姓名").fill("王小明")
        page.get_by_label("修改理由").fill("与身份证一致")
        page.get_by_role("button", name="保存").press("Enter")
        page.get_by_role("link", name=filing.uploads.get().number).press("Enter")
        expect(page.get_by_role("cell", name="王小明", exact=True)).to_be_visible()

        page.get_by_role("button", name="重新上报…").press("Enter")
        page.keyboard.type("姓名已更正")
        page.get_by_role("dialog").get_by_role("button", name="重新上报").press("Enter")
        expect(page.get_by_text("已办理：重新上报")).to_be_visible()
        without_pauses()
        sent()
        page.reload()
        expect(page.get_by_role("heading", name="已上报")).to_be_visible()
        page.get_by_role("link", name=filing.number).first.press("Enter")
        expect(page.get_by_text(f"回执 {filing.uploads.get().receipt}")).to_be_visible()
    assert len(stub.done) == 1
