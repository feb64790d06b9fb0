"""A603: the platform tells of people from elsewhere at our hospitals."""

from typing import Any

import pytest

from settlement.models import Exchange, InboundSettlement
from tests import factories as make
from tests.settlement.platform import Ward

pytestmark = [pytest.mark.django_db, pytest.mark.clause("DY-13")]
OURS, CHONGQING = "H37050200001", "500000"
TOLD = {
    "setl_id": "A500000260825000001",
    "mdtrt_id": "S500000260820000001",
    "medins_no": OURS,
    "psn_name": "重庆示例",
    "certno": "500101196001010013",
    "insutype": "310",
    "med_type": "21",
    "out_fil_type": "02",
    "begndate": "2017-08-20",
    "enddate": "2017-08-25",
    "setl_time": "2017-08-25 10:00:00",
    "medfee_sumamt": "8000.00",
    "inscp_scp_amt": "7000.00",
    "hifp_pay": "5000.00",
    "fund_pay_sumamt": "5000.00",
    "psn_part_amt": "3000.00",
}


@pytest.fixture
def platform(db: Any) -> Ward:
    make.HospitalFactory(area__code=make.DONGYING, code=OURS)
    make.AreaFactory(code=CHONGQING)
    return Ward(code=OURS, place=make.DONGYING, home=CHONGQING)


def tell(platform: Ward, **changes: str) -> Any:
    return platform.ask("A603", {"data": TOLD | changes})


def test_settlement_of_somebody_from_elsewhere_is_told_once(platform: Ward) -> None:
    for _ in range(2):
        assert tell(platform).output == {
            "setl_id": TOLD["setl_id"],
            "hospital": InboundSettlement.objects.get().hospital.name,
        }
    row = InboundSettlement.objects.get()
    assert (row.area_id, row.insured_area_id, row.category) == (make.DONGYING, CHONGQING, "resettled_retiree")
    assert {exchange.area_id for exchange in Exchange.objects.all()} == {make.DONGYING}


def test_refund_takes_back_what_was_told(platform: Ward) -> None:
    tell(platform)
    assert not tell(platform, setl_id="A2", refd_setl_flag="1").is_done
    assert tell(platform, setl_id="A2", refd_setl_flag="1", init_setl_id=TOLD["setl_id"]).is_done
    assert sorted(row.fund_pay_sumamt for row in InboundSettlement.objects.all()) == [-5000, 5000]


def test_hospital_without_a_code_is_known_by_its_name(platform: Ward) -> None:
    """The lists that agencies publish have no codes (DY-12)."""
    bare = make.HospitalFactory(area__code=make.DONGYING, name="东营市第二人民医院", code="")
    make.HospitalFactory(area__code=make.WEIFANG, name="潍坊示例医院", code="")
    assert tell(platform, medins_no="H37050299999", medins_name="潍坊示例医院").codes == ["hospital_unknown"]
    assert tell(platform, medins_no="H37050299999", medins_name=bare.name).is_done
    assert InboundSettlement.objects.get().hospital == bare


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"medins_no": "H37050299999"}, "hospital_unknown"),
        ({"insutype": "340"}, "scheme_unknown"),
        ({"psn_part_amt": "2999.99"}, "parts"),
        ({"fund_pay_sumamt": "-1"}, "malformed"),
    ],
)
def test_what_cannot_stand_is_refused_with_its_cause(platform: Ward, changes: dict[str, str], code: str) -> None:
    told = tell(platform, **changes)
    assert told.reply["err_msg"].split()[0] == code
    assert not InboundSettlement.objects.exists()
