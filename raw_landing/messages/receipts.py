"""The sentences of a receipt that follow from its place among the others, in Chinese for the bureau and in English:
duplicate, superseded, withdrawn; and of files that are never opened. What a dump's own content deserves is said by
the reading."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from raw_landing.messages.reasons import Problem

_WUHAN = timezone(timedelta(hours=8))

# Why a file was not opened, or what opening it came to.
LINK = Problem(
    "hostile",
    "文件是指向收件箱以外的链接,未予读取。",
    "The file is a link that leads out of the inbox and was not followed.",
    remedy_zh="请报送文件本身。",
    remedy_en="Deliver the file itself.",
)
SPECIAL = Problem(
    "hostile",
    "该名称不是普通文件(管道或设备),未予读取。",
    "What bears this name is a pipe or device, no ordinary file, and was not opened.",
    remedy_zh="请报送普通文件。",
    remedy_en="Deliver an ordinary file.",
)
UNREADABLE = Problem(
    "hostile",
    "文件没有读取权限,未予读取。",
    "The file may not be read.",
    remedy_zh="请开放读取权限,下次运行将自动处理。",
    remedy_en="Allow reading it; the next run takes it up.",
)
BROKEN = Problem(
    "hostile",
    "文件无法解析,已整体退回。",
    "The file could not be taken apart and was rejected whole.",
    remedy_zh="请检查文件是否损坏后重新报送。",
    remedy_en="Check whether it is damaged and deliver it again.",
)


def other_format_problem(suffix: str) -> Problem:
    """Why a spreadsheet or archive with this suffix is not read. It gets no receipt, so the code is none of those."""
    is_archive = suffix in (".zip", ".rar", ".7z")
    zh, en = ("压缩包", "an archive") if is_archive else ("此格式的表格", "a spreadsheet of this format")
    return Problem(
        "other_format",
        f"不读取{zh}({suffix})。",
        f"The file is {en} ({suffix}), which is not read.",
        remedy_zh=f"请{'解压后' if is_archive else ''}另存为 .xlsx 或 .csv 再报送。",
        remedy_en=f"{'Unpack it and save' if is_archive else 'Save'} as .xlsx or .csv and deliver that.",
    )


def message(
    zh: str,
    en: str,
    status: str,
    *,
    rival: str | None,
    rival_withdrawn: bool,
    same_revision: bool,
    withdrawal: tuple[datetime, str] | None,
) -> tuple[str, str]:
    """What the receipt says, given what the reading said and what became of the dump since.

    `rival` is the path, as it may be published, of the original of a duplicate, or of what took a superseded one's
    place; `withdrawal` is when and why. By whom is not said: the message is published.
    """
    if withdrawal is not None:
        at, reason = withdrawal
        day = at.astimezone(_WUHAN).date()
        return (
            f"本件已于 {day} 撤回,不再计入;原因:{reason}",
            f"Withdrawn on {day} and no longer counted; reason: {reason}",
        )
    if status == "duplicate" and rival_withdrawn:
        return (
            f"内容与已撤回的 {rival} 相同,不予计入;如需重新报送,请使用新的修订号。",
            f"Same content as {rival}, which was withdrawn; not counted. To deliver it anew, give it a new revision.",
        )
    if status == "duplicate":
        return (
            f"内容与 {rival} 相同,不重复计入,无需处理。",
            f"Same content as {rival}; not counted twice, nothing to do.",
        )
    if status == "superseded" and same_revision:
        return (
            f"{zh} 同一修订号收到不同内容,本件未计入;请核对 {rival},并以新的修订号报送正确的一份。".strip(),
            f"{en} Another content came under the same revision, so this one is not counted; compare {rival} and "
            "deliver the right one as a new revision.".strip(),
        )
    if status == "superseded":
        return (
            f"{zh} 已由更新的修订 {rival} 取代,不再计入。".strip(),
            f"{en} A newer revision, {rival}, has taken its place.".strip(),
        )
    return zh, en
