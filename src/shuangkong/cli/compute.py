"""`shuangkong compute`: the field's calculations by name."""

import json
from pathlib import Path

import click

from shuangkong.services.compute.runner import compute_file, operations


def _list_operations(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        for name, operation in operations().items():
            click.echo(f"{name:32} {(operation.__doc__ or '').strip().splitlines()[0]}")
        context.exit()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--list", is_eager=True, is_flag=True, expose_value=False, callback=_list_operations, help="列出全部计算 / list the operations")
@click.option("--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True)
def compute(file: Path, form: str) -> None:
    """按名称做本领域的计算，附计算过程 / Run calculations by name, with their working.

    FILE 是 YAML 或 JSON，内容为 {id, op, inputs} 的列表 / a list of {id, op, inputs}.

    \b
    例 / Example:
      - id: 河南2016
        op: progress
        inputs: {cumulative_reduction_pct: 7.64, target_pct: 16, years_elapsed: 1, years_total: 5}
    """
    results = [result.as_json() for result in compute_file(path=file)]
    if form == "json":
        click.echo(json.dumps({"results": results}, ensure_ascii=False, indent=2))
        return
    for result in results:
        click.echo(f"{result['id']}  {result['op']}")
        for name, figure in result["outputs"].items():
            click.echo(f"    {name} = {figure}")
        click.echo(f"    {result['working']}")
