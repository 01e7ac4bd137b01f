"""What must be true of the subject cubes: each margin is what its indicator counts, the values of a dimension add up,
and what is withheld is withheld wholly and never alone."""

from __future__ import annotations

from expectations.rule import CRITICAL, SPEC_INDICATORS, STATISTICS_LAW, Rule, Suite, Table
from expectations.suites.indicators.facts import SMALLEST_SHOWN
from expectations.text import say
from expectations.vocabulary import MATURITIES, VALUES, differs

CUBES = {
    "employment": ("sex", "age_band", "industry", "employment_form", "new_employment_kind"),
    "unemployment": ("sex", "age_band", "duration_band", "hard_to_employ", "cancel_reason"),
    "insurance": ("insurance_type", "enrolment_status", "retired", "sex", "age_band"),
    "training": ("trainee_category", "programme", "fund_source"),
    "certificates": ("certificate_kind", "skill_level", "sex", "age_band"),
    "pension_payment": ("insurance_type", "age_band"),
}
"""The subjects and their dimensions, in their order."""

TABLES = {
    "employment": "marts.fct_subject_employment",
    "unemployment": "marts.fct_subject_unemployment",
    "insurance": "marts.fct_subject_insurance",
    "training": "marts.fct_subject_training",
    "certificates": "marts.fct_subject_certificates",
    "pension_payment": "marts.fct_subject_pension_payment",
}
TITLES = {
    "employment": say("subjects.suite_fct_subject_employment"),
    "unemployment": say("subjects.suite_fct_subject_unemployment"),
    "insurance": say("subjects.suite_fct_subject_insurance"),
    "training": say("subjects.suite_fct_subject_training"),
    "certificates": say("subjects.suite_fct_subject_certificates"),
    "pension_payment": say("subjects.suite_fct_subject_pension_payment"),
}

MEASURES = {
    "employment": ("n",),
    "unemployment": ("n",),
    "insurance": ("n",),
    "training": ("n", "persons", "subsidy"),
    "certificates": ("n",),
    "pension_payment": ("n", "payments", "amount"),
}
"""What a row that is not withheld has."""

MARGINS = {
    "employment": (("urban_new_employment", "n - attrition", ""),),
    "unemployment": (("urban_registered_unemployment_rate", "n", "cancel_reason = 'open'"),),
    "insurance": (
        ("basic_pension_coverage_rate", "n", "insurance_type IN ('110', '120', '170')"),
        ("unemployment_insurance_enrolment", "n", "insurance_type = '210'"),
        ("work_injury_insurance_enrolment", "n", "insurance_type = '410'"),
    ),
    "training": (
        ("subsidised_training", "n", ""),
        ("migrant_worker_training", "n", "trainee_category = '1'"),
    ),
    "certificates": (
        ("skill_certificates", "n", ""),
        ("senior_skill_certificates", "n", "skill_level IN ('S', 'T', '1', '2', '3')"),
    ),
    "pension_payment": (),
}
"""The indicators that a cube refines: whose numerator is the sum of this over these rows, of one dimension or none."""

FACTS = ("maturity", "is_estimate", "is_suppressed", "method_version")
WITHHELD = "withheld"


def subject_suites(smallest_shown: str = SMALLEST_SHOWN) -> tuple[Suite, ...]:
    """The suites of the six cubes. `smallest_shown`: SQL of the smallest count that is not withheld."""
    return tuple(_suite(subject, smallest_shown) for subject in CUBES)


def _suite(subject: str, smallest_shown: str) -> Suite:
    name, dimensions = TABLES[subject], CUBES[subject]
    t = Table(name, ("region_code", "period_end"), SPEC_INDICATORS)  # examples name no value: it is a fact about people
    over = f"({' + '.join(f'({dimension} <> {_ALL})::INTEGER' for dimension in dimensions)})"
    rules: list[Rule] = [
        t.key("region_code", "period_end", *dimensions, show=("region_code", "period_end")),
        t.required("region_code", "period_end", *dimensions, *FACTS),
        t.one_of("maturity", MATURITIES),
        t.reference("region_code", "marts.dim_region", "region_code"),
        t.rows(
            "over_two_dimensions_at_most",
            CRITICAL,
            *say("subjects.over_two_dimensions_at_most"),
            f"{over} > CASE WHEN {_COUNTY} THEN 1 ELSE 2 END",
        ),
        t.rows(
            "withheld_wholly",
            CRITICAL,
            *say("subjects.withheld_wholly"),
            " OR ".join(f"({measure} IS NULL) <> is_suppressed" for measure in MEASURES[subject])
            + f" OR (is_suppressed AND NOT {_COUNTY} AND NOT ({_UNIT} AND {over} = 2))"
            + "".join(f" OR ({dimension} = '{WITHHELD}' AND NOT is_suppressed)" for dimension in dimensions),
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.rows(
            "small_counts_withheld",
            CRITICAL,
            *say("subjects.small_counts_withheld"),
            f"NOT is_estimate AND n > 0 AND n < {smallest_shown} AND ({_COUNTY} OR ({_UNIT} AND {over} = 2))",
            subject="privacy",
            source=STATISTICS_LAW,
        ),
        t.query(
            "values_add_up",
            CRITICAL,
            *say("subjects.values_add_up"),
            " UNION ALL ".join(_not_all_values(name, dimensions, dimension) for dimension in dimensions),
            subject="total",
        ),
        t.query(
            "never_withheld_alone",
            CRITICAL,
            *say("subjects.never_withheld_alone"),
            _lone(name, dimensions),
            subject="privacy",
            source=STATISTICS_LAW,
        ),
    ]
    if MARGINS[subject]:
        rules.append(
            t.query(
                "margins_are_indicators",
                CRITICAL,
                *say("subjects.margins_are_indicators"),
                " UNION ALL ".join(_off_margin(name, dimensions, *margin) for margin in MARGINS[subject]),
                subject="total",
            )
        )
    return Suite(f"fct_subject_{subject}", *TITLES[subject], (*rules, t.no_personal_number()))


_ALL = "'*'"
_COUNTY = "(region_code IN (SELECT region_code FROM marts.dim_region WHERE level = 'county'))"
_UNIT = "(region_code IN (SELECT region_code FROM marts.dim_region WHERE level IN ('prefecture', 'city_group')))"


def _only(dimensions: tuple[str, ...], *those: str) -> str:
    """The condition that a row is over these dimensions alone."""
    return " AND ".join(f"{name} {'<>' if name in those else '='} {_ALL}" for name in dimensions)


def _not_all_values(table: str, dimensions: tuple[str, ...], dimension: str) -> str:
    """Rows of all whose parts by a dimension, where each is told, are another number (of persons: are fewer)."""
    return f"""
SELECT whole.region_code, whole.period_end FROM {table} AS whole JOIN (
    SELECT region_code, period_end, sum(n) AS parts FROM {table} WHERE {_only(dimensions, dimension)}
    GROUP BY ALL HAVING NOT bool_or(is_suppressed)
) AS part USING (region_code, period_end)
WHERE {_only(dimensions)} AND NOT whole.is_suppressed AND {
        "parts < n - 1e-6 * n" if table.endswith("pension_payment") else differs("parts", "n")
    }"""


def _lone(table: str, dimensions: tuple[str, ...]) -> str:
    """Units of which one county alone is withheld in a value of a dimension, or in all, and none is withheld wholly."""
    names = ", ".join(dimensions)
    whole = " OR ".join((f"({_only(dimensions)})", *(f"{name} = '{WITHHELD}'" for name in dimensions)))
    return f"""
WITH hidden AS (
    SELECT parent_code, period_end, {names}, {whole} AS is_whole
    FROM {table} JOIN marts.dim_region USING (region_code) WHERE level = 'county' AND is_suppressed
)
SELECT parent_code AS region_code, period_end FROM hidden
WHERE (parent_code, period_end) NOT IN (SELECT (parent_code, period_end) FROM hidden WHERE is_whole)
GROUP BY parent_code, period_end, {names} HAVING count(*) = 1
UNION ALL
SELECT parent_code, period_end FROM hidden WHERE {_only(dimensions)}
GROUP BY parent_code, period_end HAVING count(*) = 1"""


def _off_margin(table: str, dimensions: tuple[str, ...], indicator: str, sum_of: str, rows: str) -> str:
    """Margins, told wholly, that are not the numerator of the indicator."""
    dimension = rows.split(" ")[0]
    where = _only(dimensions, dimension) + f" AND {rows}" if rows else _only(dimensions)
    return f"""
SELECT region_code, period_end FROM (
    SELECT region_code, period_end, sum({sum_of}) AS margin, bool_or(is_suppressed) AS is_hidden
    FROM {table} WHERE {where} GROUP BY ALL
) JOIN {VALUES} AS published USING (region_code, period_end)
WHERE published.indicator_id = '{indicator}' AND published.period_type = 'quarter' AND NOT is_hidden
    AND (published.is_suppressed OR {differs("margin", "published.numerator")})"""
