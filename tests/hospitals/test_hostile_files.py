"""Files that are no list, or worse: one sentence each, and the process lives on."""

import io
import resource
import time
import zipfile

import pytest

from hospitals.sheets import Unreadable, grids, read_table
from hospitals.sheets.table import MAX_BYTES
from tests.hospitals.spreadsheets import COLUMNS, LIST, comma, old_workbook, workbook


def unreadable(data):
    with pytest.raises(Unreadable) as caught:
        read_table(data, COLUMNS)
    return str(caught.value)


def package(sheet, **parts):
    """An xlsx package around the XML of one sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    content = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{office}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{office}/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{sheet}</worksheet>',
        **parts,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_cell_in_the_last_corner_does_not_take_the_process_down():
    sheet = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    assert unreadable(package(sheet)) == grids.DAMAGED


def test_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(grids, "MAX_UNPACKED", 1_000_000)
    bomb = package("<sheetData/>", **{"xl/media/image1.png": b"\0" * 2_000_000})
    assert len(bomb) < 10_000
    assert "解压后过大" in unreadable(bomb)


def test_zip_bomb_that_lies_about_its_size_stays_in_its_child():
    bomb = bytearray(package("<sheetData>" + " " * 4_000_000 + "</sheetData>"))
    size = (4_000_000 + len('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">')).to_bytes(
        4, "little"
    )
    assert unreadable(bytes(bomb).replace(size[1:], b"\1\0\0"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2_000_000  # kB


def test_xml_entities_are_not_expanded():
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    sheet = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData>'
    started = time.monotonic()
    assert unreadable(package(entities + sheet))
    assert time.monotonic() - started < 20


def test_too_many_columns_or_rows_are_refused(monkeypatch):
    assert "500 列" in unreadable(workbook([["医院名称"] * 501, ["甲"] * 501]))
    assert "500 列" in unreadable((",".join(["医院名称"] * 501)).encode())
    for module in ("grids", "reading"):
        monkeypatch.setattr(f"hospitals.sheets.{module}.MAX_ROWS", 100)
    many = [["医院名称"], *[[f"甲{number}"] for number in range(200)]]
    assert "100 行" in unreadable(workbook(many))
    assert "100 行" in unreadable(comma(many).encode())
    assert "100 行" in unreadable(comma(many[:103]).encode())


def damaged(data):
    """The package with bytes of its sheet overwritten."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    start = part.header_offset + 30 + len(part.filename) + 20
    return data[:start] + b"\xff" * 100 + data[start + 100 :]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "文件是空的"),
        (b" \r\n ", "文件是空的"),
        (b"\0\1\2" * 1000, "不是 xlsx、xls 或 csv"),
        (b"%PDF-1.7\n\0\xff\xff\xff\xff", "不是 xlsx、xls 或 csv"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "不是 xlsx、xls 或 csv"),
        ("<html><table><tr><td>医院名称</td></tr></table>".encode("gb18030"), "网页格式"),
        (b'<?xml version="1.0"?><Workbook/>', "网页格式"),
        (b"PK\x03\x04" + b"junk" * 100, "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"junk" * 1000, "已损坏"),
        (workbook(LIST)[:-500], "已损坏"),
        (damaged(workbook(LIST)), "已损坏"),
        (old_workbook(LIST)[:3000], "已损坏"),
        (comma([["姓名", "电话"], ["王", "1"]]).encode(), "没有找到表头：表中应有“医院名称”一列"),
        (workbook([]), "没有找到表头"),
        (comma([["医院名称", "地址"]]).encode(), "表头下面没有数据"),
        ('医院名称,地址\n甲,"一路\n乙,二路\n'.encode(), "第 2 行的引号不成对"),
        (("医院名称\n" + "长" * 200_000).encode(), "单元格过长"),
        (b"a" * (MAX_BYTES + 1), "超过 50 MB"),
    ],
)
def test_file_that_is_no_list_is_told_in_one_sentence(data, told):
    sentence = unreadable(data)
    assert told in sentence
    assert sentence.endswith("。")
    assert sentence.count("。") == 1


def test_other_zip_files_are_no_tables():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "不是 xlsx" in unreadable(buffer.getvalue())


def test_password_is_told():
    """A password wraps an xlsx file in an OLE file; in an xls file a FILEPASS record follows the first one."""
    wrapped = grids.OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 96
    old = bytearray(old_workbook(LIST))
    start = old.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    old[start + 20 : start + 22] = b"\x2f\x00"
    for data in (wrapped, bytes(old)):
        assert unreadable(data) == "文件设有密码，请去掉密码后再导入。"
