"""Exchanges, stays and differences as the database holds them; the door of the platform makes the real ones."""

import datetime as dt
import itertools

from django.utils import timezone

from filings.models import InsuredPerson
from settlement.models import Admission, Exchange, SettlementDifference
from tests import factories as make
from tests.settlement.books import a_settlement

serials = itertools.count(1)


def stored_admission(area: str = make.WEIFANG, **values: object) -> Admission:
    person = values.pop("person", None) or make.PersonFactory(area__code=area)
    given = {
        "treatment_area": make.AreaFactory(code=make.BEIJING),
        "hospital_code": "H11010100001",
        "hospital_name": "北京示例医院",
        "scheme": "employee",
        "service": "inpatient",
        "med_type": "21",
        "admitted_on": dt.date(2026, 3, 12),
        "category": "temporary",
        "tier": "temporary",
        "way": "direct",
        "decision": {"made": False, "reasons": []},
    }
    return Admission.objects.create(person=person, area=person.area, **given | values)


def stored_exchange(area: str = make.WEIFANG, person: InsuredPerson | None = None, **values: object) -> Exchange:
    person = person or make.PersonFactory(area__code=area)
    given = {
        "msgid": f"H1101010000120260312100000{next(serials):04d}",
        "infno": "2401",
        "sender": "H11010100001",
        "sender_name": "北京示例医院",
        "treatment_area": make.BEIJING,
        "digest": "0" * 64,
        "request": f'{{"input": {{"certno": "{person.id_number}"}}}}',
        "reply": '{"output": {"reasons": [{"code": "third_party", "text": "涉及第三方", "source": ""}]}}',
        "infcode": -1,
        "error_code": "third_party",
        "err_msg": "third_party 涉及第三方",
        "received_at": timezone.now(),
    }
    return Exchange.objects.create(person=person, area=person.area, **given | values)


def stored_difference(area: str = make.WEIFANG) -> SettlementDifference:
    settlement = a_settlement(area)
    rows = [{"name": "hifp_pay", "label": "统筹基金支付", "theirs": "1.00", "ours": "2.00"}]
    return SettlementDifference.objects.create(
        area=settlement.area, person=settlement.person, settlement=settlement, rows=rows
    )
