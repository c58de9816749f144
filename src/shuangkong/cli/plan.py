"""`shuangkong plan`: a plan's text → draft plan; two editions or two plans compared."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from shuangkong.cli.language import say
from shuangkong.kernel.language import Words
from shuangkong.plan.difference import ClauseChange, Difference, FieldChange, TargetChange
from shuangkong.plan.reading import DraftPlan, DraftTarget
from shuangkong.services.plans import compare_plan_files, difference_as_json, plan_as_json, read_plan_file

_CHANGES = {
    "same": Words("相同", "same"),
    "changed": Words("修改", "changed"),
    "moved": Words("移动", "moved"),
    "added": Words("新增", "added"),
    "dropped": Words("删除", "dropped"),
}
_FIELDS = {
    "title": Words("标题", "title"),
    "lead": Words("牵头（责任）单位", "lead"),
    "support": Words("配合单位", "support"),
    "implied": Words("默认落实主体", "implied"),
    "value": Words("目标值", "value"),
    "unit": Words("单位", "unit"),
    "operator": Words("关系", "operator"),
    "scope": Words("口径", "scope"),
    "target_year": Words("目标年", "target year"),
    "base_year": Words("基准年", "base year"),
    "base_value": Words("基准值", "base value"),
    "stretch_value": Words("力争值", "stretch value"),
    "commitment": Words("性质", "nature"),
    "alt_group": Words("二选一组", "either-or group"),
    "hold_every_year": Words("逐年保持", "held every year"),
}


@click.group()
def plan() -> None:
    """读方案文本，比较两个方案 / Read a plan's text, compare two.

    \b
    例 / Example:
      shuangkong plan parse 方案.txt > 方案.json
      shuangkong plan diff 征求意见稿.txt 印发稿.docx
    """


@plan.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True)
def parse(file: Path, form: str) -> None:
    """从方案文本读出条款、责任单位和目标 / Read clauses, responsible bodies and targets from a plan.

    FILE 是 .txt、.md 或 .docx / a .txt, .md or .docx file.

    \b
    例 / Example:
      shuangkong plan parse 方案.txt
      shuangkong plan parse 方案.docx --format table
    """
    read = read_plan_file(file)
    _notify(read.notices)
    if form == "json":
        click.echo(json.dumps(plan_as_json(read.plan), ensure_ascii=False, indent=1))
    else:
        _print_plan(read.plan)


@plan.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True)
@click.pass_context
def diff(context: click.Context, old: Path, new: Path, form: str) -> None:
    """逐条逐目标比较两个方案 / Compare two plans clause by clause and target by target.

    OLD、NEW 是方案文本、plan parse 的 JSON 或城市包文件夹；无差异退出码 0，有差异 1 / plan texts, JSON of plan parse or folders of
    city packs; exit 0 same, 1 different.

    \b
    例 / Example:
      shuangkong plan diff 征求意见稿.txt 印发稿.txt
      shuangkong plan diff 甲市.json 乙市.txt --format json
      shuangkong plan diff cities/zhumadian 印发稿.txt --format table
    """
    difference, notices = compare_plan_files(old, new)
    _notify(notices)
    if form == "json":
        click.echo(json.dumps(difference_as_json(difference), ensure_ascii=False, indent=1))
    else:
        _print_difference(difference)
    context.exit(0 if difference.is_empty else 1)


def _notify(notices: Iterable[Words]) -> None:
    for notice in notices:
        click.echo(say(notice), err=True)


def _print_plan(draft: DraftPlan) -> None:
    edition = f"（{draft.edition}）" if draft.edition else ""
    click.echo(f"{draft.title}{edition}\n")
    click.echo(say(Words(f"条款 {len(draft.clauses)}", f"Clauses {len(draft.clauses)}")))
    for clause in draft.clauses:
        click.echo(f"  {clause.number}  {clause.title}")
        bodies = ((Words("牵头（责任）", "lead"), clause.lead), (Words("配合", "support"), clause.support), (Words("默认落实", "implied"), clause.implied))
        for label, listed in bodies:
            if listed:
                click.echo(f"      {say(label)}：{'、'.join(listed)}")
    click.echo("\n" + say(Words(f"目标 {len(draft.targets)}", f"Targets {len(draft.targets)}")))
    for target in draft.targets:
        click.echo("  " + _target_line(target))
    if draft.unsure:
        click.echo("\n" + say(Words(f"存疑 {len(draft.unsure)}，请核对", f"To be checked {len(draft.unsure)}")))
        for doubt in draft.unsure:
            click.echo(f"  {doubt.clause}  {doubt.phrase} —— {doubt.reason}")


def _target_line(target: DraftTarget) -> str:
    figure = f"{target.operator} {target.value}{target.unit}" if target.value else target.operator
    high = f"—{target.value_high}{target.unit}" if target.value_high else ""
    extras = [
        str(target.target_year or ""),
        f"{say(Words('基准', 'base'))} {target.base_year} {target.base_value or ''}".strip() if target.base_year else "",
        f"{say(Words('力争', 'stretch'))} {target.stretch_value or ''}".strip() if target.stretch_value or target.commitment == "stretch" else "",
        say(Words("逐年保持", "every year")) if target.hold_every_year else "",
        target.alt_group or "",
        f"{say(Words('把握', 'confidence'))} {target.confidence_pct}%" if target.confidence_pct < 100 else "",
    ]
    return "  ".join([target.clause, target.scope, target.indicator, figure + high, *filter(None, extras)])


def _print_difference(difference: Difference) -> None:
    if difference.title.old != difference.title.new or difference.edition.old != difference.edition.new:
        click.echo(f"{difference.title.old} {difference.edition.old} → {difference.title.new} {difference.edition.new}".strip())
    _print_changes(
        Words("条款", "Clauses"),
        [(change, _pair(*(f"{clause.number} {clause.title}" if clause else "" for clause in (change.old, change.new)))) for change in difference.clauses],
    )
    _print_changes(
        Words("目标", "Targets"),
        [(change, _pair(*(_name(target) for target in (change.old, change.new)))) for change in difference.targets],
    )


def _print_changes(heading: Words, named: Sequence[tuple[ClauseChange | TargetChange, str]]) -> None:
    counts = "  ".join(
        f"{say(word)} {sum(1 for change, _ in named if change.change == kind)}" for kind, word in _CHANGES.items()
    )
    click.echo(f"{say(heading)}：{counts}")
    bound: FieldChange | None = None
    for change, name in named:
        if change.change == "same":
            continue
        click.echo(f"  [{say(_CHANGES[change.change])}] {name}")
        for name_of_field, found in change.fields.items():
            if name_of_field == "implied":
                bound, before = found, bound
                if found == before:
                    click.echo(f"      {say(_FIELDS[name_of_field])}：{say(Words('同上', 'as above'))}")
                    continue
            click.echo(f"      {say(_FIELDS.get(name_of_field, Words(name_of_field, name_of_field)))}：{_shown(found)}")


def _name(target: DraftTarget | None) -> str:
    if target is None:
        return ""
    figure = f" {target.operator} {target.value}{target.unit}" if target.value else ""
    return f"{target.clause} {target.scope} {target.indicator}{figure}"


def _pair(old: str, new: str) -> str:
    return f"{old} → {new}" if old and new and old != new else old or new


def _shown(change: FieldChange) -> str:
    def text(found: Any) -> str:
        if isinstance(found, bool):
            return say(Words("是", "yes") if found else Words("否", "no"))
        if isinstance(found, tuple | list):
            return "、".join(found) or "—"
        return "—" if found is None or found == "" else str(found)

    return f"{text(change.old)} → {text(change.new)}"
