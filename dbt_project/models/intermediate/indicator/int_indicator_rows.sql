{#
A view, since it lists every row of every indicator: whoever asks names an indicator and a region. What is said of when a
row counts is explained at the macro `evidence_rows`.
#}
{{ config(materialized="view_if_changed") }}

{% set population_rows -%}
    select
        population.dump_id,
        population.line_number,
        population.region_code,
        population.weight,
        make_date(cast(chosen.year as integer), 12, 31) as last_day_of_use,
        population.statutory_pension_population,
        population.{{ var("card_population") }} as card_population
    from
        (
            {{
                reported_rows(
                    ref("stg_pension__population_denominator"),
                    ["statutory_pension_population", "registered_population", "resident_population"],
                )
            }}
        ) as population
    inner join
        {{ ref("int_population_selected") }} as chosen
        on population.region_code = chosen.region_code
        and population.period_end = chosen.period_end
{%- endset %}

{% set talent_rows = reported_rows(
    ref("stg_talent__talent_stock_report"),
    ["professional_senior", "professional_intermediate", "professional_junior", "high_skilled_total"],
) %}

{% set arbitration_rows = case_rows(ref("stg_arbitration__arbitration_case")) %}

{% for definition in indicators() if definition.counts_events %}
    {{
        evidence_rows(
            definition.indicator_id,
            event_rows(definition.indicator_id),
            [("numerator", "within", "1")],
            definition_version=definition.definition_version,
        )
    }}

    union all
{% endfor %}

{{ evidence_rows("urban_new_employment", event_rows("natural_attrition"), [("numerator", "within", "-1")]) }}

union all

{{
    evidence_rows(
        "urban_new_employment",
        event_rows("attrition_by_retirement_and_death"),
        [("numerator", "within", "-1")],
        definition_version=2,
    )
}}

union all

{{
    evidence_rows(
        "urban_surveyed_unemployment_rate",
        surveyed_rows(),
        [("numerator", "within", "unemployed"), ("denominator", "within", "surveyed")],
        above="false",
    )
}}

union all

{{
    evidence_rows(
        "urban_registered_unemployment_rate",
        registered_unemployed_rows(),
        [("numerator", "until", "change"), ("denominator", "until", "change")],
    )
}}

union all

{{
    evidence_rows(
        "urban_registered_unemployment_rate",
        reported_rows(ref("stg_employment__urban_employed_stock"), ["employed_persons"]),
        [("denominator", "at", "employed_persons")],
        above="false",
        counted_on="period_end",
    )
}}

union all

{% for name, persons in person_counts().items() %}
    {{
        evidence_rows(
            persons.indicator or name,
            insured_rows() if persons.counts == "at" else holder_rows(),
            [("numerator", persons.counts, persons.effect)],
            above="counts_in_parents",
            where=persons.where,
            definition_version=persons.version or 1,
        )
    }}

    union all
{% endfor %}

{% for indicator, figure in [
    ("basic_pension_coverage_rate", "statutory_pension_population"),
    ("social_card_population_coverage_rate", "card_population"),
    ("e_social_card_coverage_rate", "card_population"),
] %}
    {{
        evidence_rows(
            indicator,
            population_rows,
            [("denominator", "year", figure)],
            above="false",
            counted_on="last_day_of_use",
        )
    }}

    union all
{% endfor %}

{{
    evidence_rows(
        "resident_pension_entrusted_investment",
        entrusted_rows(),
        [("numerator", "until", "amount_wan")],
    )
}}

union all

{{
    evidence_rows(
        "professional_qualification_certificates",
        first_certificate_rows(),
        [("numerator", "within", "1")],
        above="false",
    )
}}

union all

{{
    evidence_rows(
        "mediation_success_rate",
        mediation_rows(),
        [("numerator", "within", "succeeded"), ("denominator", "within", "closed")],
    )
}}

union all

{{
    evidence_rows(
        "arbitration_closure_rate",
        arbitration_rows,
        [
            ("numerator", "within", "closed"),
            ("denominator", "within", "accepted"),
            ("denominator", "before", "pending"),
        ],
    )
}}

union all

{{
    evidence_rows(
        "arbitration_closure_rate",
        arbitration_rows,
        [("numerator", "within", "closed"), ("denominator", "within", "accepted")],
        definition_version=2,
    )
}}

union all

{{
    evidence_rows(
        "arbitration_termination_rate",
        ended_arbitration_rows(),
        [("numerator", "within", "ended"), ("denominator", "within", "closed")],
    )
}}

union all

{% for version, inspected in [
    (
        1,
        case_rows(
            ref("stg_arbitration__inspection_case"), days_after("accepted_on", var("inspection_open_days"))
        ),
    ),
    (2, case_rows(ref("stg_arbitration__inspection_case"))),
    (3, case_rows(cases_in_working_days(), "term_end")),
] %}
    {{
        evidence_rows(
            "inspection_closure_rate",
            inspected,
            [
                ("numerator", "within", "closed"),
                ("denominator", "within", "accepted"),
                ("denominator", "before", "pending"),
            ]
            + ([("denominator", "until", "-within_term")] if version != 2 else []),
            definition_version=version,
        )
    }}
    {{ "union all" if not loop.last }}
{% endfor %}

union all

{{
    evidence_rows(
        "labour_contract_signing_rate",
        reported_rows(ref("stg_arbitration__labour_contract_report"), ["employees_required", "employees_signed"]),
        [("numerator", "at", "employees_signed"), ("denominator", "at", "employees_required")],
        above="false",
        counted_on="period_end",
    )
}}

union all

{% for indicator, effects in [
    (
        "professional_talent_total",
        [("numerator", "at", "(professional_senior + professional_intermediate + professional_junior)")],
    ),
    (
        "professional_talent_grade_ratio",
        [
            ("senior", "at", "professional_senior"),
            ("intermediate", "at", "professional_intermediate"),
            ("junior", "at", "professional_junior"),
        ],
    ),
    ("high_skilled_talent_total", [("numerator", "at", "high_skilled_total")]),
] %}
    {{ evidence_rows(indicator, talent_rows, effects, above="false", counted_on="period_end") }}
    {{ "union all" if not loop.last }}
{% endfor %}
