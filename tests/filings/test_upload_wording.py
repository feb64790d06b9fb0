"""What an upload says in codes is shown in words beside them (YT-10, JN-06)."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from filings.models import Upload
from filings.platform.codes import CATEGORY_OF_OUT_FIL_TYPE, OUT_FIL_TYPE, OUT_FIL_TYPE_NAMES
from filings.platform.uploads import BODIES
from filings.uploads.wording import AREAS, WORDS, words_in
from filings.vocabulary import Category, Relation
from tests import factories as make
from tests.filings.conftest import filed

pytestmark = [pytest.mark.django_db, pytest.mark.clause("YT-10", "JN-06")]


def test_codes_stand_on_the_page_with_their_words(client: Client, clerk: User, insured: Any) -> None:
    upload = filed(clerk, insured()).uploads.get()
    client.force_login(clerk)
    page = client.get(upload.get_absolute_url()).content.decode()
    told = upload.payload
    for said in (
        *("01 居民身份证", "310 职工", "counter 窗口", "3 省外", "1 有效"),
        f"{told['rloc_rea']} {OUT_FIL_TYPE_NAMES[told['rloc_rea']]}",
        f"{make.WEIFANG} 潍坊市",
        f"A{make.WEIFANG}00000 潍坊市经办机构",
    ):
        assert said in page, said
    assert told["certno"] not in page


def test_words_take_one_statement_whatever_is_told(clerk: User, insured: Any, django_assert_num_queries: Any) -> None:
    told = filed(clerk, insured()).uploads.get().payload
    with django_assert_num_queries(1):
        found = words_in(told, told | {"rloc_admdvs": "999999", "agnter_rlts": Relation.SPOUSE, "psn_type": "77"})
    assert found["agnter_rlts", "spouse"] == "配偶"
    assert ("rloc_admdvs", "999999") not in found
    assert ("psn_type", "77") not in found
    assert Upload.objects.count() == 1


def test_every_code_that_is_told_has_its_words() -> None:
    fields = {name for body in BODIES.values() for name in body.model_fields}
    assert set(WORDS) | AREAS <= fields
    assert set(CATEGORY_OF_OUT_FIL_TYPE) == set(OUT_FIL_TYPE_NAMES)
    assert {OUT_FIL_TYPE[category] for category in Category} <= set(OUT_FIL_TYPE_NAMES)
