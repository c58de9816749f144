"""`shuangkong demo`: the main job. Loads the city, computes, prints board and ranking, writes the report, serves it."""

import sys
import threading
from datetime import datetime
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

from shuangkong.cli.language import language, say
from shuangkong.kernel.faults import Refusal
from shuangkong.kernel.language import Words
from shuangkong.services.check_evaluation import evaluation_text
from shuangkong.services.checks import evaluate_checks
from shuangkong.services.demo import demo_report, load_demo, write_report
from shuangkong.services.documents.placing import prove_writable
from shuangkong.services.documents.report_text import report_text

LOOPBACK = "127.0.0.1"
PORTS_TRIED = 100


class NoFreePort(Refusal):
    """Every port tried is taken (没有空闲端口)."""

    def __init__(self, first: int) -> None:
        super().__init__(
            thing=Words("端口", "port"),
            value=first,
            rule=Words(f"从它起的 {PORTS_TRIED} 个端口都不可用", f"and the {PORTS_TRIED} after it cannot be used"),
            remedy=Words("用 --port 指定别的端口，或加 --once 不启动服务", "give another with --port, or use --once"),
        )


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True, help="演示数据目录 / where the demo keeps its data")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="报告写到何处 / where the report is written")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="端口，被占用则取下一个 / port, or the next free one")
@click.option("--once", is_flag=True, help="写完即退出，不启动服务 / write and leave, serve nothing")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="截至该日日终所知（北京时间）/ as known at the end of that day")
@click.option("--fraud-seed", type=click.IntRange(0), help="另在模拟报表中按此种子植入造假，报告检出率和误报 / also plant fraud by this seed; tells recall and false findings")
@click.option("--city", "pack", type=click.Path(path_type=Path), help="城市包文件夹，默认随附的驻马店 / folder of a city pack; Zhumadian by default")
def demo(data: Path, out: Path, port: int, once: bool, as_of: datetime | None, fraud_seed: int | None, pack: Path | None) -> None:
    """载入城市方案和数据，计算，打印指标一览和县区排名，写出报告并在本机打开 / Load, compute, print, write, serve.

    \b
    例 / Examples:
      shuangkong demo
      shuangkong demo --once --out 报告
      shuangkong demo --once --as-of 2024-06-30
      shuangkong demo --once --fraud-seed 7
      shuangkong --lang en demo --port 9000
    """
    _tell(Words("载入城市包和数据", "loading the city pack and its data"))
    loaded = load_demo(data=data, pack=pack)
    for notice in loaded.notices:
        _tell(notice)
    prove_writable(out)
    report = demo_report(loaded, as_of=as_of.date() if as_of else None, tell=_tell)
    written = write_report(report, out=out, language=language(), tell=_tell)
    click.echo(report_text(report, language()))
    if fraud_seed is not None:
        click.echo(evaluation_text(evaluate_checks(seed=fraud_seed, progress=_tell), language()))
    for path in written:
        click.echo(f"{say(Words('已写出', 'written'))} {path}")
    if not once:
        _serve(out, port)


def _tell(words: Words) -> None:
    print(f"… {say(words)}", file=sys.stderr, flush=True)


class _ReportHandler(SimpleHTTPRequestHandler):
    """Serves the report's files and nothing else of the folder."""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] == "/":
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", "/report.html")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        super().do_GET()

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].removeprefix("/")
        return super().translate_path(path if name in ("report.html", "report.xlsx", "report.docx") else "/.nothing-here")

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def guess_type(self, path: object) -> str:
        told = super().guess_type(str(path))
        return f"{told}; charset=utf-8" if told == "text/html" else told

    def log_message(self, format: str, *arguments: object) -> None:  # the name is the base class's
        """Stay quiet: the terminal holds the board."""


def open_server(folder: Path, first_port: int) -> ThreadingHTTPServer:
    """Listen on the first free port, on this machine only."""
    handler = partial(_ReportHandler, directory=str(folder))
    for port in range(first_port, min(first_port + PORTS_TRIED, 65536)):
        try:
            return ThreadingHTTPServer((LOOPBACK, port), handler)
        except OSError:
            continue
    raise NoFreePort(first_port)


def _serve(folder: Path, port: int) -> None:
    with open_server(folder, port) as server:
        address = f"http://{LOOPBACK}:{server.server_address[1]}/"
        click.echo(say(Words(f"报告在 {address}  按 Ctrl-C 结束", f"the report is at {address}  Ctrl-C ends")))
        sys.stdout.flush()
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        try:
            serving.join()
        except KeyboardInterrupt:
            server.shutdown()
        click.echo(say(Words("已结束", "ended")))
