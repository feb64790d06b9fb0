"""What an upload says of a filing or registration, as SQL: the one place, read by the triggers and by corrections.

The names are those of the national table of filings elsewhere (out_appy_d) where it has them.  What is empty is left
out.  A source is a row of the table under the alias `f` (a filing) or `r` (a registration).
"""

from collections.abc import Mapping
from typing import Any

from filings.platform.codes import INSUTYPE, OUT_FIL_TYPE, PSN_TYPE
from filings.vocabulary import SettlementWay
from hospitals.vocabulary import Scope

RLOC_TYPE = {Scope.IN_PROVINCE: "2", Scope.CROSS_PROVINCE: "3"}  # rloc_coty_type
ONLINE_WAY = {Scope.IN_PROVINCE: "省内异地就医结算", Scope.CROSS_PROVINCE: "国家异地就医结算"}  # out_onln_way
BY_HAND = "全额自付回统筹区报销"


def _case(column: str, codes: Mapping[Any, str]) -> str:
    whens = " ".join(f"WHEN '{code}' THEN '{said}'" for code, said in codes.items())
    return f"CASE {column} {whens} END"


def _number(prefix: str, day: str, key: str) -> str:
    """As the model's `number` has it."""
    return f"'{prefix}' || to_char({day}, 'YYYYMMDD') || lpad({key}::text, greatest(8, length({key}::text)), '0')"


def _object(parts: Mapping[str, str]) -> str:
    inside = ", ".join(f"'{name}', {expression}" for name, expression in parts.items())
    return f"jsonb_strip_nulls(jsonb_build_object({inside}))"


def _text(column: str) -> str:
    return f"nullif({column}, '')"


FILING_NUMBER = _number("BA", "f.filed_on", "f.id")
_PERSON = {
    "psn_cert_type": "p.id_type",
    "certno": "p.id_number",
    "psn_name": "p.name",
    "insu_admdvs": "p.area_id",
    "optins_no": "'A' || p.area_id || '00000'",  # agency_code() of the area
}


def _agent(row: str) -> dict[str, str]:
    return {
        "agnter_name": _text(f"{row}.agent_name"),
        "agnter_cert_type": f"CASE WHEN {row}.agent_id_number <> '' THEN '01' END",
        "agnter_certno": _text(f"{row}.agent_id_number"),
        "agnter_tel": _text(f"{row}.agent_phone"),
        "agnter_rlts": _text(f"{row}.agent_relation"),
    }


FILING_BODY = _object(
    {
        "trt_dcla_detl_sn": FILING_NUMBER,
        "dcla_souc": "f.channel",
        "insutype": _case("f.scheme", INSUTYPE),
        "psn_type": _case("f.employment", PSN_TYPE),
        **_PERSON,
        "gend": "p.sex",
        "brdy": "p.birth_date",
        "tel": _text("p.phone"),
        "emp_name": "(SELECT nullif(employer, '') FROM filings_participation"
        " WHERE person_id = f.person_id AND period @> f.start_on LIMIT 1)",
        "poolarea_no": "f.area_id",
        "rloc_admdvs": "f.destination_id",
        "rloc_coty_type": _case("f.scope", RLOC_TYPE),
        "out_onln_way": f"CASE WHEN f.settlement = '{SettlementWay.MANUAL}' THEN '{BY_HAND}'"
        f" ELSE {_case('f.scope', ONLINE_WAY)} END",
        "rloc_rea": _case("f.category", OUT_FIL_TYPE),
        "rloc_hsorg_name": _text("f.hospital_name"),
        "adm_date": "f.admitted_on",
        "adm_dept_name": _text("f.ward"),
        "dise_name": _text("f.disease"),
        "dise_cond_dscr": _text("f.condition"),
        "trafout_fixmedins_name": _text("f.issuer_name"),
        **_agent("f"),
        "begndate": "f.start_on",
        "enddate": "f.end_on",
        "memo": _text("f.note"),
        "vali_flag": "'1'",
    }
)
FILING_END_BODY = _object(
    {
        "trt_dcla_detl_sn": FILING_NUMBER,
        **_PERSON,
        "rloc_admdvs": "f.destination_id",
        "begndate": "f.start_on",
        "enddate": "f.end_on",
        "memo": _text("f.end_reason"),
        "vali_flag": "'0'",
    }
)
_STAY = {
    "ipt_reg_sn": _number("ZY", "r.registered_on", "r.id"),
    "trt_dcla_detl_sn": FILING_NUMBER,
    **_PERSON,
    "rloc_admdvs": "f.destination_id",
    "fixmedins_code": _text("h.code"),
    "fixmedins_name": "r.hospital_name",
    "adm_date": "r.admitted_on",
}
REGISTRATION_BODY = _object(
    {
        **_STAY,
        "tel": _text("p.phone"),
        "adm_dept_name": _text("r.ward"),
        "dise_cond_dscr": _text("r.condition"),
        **_agent("r"),
        "vali_flag": "'1'",
    }
)
PERSON_PART = _object(_PERSON)  # of every body
REGISTRATION_END_BODY = _object({**_STAY, "memo": _text("r.end_reason"), "vali_flag": "'0'"})

FILING_JOINS = "JOIN filings_insuredperson p ON p.id = f.person_id"
REGISTRATION_JOINS = (
    "JOIN filings_filing f ON f.id = r.filing_id"
    " JOIN filings_insuredperson p ON p.id = r.person_id"
    " JOIN hospitals_hospital h ON h.id = r.hospital_id"
)
