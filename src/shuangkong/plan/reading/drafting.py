"""From a number whose meaning is known to the draft target that carries it, with the words as printed."""

import re

from shuangkong.plan.reading.draft import DraftTarget
from shuangkong.plan.reading.enumeration import Named, single
from shuangkong.plan.reading.governing import indicator_name, own_base_year
from shuangkong.plan.reading.normalise import Passage, as_printed
from shuangkong.plan.reading.outcomes import Outcome
from shuangkong.plan.reading.phrases import Phrase
from shuangkong.plan.reading.quantities import Quantity
from shuangkong.plan.reading.sentences import HIDDEN, Horizon, Segment

PHRASE_LIMIT = 80


class Drafter:
    """Writes draft targets of one clause; `passage` is the paragraph being read."""

    def __init__(self, *, printed: str, clause: str, horizon: Horizon, whole_scope: str) -> None:
        self._printed = printed
        self._clause = clause
        self._horizon = horizon
        self._whole_scope = whole_scope
        self.passage = Passage("", ())

    def target(
        self, phrase: Phrase, segment: Segment, named: Named, quantity: Quantity, *, base: tuple[int | None, str | None],
        year: int | None, alt_group: str | None, is_stretch: bool, confidence_pct: int, note: str,
    ) -> DraftTarget:  # fmt: skip
        """Return the target that a number stands for (数值目标)."""
        years = segment.years_at(quantity.start)
        operator, sure, remark = phrase.operator(quantity, named.indicator)
        if quantity.high:
            confidence_pct, note = min(confidence_pct, 60), "区间值，取下限，上限另列"
        base_year, base_value = base
        words = self.original(segment, 0, len(segment.text))
        is_binding = "约束性" in words or self.passage.text.startswith("（约束性", segment.end)
        return DraftTarget(
            clause=self._clause,
            indicator=indicator_name(phrase, named.indicator, quantity, own_base_year(phrase, segment)),
            operator=operator,
            value=quantity.figure,
            unit=quantity.unit,
            base_year=base_year,
            base_value=base_value,
            target_year=year or (years[-1] if years else self._horizon.last),
            scope=self._scope(named),
            commitment="stretch" if is_stretch else "binding" if is_binding else None,
            alt_group=alt_group,
            hold_every_year=phrase.holds or "每年" in segment.text,
            phrase=self.phrase_text(segment, quantity),
            confidence_pct=min(confidence_pct, sure, 100 if years else 80),
            value_high=quantity.high,
            note=note or remark or ("" if years else "未写年份，按规划期末年"),
        )

    def stated(self, outcome: Outcome, segment: Segment) -> DraftTarget:
        """Return the target that an outcome without a figure is (定性目标)."""
        named = single(outcome.indicator)
        words = self.original(segment, 0, len(segment.text))
        context = segment.context
        return DraftTarget(
            clause=self._clause,
            indicator=named.indicator,
            operator=outcome.operator,
            target_year=context.years[-1] if context.years else self._horizon.last,
            scope=self._scope(named),
            commitment="stretch" if context.is_stretch or re.match("力争|争取", words) else None,
            phrase=self.phrase_text(segment),
            confidence_pct=90 if context.has_year else 70,
            note=outcome.note,
        )

    def _scope(self, named: Named) -> str:
        """我市 and nothing at all mean the whole."""
        return named.scope if named.scope and not named.scope.startswith("我") else self._whole_scope

    def original(self, segment: Segment, start: int, end: int) -> str:
        """Return a part of a segment with nothing hidden."""
        return self.passage.text[segment.start + start : segment.start + end]

    def restored(self, subject: str, segment: Segment) -> str:
        """Put the insides of brackets back into a subject."""
        if HIDDEN not in subject:
            return subject
        at = segment.text.find(subject)
        return self.original(segment, at, at + len(subject)) if at >= 0 else subject.replace(HIDDEN, "").replace("（）", "")

    def phrase_text(self, segment: Segment, quantity: Quantity | None = None) -> str:
        """Return the segment as printed, shortened around the number where it is long."""
        start, end = segment.start, segment.end
        if quantity and end - start > PHRASE_LIMIT:
            end = min(end, max(segment.start + quantity.end, start + PHRASE_LIMIT))
            start = max(start, end - PHRASE_LIMIT)
        printed = as_printed(self._printed, self.passage.slice(start, end))
        return printed.strip("，；：。 　")[:PHRASE_LIMIT]
