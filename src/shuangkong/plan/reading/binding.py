"""From segments to targets: which number belongs to which indicator, scope and year."""

import re
from dataclasses import dataclass, field, replace

from shuangkong.plan.reading.draft import Doubt, DraftTarget
from shuangkong.plan.reading.drafting import Drafter
from shuangkong.plan.reading.enumeration import Named, is_scope, listed, single, spread
from shuangkong.plan.reading.governing import (
    ENDS_ITEM,
    ENTRY,
    MONEY,
    QUALIFIES,
    SIZES,
    SUPERVISION,
    figures_of,
    is_governed,
    is_order,
    own_base_year,
    rejoined,
    thing_behind,
)
from shuangkong.plan.reading.normalise import Passage
from shuangkong.plan.reading.outcomes import outcome_in
from shuangkong.plan.reading.phrases import Phrase, clean_subject, cut, makes
from shuangkong.plan.reading.quantities import FRACTION, Quantity, quantities_in
from shuangkong.plan.reading.sentences import GONE, HIDDEN, Horizon, Segment, grammar_view, segments, understand
from shuangkong.plan.reading.words import MAKING, MEASURE_END, NAMED_BY_VERB, POLLUTANTS, SCOPES, SHARED_TAIL

# （力争14.5%） （其中县城不低于90%） （2022年达到85%） （或比2020年提高5个百分点） （东山市不低于40%）
_OPENS_ASIDE = re.compile(r"力争|争取|其中|不低于|不高于|不超过|达到|较|比|或|到?20\d\d年|[\u4e00-\u9fff]{1,8}[省市县区州](?:达到|不低于|不高于|不超过|力争)")
# 无害化处理率城市达到100%、县城达到98%
_SCOPE_BEHIND = re.compile(rf"(?P<measure>.{{2,30}}(?:率|比例|占比|比重))(?P<scope>{SCOPES.pattern})")
_IS_ASIDE = re.compile(r"力争|争取|其中|县|市|区|^或|^到?20\d\d年")


@dataclass(slots=True)
class Findings:
    """Targets and doubts of one clause (识别结果)."""

    targets: list[DraftTarget] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


class ClauseReader:
    """Reads the paragraphs of one clause; what one segment leaves open, the next may fill."""

    def __init__(self, *, printed: str, clause: str, title: str, horizon: Horizon, whole_scope: str) -> None:
        self._draft = Drafter(printed=printed, clause=clause, horizon=horizon, whole_scope=whole_scope)
        self._clause = clause
        self._title = title
        self._horizon = horizon
        self.findings = Findings()
        self._alternatives = 0

    def read(self, passage: Passage) -> None:
        """Read one paragraph, agency brackets already taken out."""
        self._draft.passage = self._passage = passage
        self._sentence = -1
        for segment in rejoined(list(segments(passage, self._horizon, clause_title=self._title))):
            if segment.sentence != self._sentence:
                self._sentence = segment.sentence
                self._latest: list[DraftTarget] = []
                self._subject = ""
                self._scopes: list[str] = []
                self._heading = ""
                self._making = ""
                self._whole = ""
                self._is_list_heading = False
                self._base: tuple[str, str, int | None] | None = None
            if self._passage.text[segment.start - 1 : segment.start] == "；":
                self._whole = ""
            self._segment(segment)
            self._inside_brackets(segment)

    def _segment(self, segment: Segment) -> None:
        quantities = figures_of(segment)
        if not quantities:
            self._without_number(segment)
            return
        known = len(self.findings.targets)
        latest = self._latest
        for phrase in cut(segment.text, quantities):
            self._phrase(phrase, segment)
        if len(self.findings.targets) == known and latest is self._latest:
            self._without_number(segment)

    def _phrase(self, phrase: Phrase, segment: Segment) -> None:
        """Decide what a phrase is: made things, a stretch value, a level or change, a share of things, or nothing."""
        if not phrase.subject and (phrase.verb or phrase.bound or phrase.flags or phrase.is_alternative) and self._takes_stretch(phrase):
            return
        is_past = phrase.is_told or segment.context.is_past
        if is_past:
            self._remember_past(phrase, segment)
            return
        if self._reads_as_made(phrase, segment) or self._goes_on(phrase, segment):
            return
        subject = self._subject_of(phrase, segment)
        if subject and is_governed(phrase, subject, is_dated=segment.context.has_year):
            self._emit(phrase, segment, subject)
        elif not self._reads_as_share(phrase, segment):
            self._doubt(phrase, segment)

    def _remember_past(self, phrase: Phrase, segment: Segment) -> None:
        """A level of the past is the base of what follows: “2020年为25%，到2025年达到30%”."""
        if phrase.subject and phrase.kind in {"level", ""}:
            self._subject = phrase.subject
            year = segment.context.years[-1] if segment.context.years else None
            self._base = (phrase.quantities[-1].figure, phrase.quantities[-1].unit, year)

    def _subject_of(self, phrase: Phrase, segment: Segment) -> str:
        """Return the subject, inherited from the segments before where the phrase has none of its own."""
        subject = self._draft.restored(phrase.subject, segment)
        if not subject:
            return self._subject if phrase.verb or phrase.bound or phrase.base_figure else ""
        if "其中" in phrase.head and not (self._whole and self._subject.endswith(self._whole)):
            self._whole, self._is_list_heading = self._subject, False
        if SCOPES.fullmatch(subject) and self._subject:
            inherited = single(self._subject).indicator
            own_scope = SCOPES.match(inherited)
            phrase.verb = phrase.verb or ("达到" if "其中" in phrase.head else "")
            return subject + (inherited[own_scope.end() :] if own_scope else inherited)
        if behind := _SCOPE_BEHIND.fullmatch(subject):
            return behind["scope"] + behind["measure"]
        return subject if MEASURE_END.search(subject) else self._completed(subject, phrase)

    def _completed(self, subject: str, phrase: Phrase) -> str:
        """Return a subject that names no measure with the measure said before it: “其中县城95%”, “甲、乙、丙达到40%”, “烧碱≤350”."""
        whole = re.sub(r"^.{1,2}级(?:及?以上)?", "", self._whole)
        bare = re.sub("[为是]$", "", subject)
        parts = bare.split("、")
        are_places = all(is_scope(part) for part in parts)
        if whole and (bare != subject or not self._is_list_heading) and (are_places or len(bare) <= 6):
            phrase.verb = phrase.verb or "达到"
            phrase.places = parts if are_places else []
            return whole if are_places else bare + whole
        is_alike = bool(self._latest) and self._latest[-1].unit == phrase.quantities[-1].unit and len(phrase.quantities) == 1
        if is_alike and phrase.kind == "level" and MEASURE_END.search(self._subject) and all(len(part) <= 4 for part in parts) and len(parts) > 1:
            phrase.places = parts
            return single(self._subject).indicator
        if phrase.bound and len(subject) <= 8 and (tail := SHARED_TAIL.search(self._subject)):
            return subject + tail.group()
        return subject

    def _takes_stretch(self, phrase: Phrase) -> bool:
        """“14%，力争14.5%”: the second number is the stretch value of the target before."""
        figures = phrase.quantities
        if not phrase.is_stretch or phrase.is_alternative or thing_behind(phrase.tail) or len(self._latest) < len(figures) or not self._latest:
            return False
        before = self._latest[-len(figures) :] if len(figures) > 1 else self._latest[-1:]
        if any(target.unit != figure.unit or target.stretch_value for target, figure in zip(before, figures, strict=True)):
            return False
        for target, figure in zip(before, figures, strict=True):
            place = self.findings.targets.index(target)
            self.findings.targets[place] = replace(target, stretch_value=figure.figure)
        self._latest = []
        return True

    def _reads_as_made(self, phrase: Phrase, segment: Segment) -> bool:
        """“创建10家以上绿色工厂、2个绿色供应链管理企业”, “新增海绵城市达标面积25平方公里”."""
        first = phrase.quantities[0]
        if first.unit in {"%", "‰", "百分点", "倍", "次", "天", "期", ""} or (MONEY.match(first.unit)):
            return False
        if self._counts_again(phrase):
            self._emit(phrase, segment, self._subject)
            return True
        verb = makes(phrase.head)
        if verb and thing_behind(phrase.tail):
            ends = [*phrase.nouns, (phrase.tail_start, phrase.tail_start + len(thing_behind(phrase.tail)))]
            if len(ends) != len(phrase.quantities) or first.unit in SIZES:
                return False
            if any(not quantity.is_count and quantity.tail in {"以上", "以下", "及以上", "及以下"} and verb not in NAMED_BY_VERB for quantity in phrase.quantities):
                return False
            for quantity, (start, end) in zip(phrase.quantities, ends, strict=True):
                thing = self._draft.original(segment, start, end).lstrip("的")
                name = f"{verb}{thing}" if verb in NAMED_BY_VERB else f"{thing}{verb}数" if quantity.is_count else thing
                self._add(phrase, segment, single(name), quantity)
                self._subject = name
            self._making = verb
            return True
        found = [match for match in MAKING.finditer(phrase.head) if is_order(match, phrase)]
        if not found or phrase.is_in_order or phrase.verb or (phrase.kind and not first.is_count) or thing_behind(phrase.tail):
            return False
        thing = phrase.subject
        if phrase.bound and not segment.context.has_year and ENTRY.match(thing):
            return False
        for making in found:
            rest = clean_subject(phrase.head[making.end() :])
            if (rest and thing.endswith(rest)) or rest:
                self._making = making["verb"]
                thing = (making["verb"] if making["verb"] in NAMED_BY_VERB else "") + rest.rstrip("共约")
                break
        if len(thing) < 2 or QUALIFIES.match(phrase.tail):
            return False
        thing = re.sub("(?:不低于|不少于|不超过|超过|至少|累计|总共|约)$", "", thing)
        self._emit(phrase, segment, self._draft.restored(thing, segment))
        return True

    def _counts_again(self, phrase: Phrase) -> bool:
        """“2023年建成5座，2025年累计建成8座”: the thing counted is the one before."""
        unit = phrase.quantities[0].unit
        is_unnamed = not MAKING.sub("", re.sub(r"^\d年", "", phrase.subject)).strip("累计共再")
        return bool(self._making and is_unnamed and not thing_behind(phrase.tail) and self._latest and self._latest[-1].unit == unit)

    def _goes_on(self, phrase: Phrase, segment: Segment) -> bool:
        """“建成绿色工厂3家、绿色园区2个”, “减排量：氨氮5吨、总磷3吨”: what was said once holds for the whole list."""
        subject = self._draft.restored(phrase.subject, segment)
        if not subject or phrase.verb or phrase.bound or len(subject) > 24 or "其中" in phrase.head or self._whole or not ENDS_ITEM.match(phrase.tail):
            return False
        if self._heading and POLLUTANTS.fullmatch(subject):
            phrase.verb = "达到"
            self._emit(phrase, segment, subject + self._heading)
            return True
        quantity = phrase.quantities[0]
        is_alike = quantity.is_count or bool(self._latest and self._latest[-1].unit == quantity.unit)
        if not self._making or not (is_alike or self._making in NAMED_BY_VERB) or quantity.unit in {"%", "百分点", "次", "天", "倍"}:
            return False
        self._emit(phrase, segment, (self._making if self._making in NAMED_BY_VERB else "") + subject)
        return True

    def _reads_as_share(self, phrase: Phrase, segment: Segment) -> bool:
        """“60%以上的行政村生活污水得到治理”: the share of what follows."""
        quantity = phrase.quantities[-1]
        thing = phrase.tail.lstrip(GONE + "的")
        all_of_it = quantity.figure == "100" and not quantity.tail and re.match("执行|达到|实现|完成|覆盖|全覆盖|纳入|配备|采用|使用|达标", thing)
        is_no_share = phrase.head.endswith(("个", "“")) or bool(SUPERVISION.search(phrase.subject))
        plain_head = not phrase.subject or all_of_it or SCOPES.fullmatch(phrase.subject) or re.fullmatch(r"(?:全[市省县区州]|实现|完成|推动|确保|覆盖|力争)+", phrase.subject)
        has_time = segment.context.has_year or all_of_it or phrase.head.startswith(("实现", "确保", "力争"))
        is_part = phrase.head.endswith("的") and bool(MEASURE_END.search(phrase.subject) or re.match("由|来自|用于", thing))
        goes_on = bool(re.fullmatch(r"的[^，]{2,20}(?:[、和与及]|以及)", phrase.head))
        if quantity.unit != "%" or len(phrase.quantities) > 1 or not (plain_head or is_part or goes_on) or not has_time or is_no_share:
            return False
        if all_of_it or is_part:
            self._add(phrase, segment, single(self._draft.restored(phrase.subject, segment) + thing), quantity, confidence_pct=90)
            return True
        if len(thing) < 4 or not re.match("[\u4e00-\u9fff]", thing):
            return False
        start = phrase.tail_start + len(phrase.tail) - len(phrase.tail.lstrip(GONE + "的"))
        scope = phrase.subject if SCOPES.fullmatch(phrase.subject) else ""
        shared = re.sub("[、和与及]$|以及$", "", self._draft.original(segment, start, start + len(thing)))
        self._add(phrase, segment, single(scope + shared), quantity, confidence_pct=80, note="比例的对象在数字之后")
        return True

    def _emit(self, phrase: Phrase, segment: Segment, subject: str) -> None:
        """Give each number its indicator."""
        phrase_quantities = phrase.quantities
        self._subject = subject
        self._latest = []
        named, confidence_pct, note = self._names(phrase, segment, subject)
        years = segment.context.years
        if len(named) == len(phrase_quantities) == 1 and "分别" in phrase.head:
            named = named * max(1, len(years))
        alt = self._alternative_group(phrase)
        for place, (item, quantity) in enumerate(zip(named, phrase_quantities * (len(named) if len(phrase_quantities) == 1 else 1), strict=False)):
            year = years[place] if len(years) == len(named) > 1 and len({thing.indicator for thing in named}) == 1 else None
            self._add(phrase, segment, item, quantity, confidence_pct=confidence_pct, note=note, alt=alt, year=year)

    def _names(self, phrase: Phrase, segment: Segment, subject: str) -> tuple[list[Named], int, str]:
        count = len(phrase.quantities)
        if phrase.places:
            return [Named(place, single(subject).indicator) for place in phrase.places], 90, "口径以外承前句"
        if count == 1:
            if phrase.is_to_all or phrase.is_in_order:
                found = listed(subject)
                self._scopes = [item.scope for item in found] if len({item.scope for item in found}) == len(found) > 1 else self._scopes
                return found, 100, ""
            return [single(subject)], 100, ""
        if len(segment.context.years) == count:
            return [single(subject)] * count, 100, ""
        found_in_order = spread(subject, count)
        if found_in_order is not None and len(found_in_order) == count:
            scopes = [item.scope for item in found_in_order]
            self._scopes = scopes if len(set(scopes)) == count else self._scopes
            crossed = len(set(scopes)) > 1 and len({item.indicator for item in found_in_order}) > 1 and len(set(scopes)) < count
            return found_in_order, 70 if crossed else 100, "多口径乘多指标，按指标优先的次序对应" if crossed else ""
        base = single(subject)
        if len(self._scopes) == count:
            return [Named(scope, scope + base.indicator if SCOPES.fullmatch(scope) else base.indicator) for scope in self._scopes], 90, "口径承前句"
        return [base] * count, 40, "并列项与数字个数不一致"

    def _alternative_group(self, phrase: Phrase) -> str | None:
        """Either-or: the target before and this one form a group."""
        if not phrase.is_alternative or not self.findings.targets:
            return None
        before = self.findings.targets[-1]
        if before.alt_group is None:
            self._alternatives += 1
            number = len({target.alt_group for target in self.findings.targets if target.alt_group}) + 1
            self.findings.targets[-1] = replace(before, alt_group=f"OR-{number}")
        return self.findings.targets[-1].alt_group

    def _add(
        self,
        phrase: Phrase,
        segment: Segment,
        named: Named,
        quantity: Quantity,
        *,
        confidence_pct: int = 100,
        note: str = "",
        alt: str | None = None,
        year: int | None = None,
    ) -> None:
        before = self.findings.targets[-1] if alt else None
        is_stretch = phrase.is_stretch or segment.context.is_stretch or bool(before and before.commitment == "stretch")
        target = self._draft.target(
            phrase, segment, named, quantity, base=self._base_of(phrase, segment, quantity), year=year,
            alt_group=alt, is_stretch=is_stretch, confidence_pct=confidence_pct, note=note,
        )  # fmt: skip
        self.findings.targets.append(target)
        self._latest.append(target)
        self._base = None

    def _base_of(self, phrase: Phrase, segment: Segment, quantity: Quantity) -> tuple[int | None, str | None]:
        """Return base year and base value, only where the text gives them."""
        if phrase.base_figure is not None:
            found = re.search(r"(20\d\d)年", self._draft.original(segment, 0, phrase.base_figure.start))
            return (int(found[1]) if found else segment.context.base_year), phrase.base_figure.figure
        if self._base and self._base[1] == quantity.unit and phrase.kind not in {"fall", "rise"}:
            return self._base[2], self._base[0]
        if own := own_base_year(phrase, segment):
            return own, None
        is_change = phrase.kind in {"fall", "rise"} or makes(phrase.head) or "新增" in phrase.head or "累计" in phrase.head
        return (segment.context.base_year if is_change else None), None

    def _without_number(self, segment: Segment) -> None:
        """A segment without figures may state an outcome, or the subject of the next segment."""
        text = self._draft.original(segment, 0, len(segment.text))
        plain = clean_subject("".join(char for shown, char in zip(segment.text, text, strict=True) if shown != GONE) if GONE in segment.text else text)
        before = self._subject
        colon = self._passage.text[segment.end : segment.end + 1] == "："
        plain = re.sub("(?:分别)?(?:为|是|达到)$", "", plain) if colon else plain
        is_heading = bool(MEASURE_END.search(plain)) and (plain.endswith(("比例", "比重", "占比", "率")) or not outcome_in(plain, is_chain=True))
        if segment.text == "其中":
            self._whole, self._is_list_heading = self._subject, False
        if (MEASURE_END.search(plain) and len(plain) <= 40) or not self._subject:
            self._subject = plain if len(plain) <= 40 else ""
        if re.search("(?:减排|削减|排放)(?:总)?量$", plain):
            self._heading = re.sub("^.*(?:主要污染物|四项污染物|污染物)", "", plain)
        elif is_heading:
            self._whole, self._is_list_heading = plain, not colon
        elif (stated := re.match("(.{2,40}?)(?:完成|达到|满足)", plain)) and MEASURE_END.search(stated[1]):
            self._subject = stated[1]
        is_chain = segment.context.has_year or "目标" in self._title
        if segment.context.is_past or is_heading:
            return
        outcome = outcome_in(before + plain if re.match("全部|全面|均", plain) else plain, is_chain=is_chain)
        if re.search(rf"(?:提高|增加|增长|下降|减少|降低|削减|达到|压减){FRACTION.pattern}", segment.text) and outcome is None:
            self.findings.doubts.append(Doubt(self._clause, self._draft.phrase_text(segment), "分数未转为数值，请人工填写"))
        if outcome is not None:
            self.findings.targets.append(self._draft.stated(outcome, segment))

    def _inside_brackets(self, segment: Segment) -> None:
        """Numbers in brackets count only with a verb: “（力争14.5%）”, “（其中县城不低于90%）”."""
        if HIDDEN not in segment.text or segment.context.is_past:
            return
        for found in re.finditer(rf"（({HIDDEN}+)）", segment.text):
            start, end = segment.start + found.start(1), segment.start + found.end(1)
            inside = self._passage.text[start:end]
            if not _OPENS_ASIDE.match(inside) or not quantities_in(inside):
                continue
            for piece_start, piece_end in ((match.start(), match.end()) for match in re.finditer("[^，；]+", inside)):
                view = grammar_view(inside)[piece_start:piece_end]
                piece = Segment(view, start + piece_start, segment.sentence, False, replace(segment.context))
                understand(piece, self._horizon)
                quantities = quantities_in(piece.text)
                if quantities and _IS_ASIDE.search(view):
                    for phrase in cut(piece.text, quantities):
                        self._phrase(phrase, piece)

    def _doubt(self, phrase: Phrase, segment: Segment) -> None:
        """Shares left unread are shown to a person; other figures are attributes of things."""
        if any(quantity.unit in {"%", "百分点"} for quantity in phrase.quantities):
            self.findings.doubts.append(
                Doubt(self._clause, self._draft.phrase_text(segment, phrase.quantities[0]), "含数字但不能确定是否为目标")
            )
