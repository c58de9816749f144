"""Says everything that is wrong with a city pack, all files together."""

from datetime import date
from pathlib import Path

from shuangkong.assessment.rubric import UnknownRubric, find_rubric
from shuangkong.indicators.catalogue import Catalogue
from shuangkong.kernel.faults import Fault, InputRefused
from shuangkong.kernel.language import Words
from shuangkong.kernel.units import UnknownUnit, unit
from shuangkong.services.assessment_facts import DERIVED_FACTS
from shuangkong.services.cities import CITY_FILE, City, read_city
from shuangkong.services.composition import composition_faults
from shuangkong.services.indicators import load_catalogue, load_observations, observation_tables
from shuangkong.services.return_forms import factor_faults, read_forms
from shuangkong.services.scoring_tables import ADJUSTMENTS_FILE, read_adjustments, scoring_book, table_faults


def check_city(folder: Path) -> list[Fault]:
    """Return everything wrong with a city pack (检查城市包), all files together.

    Raises
    ------
    InputRefused
        If the folder holds no readable `city.yaml`: it is no city pack. Carries the faults found besides.
    """
    city, faults = read_city(folder)
    if city is None:
        raise InputRefused(faults)
    return [*faults, *_indicator_faults(city), *_assessment_faults(city), *_return_faults(city)]


def _indicator_faults(city: City) -> list[Fault]:
    """Return what is wrong with the declared indicators and data, and with targets that name an indicator."""
    try:
        catalogue = load_catalogue(city.folder)
    except InputRefused as refused:
        return list(refused.faults)
    faults = _target_faults(city, catalogue)
    for path in sorted((city.folder / "data").glob("*.csv")):
        if not path.stat().st_size:
            faults.append(Fault(Words("数据表", "table"), path.name, Words("文件为空", "is empty"), Words("写表头和数据行，或删除", "write a header and rows, or remove it"), _place(f"data/{path.name}")))
    if not len(city.jurisdictions):
        return faults
    try:
        load_observations(observation_tables(city.folder / "data"), catalogue, city.jurisdictions)
    except InputRefused as refused:
        faults += refused.faults
    return faults


def _return_faults(city: City) -> list[Fault]:
    """Return what is wrong with the declared returns, with carriers they convert, agencies they name, and what figures are made of."""
    editions, faults = read_forms(city.folder)
    forms = [form for each in editions.values() for form in each]
    faults += [fault for form in forms for fault in factor_faults(form, max(form.valid_from, date(city.defaults.base_year, 1, 1)))]
    try:
        elements = {*load_catalogue(city.folder).elements, *(code for form in forms for code in form.by_element)}
        faults += composition_faults(city.folder, known=elements)
    except InputRefused:
        pass  # told of the indicators already
    known = {agency.code for agency in city.agencies}
    return faults + [
        Fault(Words(f"报表 {form.code} 的主管部门", f"agency of return {form.code}"), form.agency, Words("不在 agencies.yaml 中", "is not in agencies.yaml"),
              Words("改用其中的代码", "use one of its codes"), _place(f"returns/{form.code}"))
        for form in forms if known and form.agency not in known
    ]  # fmt: skip


def _target_faults(city: City, catalogue: Catalogue) -> list[Fault]:
    faults: list[Fault] = []
    for plan in city.plans:
        for target in plan.targets:
            where = _place(f"plan/{plan.id}/targets.yaml")
            thing = Words(f"目标 {target.id}", f"target {target.id}")
            try:
                declared = catalogue.indicator(target.indicator).declaration.unit if target.indicator else None
                if declared is not None and target.unit:
                    unit(target.unit).factor_to(declared)
            except UnknownUnit:
                continue
            except InputRefused as refused:
                faults += [Fault(thing, fault.value, fault.rule, fault.remedy, where) for fault in refused.faults]
    return faults


def _assessment_faults(city: City) -> list[Fault]:
    """Return what is wrong with the pack's scoring tables, the one it takes by default, and its declared adjustments."""
    faults: list[Fault] = []
    if len(city.jurisdictions):
        try:
            years = {year for _, year, _ in read_adjustments(city.folder, city.jurisdictions)}
            faults += [_outside(year, city) for year in sorted(years) if not city.defaults.base_year < year <= _last_year(city)]
        except InputRefused as refused:
            faults += refused.faults
    try:
        book, own = scoring_book(city.folder)
    except InputRefused as refused:
        return [*faults, *refused.faults]
    try:
        known = {*load_catalogue(city.folder).indicators, *DERIVED_FACTS}
        for line in own:
            faults += table_faults(line, known)
    except InputRefused:
        pass  # told of the indicators already
    if city.defaults.rubric:
        try:
            find_rubric(book, city.defaults.rubric, date(city.defaults.base_year + 1, 12, 31))
        except UnknownRubric as refused:
            faults += [fault.at(_place(CITY_FILE)) for fault in refused.faults]
    return faults


def _last_year(city: City) -> int:
    return max((target.target_year for plan in city.plans for target in plan.targets if target.target_year), default=city.defaults.base_year)


def _outside(year: int, city: City) -> Fault:
    first, last = city.defaults.base_year + 1, _last_year(city)
    return Fault(
        Words("调整项年度", "year of an adjustment"), str(year), Words(f"不在方案期 {first}–{last} 年内", f"lies outside the plan, {first}-{last}"),
        Words("改正 year", "mend year"), _place(ADJUSTMENTS_FILE),
    )  # fmt: skip


def _place(name: str) -> Words:
    return Words(name, name)
