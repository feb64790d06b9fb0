"""Spreadsheets made for tests, and the columns they are read with."""

import csv
import io

import openpyxl
import xlwt

from hospitals.sheets import Column, Kind

COLUMNS = (
    Column("serial", "序号", ("编号",), serial=True),
    Column("name", "医院名称", ("医疗机构名称", "机构名称"), required=True, max_length=100),
    Column("code", "医保编码", kind=Kind.CODE),
    Column("county", "县区", ("县市区",)),
    Column("address", "地址"),
    Column("phone", "电话", ("联系方式",)),
    Column("opened_on", "开通日期", kind=Kind.DATE),
)


def workbook(*sheets, merged=(), name="名单"):
    """xlsx bytes; each sheet is a list of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(name if number == 0 else f"{name}{number + 1}")
        for row in rows:
            sheet.append(row)
        for area in merged:
            sheet.merge_cells(area)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def old_workbook(rows):
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for row_number, row in enumerate(rows):
        for column_number, cell in enumerate(row):
            sheet.write(row_number, column_number, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def comma(rows, delimiter=","):
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


LIST = [["序号", "医院名称", "地址"], [1, "烟台山医院", "解放路"], [2, "海港医院", "幸福路"]]
