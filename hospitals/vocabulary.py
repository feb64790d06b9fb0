"""The words of the directory: levels, services, scopes, roles.  Plain Python, so that the pure modules may use it."""

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A code with the name people read on the screen."""

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def of(cls, code: str) -> Self:
        """The term of a code; ValueError where there is none."""
        return cls(code)  # type: ignore[call-arg]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(member.value, member.label) for member in cls]

    @classmethod
    def name_of(cls, code: str | None) -> str:
        """The Chinese name of a code; an unknown or empty code comes back as it is."""
        try:
            return cls(code or "").label  # type: ignore[call-arg]
        except ValueError:
            return code or ""


class AreaKind(Term):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县（市、区）"


class Scope(Term):
    IN_PROVINCE = "in_province", "省内跨市"
    CROSS_PROVINCE = "cross_province", "跨省"


class Service(Term):
    INPATIENT = "inpatient", "住院"
    OUTPATIENT = "outpatient", "普通门诊"
    CHRONIC = "chronic", "门诊慢特病"


class Level(Term):
    """Hospital levels as the documents name them; `3` is level three, grade unknown or without effect."""

    TOWNSHIP = "township", "乡镇卫生院"
    ONE = "1", "一级"
    TWO = "2", "二级"
    THREE = "3", "三级"
    THREE_B = "3B", "三级乙等"
    THREE_A = "3A", "三级甲等"


class Role(Term):
    CLERK = "clerk", "窗口经办"
    REVIEWER = "reviewer", "审核"
    FINANCE = "finance", "财务复核"
    SUPERVISOR = "supervisor", "主管"
    HOTLINE = "hotline", "咨询"
    AUDITOR = "auditor", "稽核"


class ListStrategy(Term):
    """What a hospital list is to the directory."""

    COMPLETE = "complete", "完整名单：未列入的医院即日退网"
    ADD = "add", "只新增：已有医院不作改动"
    UPDATE = "update", "只更新：不新增、不退网"


class ListStatus(Term):
    """Where the import of a hospital list stands."""

    READING = "reading", "正在读取"
    UNREADABLE = "unreadable", "无法读取"
    PREVIEWED = "previewed", "待确认"
    APPLYING = "applying", "正在导入"
    APPLIED = "applied", "已导入"
    UNDONE = "undone", "已撤销"
    DISCARDED = "discarded", "已放弃"


class ListAction(Term):
    """What a row of a hospital list does to the directory."""

    NEW = "new", "新增"
    CHANGED = "changed", "变更"
    SAME = "same", "无变化"
    WITHDRAWN = "withdrawn", "退网"
    SKIPPED = "skipped", "跳过"
    INVALID = "invalid", "有误"
