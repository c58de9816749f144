"""Opens a city pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.quantity import PriceBasis
from shuangkong.plan.fields import Fields
from shuangkong.plan.model import Plan
from shuangkong.plan.organisations import Agencies, Agency, Jurisdiction, Jurisdictions
from shuangkong.plan.pack import PLAN_FILES, REQUIRED_PLAN_FILES, read_agencies, read_jurisdictions, read_plan
from shuangkong.plan.soundness import agency_faults, jurisdiction_faults, plan_faults
from shuangkong.services.documents.structured import read_structured

CITY_FILE = "city.yaml"
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class CityDefaults:
    """What a city pack takes when a call says nothing (城市默认设置). `dual_control` names the rule set from each day."""

    plan: str
    base_year: int
    price_basis: PriceBasis
    grid_region: str
    rubric: str
    dual_control: Mapping[date, str]

    def dual_control_on(self, day: date) -> str | None:
        """Return the dual-control rule set in force on the day, None before the first."""
        begun = [start for start in self.dual_control if start <= day]
        return self.dual_control[max(begun)] if begun else None


@dataclass(frozen=True, slots=True)
class City:
    """An opened city pack (城市包): organisations, plans, defaults; everything else is read from `folder` by its own room."""

    code: str
    name: Words
    province: Words
    defaults: CityDefaults
    jurisdictions: Jurisdictions
    agencies: Agencies
    plans: tuple[Plan, ...]
    folder: Path

    @property
    def plan(self) -> Plan:
        """The plan the pack names as its default."""
        return next(plan for plan in self.plans if plan.id == self.defaults.plan)


def packaged_city(name: str = "zhumadian") -> Path:
    """Return the folder of a city pack that comes with the package (随附城市包)."""
    return Path(str(files("shuangkong.cities"))) / name


def open_city(folder: Path | None = None) -> City:
    """Open a city pack (打开城市包); the packaged one when no folder is given.

    Raises
    ------
    InputRefused
        With every fault of the pack.
    """
    city, faults = read_city(folder or packaged_city())
    if faults or city is None:
        raise InputRefused(faults)
    return city


def read_city(folder: Path) -> tuple[City | None, list[Fault]]:
    """Read a city pack with everything wrong in its own files (读取城市包); None where there is no readable `city.yaml`."""
    pack = _Pack(folder)
    city = pack.read()
    return city, pack.faults


class _Pack:
    """Reads the files of one pack, noting faults as it goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []

    def read(self) -> City | None:
        if not self.folder.is_dir():
            self._missing(self.folder.resolve().name, Words("文件夹", "folder"))
            return None
        header = self._document(CITY_FILE)
        if header is not _ABSENT and not isinstance(header, Mapping):
            self._fault(CITY_FILE, "", Words("内容不是键值表", "is not a mapping"), Words("写成 键: 值", "write key: value"))
        jurisdictions = Jurisdictions(self._jurisdictions())
        agencies = Agencies(self._agencies())
        plans = self._plans(agencies, jurisdictions)
        if not isinstance(header, Mapping):
            return None
        return self._city(header, jurisdictions, agencies, plans)

    def _city(self, header: Any, jurisdictions: Jurisdictions, agencies: Agencies, plans: tuple[Plan, ...]) -> City:
        fields = Fields(header, _place(CITY_FILE), self.faults)
        code = fields.text("code")
        name, province = fields.words("name"), fields.words("province", required=False)
        fields.text("province_code", required=False)
        defaults = self._defaults(fields.raw("defaults"))
        fields.done()
        if code and len(jurisdictions) and code not in jurisdictions:
            self._fault(CITY_FILE, code, Words("不在 jurisdictions.yaml 中", "is not in jurisdictions.yaml"),
                        Words("补充该市或改代码", "add the city or mend the code"))
        if defaults.plan and defaults.plan not in {plan.id for plan in plans}:
            self._fault(CITY_FILE, defaults.plan, Words("默认方案不在 plan 文件夹中", "the default plan is not in the plan folder"),
                        Words("改为其中一个方案的 id", "use the id of one of its plans"))
        return City(code, name, province, defaults, jurisdictions, agencies, plans, self.folder)

    def _defaults(self, raw: Any) -> CityDefaults:
        where = Words(f"{CITY_FILE} defaults", f"{CITY_FILE} defaults")
        fields = Fields(raw, where, self.faults)
        plan, base_year = fields.text("plan"), fields.year("base_year")
        if base_year is None and isinstance(raw, Mapping):
            fields.fault("base_year", raw.get("base_year"), Words("缺少基准年", "the base year is missing"), Words("写成 2020", "write 2020"))
        price_basis = fields.choice("price_basis", PriceBasis)
        sets = fields.raw("dual_control")
        if sets is not None and not (isinstance(sets, Mapping) and all(
            isinstance(day, date) and isinstance(name, str) for day, name in sets.items()
        )):
            fields.fault("dual_control", sets, Words("应为 日期: 规则集", "must be date: rule set"), Words("写成 2022-10-01: DC22a", "write 2022-10-01: DC22a"))
            sets = None
        defaults = CityDefaults(
            plan=plan, base_year=base_year or 0, price_basis=price_basis, grid_region=fields.text("grid_region"),
            rubric=fields.text("rubric"), dual_control=dict(sets or {}),
        )  # fmt: skip
        fields.done()
        return defaults

    def _jurisdictions(self) -> tuple[Jurisdiction, ...]:
        document = self._document("jurisdictions.yaml")
        if document is _ABSENT:
            return ()
        where = _place("jurisdictions.yaml")
        found = read_jurisdictions(document, where=where, faults=self.faults)
        self.faults += jurisdiction_faults(found, where=where)
        return found

    def _agencies(self) -> tuple[Agency, ...]:
        document = self._document("agencies.yaml")
        if document is _ABSENT:
            return ()
        where = _place("agencies.yaml")
        found = read_agencies(document, where=where, faults=self.faults)
        self.faults += agency_faults(found, where=where)
        return found

    def _plans(self, agencies: Agencies, jurisdictions: Jurisdictions) -> tuple[Plan, ...]:
        root = self.folder / "plan"
        folders = sorted(child for child in root.iterdir() if child.is_dir()) if root.is_dir() else []
        if not folders:
            self._missing("plan", Words("方案文件夹", "plan folder"))
        plans = tuple(self._plan(folder, agencies, jurisdictions) for folder in folders)
        for plan in {plan.id: plan for plan in plans}.values():
            if sum(other.id == plan.id for other in plans) > 1:
                self._fault("plan", plan.id, Words("两个方案同用一个 id", "is the id of two plans"), Words("改其中一个", "change one of them"))
        return plans

    def _plan(self, folder: Path, agencies: Agencies, jurisdictions: Jurisdictions) -> Plan:
        name = f"plan/{folder.name}"
        documents = {
            file: document
            for file in PLAN_FILES
            if (document := self._document(f"{name}/{file}.yaml", required=file in REQUIRED_PLAN_FILES)) is not _ABSENT
        }
        where = _place(name)
        plan = read_plan(documents, agencies=agencies, jurisdictions=jurisdictions, where=where, faults=self.faults)
        if all(file in documents for file in REQUIRED_PLAN_FILES):
            self.faults += plan_faults(plan, jurisdictions=jurisdictions, where=where)
        return plan

    def _document(self, name: str, *, required: bool = True) -> Any:
        path = self.folder / name
        if not path.exists():
            if required:
                self._missing(name, Words("文件", "file"))
            return _ABSENT
        try:
            return read_structured(path)
        except InputRefused as refused:
            self.faults += [fault.at(_place(name)) for fault in refused.faults]
        except OSError as trouble:
            self._fault(name, trouble.strerror or "", Words("无法读取", "cannot be read"), Words("检查文件和权限", "check the file and its permissions"))
        return _ABSENT

    def _missing(self, name: str, thing: Words) -> None:
        self.faults.append(Fault(thing, name, Words("不存在，或类型不对", "does not exist or is of the wrong kind"), Words("补充，或改正路径", "add it, or mend the path")))

    def _fault(self, name: str, found: str, rule: Words, remedy: Words) -> None:
        self.faults.append(Fault(Words("城市包", "city pack"), found, rule, remedy, _place(name)))


def _place(name: str) -> Words:
    return Words(name, name)
