"""The declared returns of a city pack (报表声明): read, dated, and laid beside coefficients, checks and working days."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from shuangkong.checks.model import Trait
from shuangkong.indicators.declaration import ElementKind
from shuangkong.kernel.faults import Fault, InputRefused, Refusal
from shuangkong.kernel.language import Words
from shuangkong.returns.form import Form
from shuangkong.returns.reading import DeclaredElement, form_from
from shuangkong.rules import book
from shuangkong.services.check_dossiers import traits
from shuangkong.services.documents.structured import read_structured
from shuangkong.services.indicators import load_catalogue

FORMS_FOLDER = "returns"


class UnknownForm(Refusal):
    """The pack declares no such return, or none that serves the day (没有该报表)."""

    def __init__(self, code: str, day: date | None = None) -> None:
        super().__init__(
            thing=Words("表号", "form"), value=code,
            rule=Words("没有声明", "is not declared") if day is None else Words(f"没有适用于 {day} 的版本", f"has no edition that serves {day}"),
            remedy=Words("查看城市包 returns 文件夹", "see the folder returns of the city pack"),
        )  # fmt: skip


def read_forms(folder: Path) -> tuple[dict[str, tuple[Form, ...]], list[Fault]]:
    """Read every declared return of a pack (读取报表声明): editions by code, oldest first, and everything wrong."""
    faults: list[Fault] = []
    editions: dict[str, list[Form]] = {}
    known = declared_elements(folder)
    for path in sorted((folder / FORMS_FOLDER).glob("*.yaml")):
        where = Words(f"{FORMS_FOLDER}/{path.name}", f"{FORMS_FOLDER}/{path.name}")
        try:
            raw = read_structured(path)
        except InputRefused as refused:
            faults += [fault.at(where) for fault in refused.faults]
            continue
        if not isinstance(raw, Mapping):
            faults.append(Fault(Words("报表", "form"), path.name, Words("内容不是键值表", "is not a mapping"), Words("写成 键: 值", "write key: value"), where))
            continue
        form = form_from(raw, where=where, faults=faults, known=known)
        if form is not None:
            editions.setdefault(form.code, []).append(form)
    dated = {code: tuple(sorted(forms, key=lambda form: form.valid_from)) for code, forms in editions.items()}
    return dated, faults + [fault for forms in dated.values() for fault in _edition_faults(forms)]


def _edition_faults(forms: tuple[Form, ...]) -> list[Fault]:
    return [
        Fault(Words("表号", "form"), f"{later.code} {later.edition}", Words("与另一版本同时有效", "is valid beside another edition"),
              Words("改 valid_from 或给前一版 valid_to", "mend valid_from, or give the one before a valid_to"))
        for earlier, later in zip(forms, forms[1:], strict=False)
        if later.valid_from == earlier.valid_from or (earlier.valid_to is not None and earlier.valid_to >= later.valid_from)
    ]  # fmt: skip


def declared_elements(folder: Path) -> dict[str, DeclaredElement]:
    """Return what a pack says of its data elements, with the tags the checks know them by (数据元素与标签)."""
    try:
        elements = load_catalogue(folder).elements
    except InputRefused:
        return {}  # told by the check of the indicators
    tagged = traits(book().at(date.max))
    return {
        code: DeclaredElement(one.name, one.unit, one.definition, _tags(one.kind, tagged.get(code))) for code, one in elements.items()
    }


def _tags(kind: ElementKind, trait: Trait | None) -> frozenset[str]:
    if trait is not None:
        return trait.tags
    return frozenset({ElementKind.FLOW: ("flow", "typed"), ElementKind.STOCK: ("stock",)}.get(kind, ("rate",)))


@lru_cache(maxsize=8)
def load_editions(folder: Path) -> Mapping[str, tuple[Form, ...]]:
    """Return every edition of every declared return, by code, oldest first (全部版本).

    Raises
    ------
    InputRefused
        With every fault of the declarations.
    """
    editions, faults = read_forms(folder)
    if faults:
        raise InputRefused(faults)
    return editions


def load_forms(folder: Path) -> Mapping[str, Form]:
    """Return the newest edition of every declared return, by code (报表目录)."""
    return {code: forms[-1] for code, forms in load_editions(folder).items()}


def form_on(code: str, day: date, *, folder: Path) -> Form:
    """Return the edition of a return that serves a period beginning on the day (当期版本).

    Raises
    ------
    UnknownForm
        If the pack declares none such.
    """
    forms = load_editions(folder).get(code)
    if forms is None:
        raise UnknownForm(code)
    for form in reversed(forms):
        if form.valid_from <= day and (form.valid_to is None or day <= form.valid_to):
            return form
    raise UnknownForm(code, day)
