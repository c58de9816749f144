"""A short text in the two languages of the interface, Chinese first."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Words(NamedTuple):
    """One text in both languages (双语文本).

    Examples
    --------
    >>> Words("驻马店市", "Zhumadian").in_language("en")
    'Zhumadian'
    """

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.zh if language == "zh" else self.en

    def __str__(self) -> str:
        return self.zh
