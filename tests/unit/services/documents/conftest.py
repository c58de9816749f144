"""The invented report every writer is tried on."""

import pytest

from shuangkong.services.documents.report import Report
from unit.services.documents.report_sample import sample_report


@pytest.fixture
def report() -> Report:
    return sample_report()
