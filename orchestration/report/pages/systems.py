"""The labour market and services: systems.html, a block for each subject. A subject has its module in `view`, its block
beside this one, its template `report_system_<name>.html` and its catalogue; here it is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.report.pages.climate import climate_block
from orchestration.report.pages.crosswalk import crosswalk_block
from orchestration.report.pages.funds import supervision_block
from orchestration.report.pages.indices import indices_block
from orchestration.report.pages.labour import employer_credit_block, labour_risk_block
from orchestration.report.pages.page import Frame, page
from orchestration.report.pages.pensions import pension_block
from orchestration.report.pages.services import (
    employment_fund_block,
    hr_service_block,
    key_groups_block,
    services_block,
)
from orchestration.report.pages.subjects import subject_cubes_block
from orchestration.report.pages.wages import wage_block
from orchestration.report.pages.warning import warning_block
from orchestration.report.view.climate import climate_view
from orchestration.report.view.crosswalk import crosswalk_view
from orchestration.report.view.funds import supervision_view
from orchestration.report.view.indices import indices_view
from orchestration.report.view.labour import employer_credit_view, labour_risk_view
from orchestration.report.view.pensions import pension_view
from orchestration.report.view.services import (
    employment_fund_view,
    hr_service_view,
    key_groups_view,
    services_view,
)
from orchestration.report.view.source import Source
from orchestration.report.view.subjects import subject_cubes_view
from orchestration.report.view.wages import wage_view
from orchestration.report.view.warning import warning_view
from orchestration.report.words import sentence


@dataclass(frozen=True)
class Subject:
    """A subject of the page. `heading`: the sentence that names it; `view`: its figures, None where the release has
    none; `block`: what its template shows of them, among it the finding as `title`."""

    name: str
    heading: str
    view: Callable[[Source], Any | None]
    block: Callable[[Any], dict[str, Any]]


SUBJECTS = (
    Subject("warning", "warning_heading", warning_view, warning_block),
    Subject("indices", "indices_heading", indices_view, indices_block),
    Subject("climate", "climate_heading", climate_view, climate_block),
    Subject("services", "services_heading", services_view, services_block),
    Subject("key_groups", "key_groups_heading", key_groups_view, key_groups_block),
    Subject("employment_fund", "employment_fund_heading", employment_fund_view, employment_fund_block),
    Subject("hr_service", "hr_service_heading", hr_service_view, hr_service_block),
    Subject("wages", "wage_heading", wage_view, wage_block),
    Subject("pensions", "pension_heading", pension_view, pension_block),
    Subject("crosswalk", "crosswalk_heading", crosswalk_view, crosswalk_block),
    Subject("subject_cubes", "subject_cubes_heading", subject_cubes_view, subject_cubes_block),
    Subject("supervision", "supervision_heading", supervision_view, supervision_block),
    Subject("labour_risk", "labour_risk_heading", labour_risk_view, labour_risk_block),
    Subject("employer_credit", "employer_credit_heading", employer_credit_view, employer_credit_block),
)
"""Those of the page, in its order."""


def systems_view(source: Source) -> Mapping[str, Any | None]:
    """The figures of each subject by its name, None of one that is not connected."""
    return {subject.name: subject.view(source) for subject in SUBJECTS}


def systems_page(view: Mapping[str, Any | None], frame: Frame) -> str:
    """The page as HTML."""
    blocks = []
    for subject in SUBJECTS:
        seen = view[subject.name]
        content = {"title": None} if seen is None else subject.block(seen)
        blocks.append({"name": subject.name, "heading": sentence(subject.heading), **content})
    return page("systems", frame, "systems", sentence("menu_systems"), blocks=blocks)
