"""What is wrong with how a command was called, in the same words as what is wrong with a file."""

import re

import click

from shuangkong.kernel.faults import Fault
from shuangkong.kernel.language import Words

_BLANK = Words("", "")
_GIVEN = re.compile(r"(?:Path |File |Directory )?'?(?P<value>.*?)'? (?:is|does) not")  # click keeps the value in its message only


def misuse(wrong: click.ClickException) -> Fault:
    """Return a call that click refuses as a fault: thing, value, rule, remedy (用法错误)."""
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    command = context.command_path if context else "shuangkong"
    remedy = Words(f"用法见 {command} --help", f"see {command} --help")
    match wrong:
        case click.NoSuchOption():
            near = sorted(wrong.possibilities or ())
            return Fault(Words("选项", "option"), wrong.option_name, Words(f"没有这个选项{_perhaps(near).zh}", f"is no option{_perhaps(near).en}"), remedy)
        case click.exceptions.NoSuchCommand():
            near = sorted(wrong.possibilities or ())
            return Fault(Words("命令", "command"), wrong.command_name, Words(f"没有这个命令{_perhaps(near).zh}", f"is no command{_perhaps(near).en}"), remedy)
        case click.MissingParameter():
            told = _wanted(wrong.param)
            return Fault(_kind(wrong.param), _name(wrong.param), Words(f"没有给出{told.zh and '，' + told.zh}", f"is missing{told.en and ', ' + told.en}"), remedy)
        case click.BadParameter() if wrong.param is not None:
            told = _wanted(wrong.param)
            given = _GIVEN.match(wrong.message)
            name = f"{_name(wrong.param)} {given['value']}" if given else _name(wrong.param)
            return Fault(_kind(wrong.param), name, Words(told.zh or wrong.message, wrong.message.rstrip(".")), remedy)
        case click.BadOptionUsage():
            return Fault(Words("选项", "option"), wrong.option_name, Words("没有给出取值", "has no value"), remedy)
    told_by_click = wrong.format_message().rstrip(".")
    return Fault(Words("用法", "call"), command, Words(f"不对（{told_by_click}）", told_by_click), remedy)


def _perhaps(near: list[str]) -> Words:
    return Words(f"，是否为 {'、'.join(near)}", f", perhaps {', '.join(near)}") if near else _BLANK


def _kind(parameter: click.Parameter | None) -> Words:
    return Words("参数", "argument") if isinstance(parameter, click.Argument) else Words("选项", "option")


def _name(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return ""
    return parameter.human_readable_name if isinstance(parameter, click.Argument) else max(parameter.opts, key=len)


def _wanted(parameter: click.Parameter | None) -> Words:
    """Say what a parameter takes; blank where its name says it all."""
    match parameter.type if parameter else None:
        case click.Choice(choices=choices):
            return Words(f"应为 {'、'.join(map(str, choices))} 之一", f"one of {', '.join(map(str, choices))}")
        case click.IntRange(min=low, max=high) if low is not None and high is not None:
            return Words(f"应为 {low} 至 {high} 的整数", f"a whole number from {low} to {high}")
        case click.types.IntParamType():
            return Words("应为整数", "a whole number")
        case click.DateTime():
            return Words("应为日期，写成 2024-06-30", "a date such as 2024-06-30")
        case click.Path():
            return Words("应为可读的路径", "a path that can be read")
    return _BLANK
