"""One command per chore, through the same services as every other interface."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from shuangkong import __version__
from shuangkong.cli.language import choose, language, say
from shuangkong.cli.misuse import misuse
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words

INTERRUPTED = 130

_COMMANDS = {
    "demo": ("shuangkong.cli.demo:demo", "主任务：载入城市方案和数据，计算、出报告 / load the city, compute, report, serve"),
    "plan": ("shuangkong.cli.plan:plan", "读方案文本，比较两个方案 / read a plan's text, compare two"),
    "city": ("shuangkong.cli.city:city", "检查城市数据包 / check a city pack"),
    "energy": ("shuangkong.cli.energy:energy", "折标准煤 / convert to coal equivalent"),
    "compute": ("shuangkong.cli.compute:compute", "按名称做本领域的计算 / the field's calculations by name"),
    "reduction": ("shuangkong.cli.reduction:reduction", "核算减排量 / account reduction projects"),
    "indicators": ("shuangkong.cli.indicators:indicators", "列出、解释指标 / list and explain indicators"),
    "observations": ("shuangkong.cli.observations:observations", "批量载入历年数据 / load past years in bulk"),
    "checks": ("shuangkong.cli.checks:checks", "数据核查：目录、核查文件、评估 / data checks: catalogue, a file, their worth"),
    "assess": ("shuangkong.cli.assess:assess", "年度、中期、五年考核 / annual, mid-term, five-year assessment"),
    "hj212": ("shuangkong.cli.hj212:hj212", "HJ 212 通信包解码 / decode packets of monitoring devices"),
    "gateway": ("shuangkong.cli.gateway:gateway", "接收数采仪的通信包并入湖 / take packets from loggers into the lake"),
    "mqtt": ("shuangkong.cli.mqtt:mqtt", "接收计量表的 MQTT 消息并入湖 / take readings of meters over MQTT into the lake"),
    "readings": ("shuangkong.cli.readings:readings", "表计读数：导入、汇总、查询 / meter readings: import, roll up, query"),
    "emissions": ("shuangkong.cli.emissions:emissions", "监测排放量：小时数据、日月年数据 / monitored emissions: hours, days, months, years"),
    "serve": ("shuangkong.cli.serve:serve", "启动平台 / start the platform"),
    "user": ("shuangkong.cli.user:user", "首任管理员、名册、重置、停用 / first administrators, list, reset, end"),
    "migrate": ("shuangkong.cli.migrate:migrate", "建立或升级数据表 / make or upgrade the tables"),
    "backup": ("shuangkong.cli.backup:backup", "备份，不必停机 / back up while everybody works"),
    "restore": ("shuangkong.cli.restore:restore", "恢复备份并校验存证链 / restore a backup, verify its chain"),
    "evidence": ("shuangkong.cli.evidence:evidence", "存证：校验、导出、链头 / evidence: verify, export, heads"),
}


class _Commands(click.Group):
    """Loads a command when it is called, so that a small chore starts at once."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令 / Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(["zh", "en"]), help="界面语言，可写在任何位置 / language, anywhere on the line")
@click.version_option(__version__, prog_name="shuangkong")
def program(lang: str | None) -> None:
    """双控：城市“十四五”节能减排综合工作方案的开放软件。

    Open software that a Chinese city runs its five-year energy-saving and emission-reduction plan on.

    \b
    例 / Example:
      shuangkong demo --once
      shuangkong plan parse 方案.txt
      shuangkong energy convert 用能.csv
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code; faults go to stderr, one line each, with exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a stream closed by the caller
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a text file in every real call
    words, asked = _without_language(list(sys.argv[1:] if arguments is None else arguments))
    choose(asked)
    sys.exit(_run(words))


def _run(words: list[str]) -> int | str | None:
    try:
        try:
            with program.make_context("shuangkong", words) as context:
                program.invoke(context)
            code: int | str | None = 0
        except click.exceptions.Exit as left:
            code = left.exit_code
        except SystemExit as left:
            code = left.code
        if sys.stdout is not None:
            sys.stdout.flush()
    except InputRefused as refused:
        return _refuse(refused.faults)
    except click.exceptions.NoArgsIsHelpError as bare:
        click.echo(bare.format_message())
        return 2
    except click.ClickException as wrong:
        return _refuse([misuse(wrong)])
    except (click.Abort, KeyboardInterrupt):
        print(say(Words("已中断，未完成的文件没有写出", "stopped; no unfinished file was written")), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        _discard_stdout()
        return 0
    except OSError as trouble:
        _discard_stdout()
        return _refuse([_blocked(trouble)])
    return code


def _refuse(faults: Sequence[Fault]) -> int:
    for fault in faults:
        print(fault.line(language()), file=sys.stderr)
    return 2


def _blocked(trouble: OSError) -> Fault:
    reason = trouble.strerror or str(trouble)
    return Fault(
        Words("文件", "file"), str(trouble.filename or Words("标准输出", "standard output").in_language(language())),
        Words(f"无法读写（{reason}）", f"cannot be read or written ({reason})"),
        Words("检查路径、权限和剩余空间", "check path, rights and free space"),
    )  # fmt: skip


def _discard_stdout() -> None:
    """Keep the interpreter from complaining, on its way out, of what could not be written."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _without_language(words: list[str]) -> tuple[list[str], str | None]:
    kept: list[str] = []
    asked: str | None = None
    rest = iter(words)
    for word in rest:
        if word == "--lang":
            asked = next(rest, "")
        elif word.startswith("--lang="):
            asked = word.partition("=")[2]
        else:
            kept.append(word)
    if asked is not None and asked not in ("zh", "en"):
        return ["--lang", asked, *kept], None
    return kept, asked
