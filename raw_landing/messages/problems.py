"""The words of a verdict: what each reason means to the bureau that sent the dump, and the full text that `hrss check`
shows. Decides nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from raw_landing.contract import Column, Contract
from raw_landing.messages.reasons import Problem
from raw_landing.parsing.xlsx_child.common import ERRORS, NO_VALUE
from raw_landing.regions import COUNTIES_OF_PROVINCE, load_regions, load_titles

SHOWN_LINES = 5

_TYPES = {
    "date": ("日期, 如 2024-03-31", "a date like 2024-03-31"),
    "month": ("年月, 如 2024-03", "a month like 2024-03"),
    "integer": ("整数", "a whole number"),
    "decimal": ("数字", "a number"),
    "boolean": ("是或否", "yes or no (是/否)"),
}


def lines_zh(lines: Sequence[int], count: int) -> str:
    """第 3、5、8 行等共 12 行."""
    shown = "、".join(map(str, lines[:SHOWN_LINES]))
    return f"第 {shown} 行等共 {count} 行" if count > len(lines[:SHOWN_LINES]) else f"第 {shown} 行"


def lines_en(lines: Sequence[int], count: int) -> str:
    """Lines 3, 5, 8 and others, 12 in all."""
    shown = ", ".join(map(str, lines[:SHOWN_LINES]))
    word = "Line" if count == 1 else "Lines"
    return f"{word} {shown} and others, {count} in all" if count > len(lines[:SHOWN_LINES]) else f"{word} {shown}"


def row_problem(
    reason: str,
    column: Column | None,
    contract: Contract,
    lines: Sequence[int],
    count: int,
    examples: Sequence[str | None],
) -> Problem:
    """The problem of the rows refused for one reason, in one column where it has one; `examples` are the cells of the
    first of them."""
    example = examples[0] if examples else None
    zh, en, mend_zh, mend_en = _cell_words(reason, column, example) or _row_words(reason, column, contract)
    if reason == "unknown_region":
        for hint_zh, hint_en in dict.fromkeys(_region_hint(one) for one in examples if one):
            mend_zh, mend_en = mend_zh + hint_zh, mend_en + hint_en
    of_zh = f"“{column.zh}”" if column else ""
    of_en = f"{column.name} " if column else ""
    return Problem(
        reason,
        f"{lines_zh(lines, count)}{of_zh}{zh}。",
        f"{lines_en(lines, count)}: {of_en}{en}.",
        tuple(lines),
        count,
        remedy_zh=mend_zh,
        remedy_en=mend_en,
        example=None if example is None or column is None else masked(example, column),
    )


def _region_hint(text: str) -> tuple[str, str]:
    """What somebody may have meant by a region that is none, in Chinese and in English."""
    text = text.strip(" \t\u3000'\"=")
    if text.startswith(COUNTIES_OF_PROVINCE):
        regions = load_regions().by_code
        units = [one for code, one in regions.items() if code.startswith("4290")]
        return (
            f"{COUNTIES_OF_PROVINCE} 不是一个地区, 请分别填写"
            + "、".join(f"{one.name_zh} {one.code}" for one in units)
            + "。",
            f" {COUNTIES_OF_PROVINCE} is no single region; state "
            + ", ".join(f"{one.code} ({one.name_en})" for one in units)
            + " each by itself.",
        )
    if near := load_regions().near(text):
        return f"是否即“{near.name_zh}”({near.code})?", f" Did you mean {near.name_zh} ({near.code})?"
    return "", ""


def printable(text: str) -> str:
    """Text of a file, or its name, as it may be shown: nothing that moves a cursor or turns a line around."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def fault_words(fault: str, contract: Contract) -> tuple[str, str]:
    """What is wrong with one row, by its fault ('reason:column'), with the reason's code, in Chinese and in English."""
    reason, _, name = fault.partition(":")
    column = contract.by_name.get(name)
    zh, en, _, _ = _row_words(reason, column, contract)
    return (
        (f"“{column.zh}”{zh} ({reason})", f"{name} {en} ({reason})")
        if column
        else (f"{zh} ({reason})", f"{en} ({reason})")
    )


def masked(text: str, column: Column) -> str:
    """A cell as it may be shown: nothing of a personal column but its length, no long run of digits of any other."""
    text = text.strip()
    if column.pii is not None:
        return "*" * min(len(text), 18)
    text = re.sub(r"[0-9０-９]{6,}", lambda run: run[0][:2] + "*" * (len(run[0]) - 2), text)
    text = "".join(one if one.isprintable() else " " for one in text)
    return text if len(text) <= 40 else text[:40] + "…"


def _cell_words(reason: str, column: Column | None, cell: str | None) -> tuple[str, str, str, str] | None:
    """What is to be said of a cell of a workbook that is no value although it looks like one."""
    cell = (cell or "").strip()
    if reason != "bad_type" or column is None:
        return None
    if cell.upper() in (*ERRORS, NO_VALUE):
        return (
            "是电子表格的错误值, 或没有计算结果的公式",
            "holds an error value of a spreadsheet, or a formula without a result",
            "请在电子表格中打开文件, 改正公式, 重新计算并保存, 或粘贴为数值。",
            "Open the file, mend the formula, calculate and save it, or paste values.",
        )
    if column.type == "month" and cell.endswith("-10 ?)"):  # as sheets.py writes it
        return (
            "是数字, 末尾的 0 无法保存, .1 可读作 1 月或 10 月(如 2023-01 或 2023-10)",
            "is a number, which keeps no 0 at its end: .1 may be January or October (2023-01 or 2023-10)",
            "请将该列设为文本格式, 写作 2023-10, 或设为两位小数的格式。",
            "Make the column text and write 2023-10, or show it with two decimals.",
        )
    return None


def _row_words(reason: str, column: Column | None, contract: Contract) -> tuple[str, str, str, str]:
    type_zh, type_en = _TYPES.get(column.type if column else "", ("约定的值", "what was agreed"))
    keys_zh = "、".join(contract.by_name[key].zh for key in contract.key)
    codes = "、".join(f"{code} {label}" for code, label in column.values.items()) if column else ""
    least = f"{column.min:g}" if column and column.min is not None else ""
    return {
        "missing_required": ("必填而为空", "is required and empty", "请补填。", "Fill it in."),
        "bad_type": (f"无法识别, 应为{type_zh}", f"is not {type_en}", f"请改为{type_zh}。", f"Write {type_en}."),
        "unknown_code": (
            "不在约定的代码之内",
            "is none of the agreed codes",
            f"请使用约定的代码或名称: {codes}。" if codes else "请使用国民经济行业分类(GB/T 4754)门类 A-T。",
            "Use the agreed codes or their Chinese labels."
            if codes
            else "Use a section A-T of GB/T 4754, with or without digits.",
        ),
        "out_of_range": (f"小于 {least}", f"is less than {least}", "请核对数值。", "Check the figure."),
        "unknown_region": (
            "不是湖北省现行行政区划",
            "is no present region of Hubei",
            "请使用现行 6 位区划代码或名称。",
            "Use the present six-digit code or name.",
        ),
        "foreign_region": (
            "不属于本报送单位",
            "lies outside the reporting unit",
            "请只报送本单位辖区的数据, 或改正文件名中的报送单位。",
            "Report your own region only, or mend the unit in the file's name.",
        ),
        "out_of_period": (
            "不在本期之内",
            "lies outside the period",
            "请只报送本期的数据, 或改正文件名中的时期。",
            "Report this period only, or mend the period in the file's name.",
        ),
        "damaged_id": (
            "已被电子表格软件破坏(科学计数法, 或末三位变为 000)",
            "was destroyed by a spreadsheet (scientific notation, or last digits turned into 000)",
            "请从业务系统重新导出, 将该列设为文本格式。",
            "Export it anew with the column as text.",
        ),
        "field_count": (
            "字段数与表头不一致",
            "the number of fields differs from the header's",
            "请检查多余或缺少的分隔符、引号和换行。",
            "Look for surplus or missing separators, quotes and line breaks.",
        ),
        "conflicting_key": (
            f"{keys_zh}相同而内容不同",
            f"rows with the same {', '.join(contract.key)} differ",
            f"每个{keys_zh}只保留一行正确的数据。",
            "Keep the one right row of each key.",
        ),
        "set_aside": (
            "经人工核查移入隔离区, 不计入",
            "was looked into, set aside by hand and does not count",
            "如内容有误, 请改正后以新的修订号报送。",
            "Where it is wrong, mend it and deliver a new revision.",
        ),
    }[reason]


_UNKNOWN_COLUMN = re.compile(r"column (\d+)(?:, like (\w+))?(?: \((.*)\))?", re.DOTALL)


def note_words(note: str, contract: Contract | None) -> tuple[str, str]:
    """A warning of the receipt in words, in Chinese and in English; one that has none stands as it is."""
    kind, _, what = note.partition(": ")
    if kind == "missing_optional_column":
        what = what.partition(" ")[0]
        column = contract.by_name.get(what) if contract else None
        lost = [load_titles().get(one, (one, one)) for one in column.needed_for] if column else []
        lost_zh = f", 因此无法得出: {'、'.join(zh for zh, _ in lost)}" if lost else ""
        lost_en = f"; without it there is no: {', '.join(en for _, en in lost)}" if lost else ""
        return (
            f"没有可选列“{column.zh if column else what}”{lost_zh}。",
            f"The optional column {what} is missing{lost_en}.",
        )
    if kind == "replacement_character":
        line = what.removeprefix("line ")
        return (
            f"第 {line} 行起有无法还原的字符(U+FFFD), 是导出前就已丢失的文字, 请核对。",
            f"From line {line} on there are replacement characters (U+FFFD): text that was lost before the export.",
        )
    if kind == "mended_header":
        line = what.removeprefix("line ")
        return (
            f"第 {line} 行表头的分隔符有误, 已按列名识别。",
            f"The separators of the header on line {line} are wrong; its columns were told by their names.",
        )
    if kind == "no_header":
        return (
            "没有表头, 已按约定的列顺序读取。",
            "There is no header; the fields were read in the agreed order of columns.",
        )
    if kind == "hidden_sheet":
        return f"隐藏的工作表“{what}”含有数据表, 未予读取。", f"The hidden sheet {what} holds a table and is not read."
    if kind == "unread_sheet":
        return f"工作表“{what}”也含有数据表, 未予读取。", f"The sheet {what} holds a table too and is not read."
    if kind == "unknown_column" and (found := _UNKNOWN_COLUMN.fullmatch(what)):
        named_zh, named_en = (f"“{found[3]}”", f" ({found[3]})") if found[3] else ("", "")
        like = contract.by_name.get(found[2]) if contract and found[2] else None
        meant_zh = f"是否即“{like.zh if like else found[2]}”?" if found[2] else ""
        meant_en = f" Did you mean {found[2]}?" if found[2] else ""
        return (
            f"第 {found[1]} 列{named_zh}不在约定之内, 未予读取。{meant_zh}",
            f"Column {found[1]}{named_en} was not agreed and is ignored.{meant_en}",
        )
    return note, note


def full_text(
    name: str,
    problems: Sequence[Problem],
    accepted: bool,
    warnings: Sequence[str] = (),
    contract: Contract | None = None,
) -> tuple[str, str]:
    """All that is to be said of one dump, in Chinese and in English: verdict, problems, lines, remedies, warnings."""
    mended = not problems
    zh = [
        f"{name}: "
        + ("可以入库。" if accepted and mended else "可以入库, 但部分行被退回。" if accepted else "整件退回。")
    ]
    en = [
        f"{name}: "
        + (
            "good to load."
            if accepted and mended
            else "loads, but some rows are refused."
            if accepted
            else "rejected whole."
        )
    ]
    for number, one in enumerate(problems, 1):
        zh.append(f"  {number}. {one.zh}" + (f" 例: {one.example}。" if one.example else "") + one.remedy_zh)
        en.append(
            f"  {number}. {one.en}" + (f" Like: {one.example}." if one.example else "") + f" {one.remedy_en}".rstrip()
        )
    notes = [note_words(one, contract) for one in warnings]
    zh += [f"  提示: {one}" for one, _ in notes]
    en += [f"  note: {one}" for _, one in notes]
    return "\n".join(zh), "\n".join(en)
