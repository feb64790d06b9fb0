"""manage.py gateway_schema: the JSON Schema of every transaction that the gateway takes."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from filings.platform.codes import Transaction
from filings.platform.envelope import Reply, Request
from filings.platform.transactions import SHAPES, Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOTE = "按国家公布的医院接口仿真；标注“仿真”的字段没有公布的格式。"


class Command(BaseCommand):
    help = "打印每一交易的 JSON Schema：请求（报文头与输入）和应答（报文头与输出）。"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("infno", nargs="?", help="只打印此交易，例如 2401")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["infno"]
        shapes = {kind: shape for kind, shape in SHAPES.items() if asked in (None, kind.value)}
        if not shapes:
            raise CommandError(f"门户没有交易 {asked}。现有：{'、'.join(SHAPES)}。")
        schemas = {kind.value: schema_of(kind, shape) for kind, shape in shapes.items()}
        told = schemas[asked] if asked else schemas
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))


def schema_of(kind: Transaction, shape: Shape) -> dict[str, Any]:
    """modelled: the published interface has no such transaction."""
    request, reply = Request.model_json_schema(), Reply.model_json_schema(mode="serialization")
    request["properties"]["infno"] = {"const": kind.value, "description": "交易编号"}
    request["properties"]["input"] = {"description": "交易输入", **shape.input.model_json_schema()}
    reply["properties"]["output"] = {
        "description": "交易输出",
        "anyOf": [shape.output.model_json_schema(mode="serialization"), REASONS],
    }
    return {
        "$schema": DIALECT,
        "title": f"{kind.value} {kind.label}",
        "description": ("公开接口没有此交易，系仿真。" if kind.is_modelled else "") + NOTE,
        "modelled": kind.is_modelled,
        "request": _standing_alone(request),
        "reply": _standing_alone(reply),
    }


REASONS = {
    "type": "object",
    "description": "拒绝时：全部原因",
    "required": ["reasons"],
    "properties": {
        "reasons": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "text", "source"],
                "properties": {
                    "code": {"type": "string", "description": "代码"},
                    "text": {"type": "string", "description": "原因"},
                    "source": {"type": "string", "description": "依据"},
                },
            },
        }
    },
}


def _standing_alone(schema: dict[str, Any]) -> dict[str, Any]:
    """Definitions that stand inside a part are moved to the top, where its references look for them."""
    found: dict[str, Any] = {}

    def lift(part: Any) -> Any:
        if isinstance(part, dict):
            found.update({name: lift(inner) for name, inner in part.pop("$defs", {}).items()})
            return {key: lift(value) for key, value in part.items()}
        return [lift(one) for one in part] if isinstance(part, list) else part

    lifted: dict[str, Any] = lift(schema)
    return {**lifted, "$defs": found} if found else lifted
