"""manage.py gateway_schema: every transaction, its names in Chinese, the modelled ones marked."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from filings.platform.transactions import SHAPES
from settlement.gateway.dispatch import HANDLERS


def printed(*arguments: str) -> dict:
    out = StringIO()
    call_command("gateway_schema", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_every_transaction_is_printed():
    schemas = printed()
    assert set(schemas) == {kind.value for kind in SHAPES} == {kind.value for kind in HANDLERS}
    assert {code for code, schema in schemas.items() if schema["modelled"]} == {"A601", "A602", "A603"}


def test_one_transaction_has_envelope_input_and_output():
    schema = printed("2304")
    assert schema["title"] == "2304 住院费用结算"
    request = schema["request"]
    assert request["properties"]["msgid"]["description"].startswith("发送方报文ID")
    assert request["properties"]["infno"]["const"] == "2304"
    bill = request["$defs"]["SettlementRequest"]
    assert bill["properties"]["medfee_sumamt"]["description"] == "医疗费总额"
    assert {"mdtrt_id", "psn_no", "medfee_sumamt", "inscp_scp_amt"} <= set(bill["required"])
    assert "setlinfo" in schema["reply"]["properties"]["output"]["anyOf"][0]["properties"]
    assert '"$defs":' not in json.dumps(request["properties"])


def test_every_field_says_what_it_is():
    for code, schema in printed().items():
        for name, definition in (schema["request"] | schema["reply"])["$defs"].items():
            for field, said in definition.get("properties", {}).items():
                described = said.get("description") or said.get("title") or "$ref" in said or "items" in said
                assert described, (code, name, field)


def test_unknown_transaction_is_refused():
    with pytest.raises(CommandError, match="门户没有交易 9999"):
        printed("9999")
