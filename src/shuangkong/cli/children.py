"""Children of one parent: started again when they end, ended with the parent, however the parent ends.

A child is forked from the parent, which holds no thread and no connection. Signals meant for all reach the parent alone, for each child leads a
group of its own; a parent that is killed outright takes its children along by the kernel's parent-death signal.
"""

import ctypes
import logging
import os
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple, NoReturn

from shuangkong.cli.language import say
from shuangkong.kernel.language import Words

FALLS_MOST, FALLS_WITHIN_SECONDS = 5, 60
GRACE_SECONDS = 12
_HEARD = frozenset({signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
_SET_PARENT_DEATH_SIGNAL = 1
_log = logging.getLogger("shuangkong.serve")


class Child(NamedTuple):
    """A child (子进程): its name and what it does until it is told to end by SIGTERM."""

    name: Words
    run: Callable[[], object]


def end_with_parent(parent: int) -> None:
    """Have the kernel end this process when its parent is gone (随父进程结束)."""
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:  # it went before the kernel was asked
        os._exit(1)


def keep_running(children: Iterable[Child]) -> int:
    """Run the children until a signal ends all, and return the exit code (守护): 0, or 1 where one of them keeps falling.

    Signals are held back and taken one by one, so that nothing happens between two lines of this function.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    running: dict[int, Child] = {}
    falls: deque[float] = deque(maxlen=FALLS_MOST)
    try:
        for child in children:
            running[_start(child, mask)] = child
        while True:
            if signal.sigwaitinfo(_HEARD).si_signo != signal.SIGCHLD:
                return 0
            for pid, status in _ended(running):
                child = running.pop(pid)
                falls.append(time.monotonic())
                _log.warning(say(Words(f"{child.name.zh}（{pid}）已退出：{status}", f"{child.name.en} ({pid}) ended: {status}")))
                if len(falls) == FALLS_MOST and falls[-1] - falls[0] < FALLS_WITHIN_SECONDS:
                    _log.error(say(Words("子进程反复退出，平台停止；原因见以上各行", "children keep ending: the platform stops; see the lines above")))
                    return 1
                running[_start(child, mask)] = child
    finally:
        _end(running)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _start(child: Child, mask: "set[int | signal.Signals]") -> int:
    sys.stdout.flush()
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        _live(child, mask, parent)
    with suppress(OSError):  # the child was quicker
        os.setpgid(pid, pid)
    return pid


def _live(child: Child, mask: "set[int | signal.Signals]", parent: int) -> NoReturn:
    code = 1
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        end_with_parent(parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        child.run()
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _ended(running: "dict[int, Child]") -> list[tuple[int, int]]:
    """Return the children that have ended, with their exit codes, negative where by a signal."""
    found = [os.waitpid(pid, os.WNOHANG) for pid in list(running)]
    return [(pid, os.waitstatus_to_exitcode(status)) for pid, status in found if pid]


def _end(running: "dict[int, Child]") -> None:
    """Ask all to end, wait a little, kill what is left with all it started; a second Ctrl-C waits no longer."""
    for pid in running:
        os.kill(pid, signal.SIGTERM)
    last = time.monotonic() + GRACE_SECONDS
    while running and (left := last - time.monotonic()) > 0:
        for pid, _ in _ended(running):
            del running[pid]
        if running:
            heard = signal.sigtimedwait(_HEARD, left)
            if heard and heard.si_signo != signal.SIGCHLD:
                break
    for pid in running:
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
