{#
Which landed rows an indicator counts, in which month and with what effect. The indicators' models aggregate these rows,
int_indicator_rows lists them as evidence, and fct_indicator_source gives the contribution of each dump. From aggregates to
values of periods: aggregation.sql.

Every macro returns the row (dump_id, line_number), the region in which it counts, its weight and its effects.
#}
{% macro row_columns(relation) -%}
    {{ relation }}.dump_id, {{ relation }}.line_number, {{ relation }}.region_code, {{ relation }}.weight
{%- endmacro %}

{#
What is said of counted events, by indicator, where it is not all events of its extract by their day: a condition, the
column of the day, another extract.
#}
{% macro event_conditions() -%}
    {{-
        return(
            {
                "urban_new_employment": {"where": "is_urban_new"},
                "natural_attrition": {"extract": "employment_attrition"},
                "attrition_by_retirement_and_death": {
                    "extract": "employment_attrition",
                    "where": "reason in ('1', '2')",
                },
                "subsidised_training": {"where": "subsidy_amount > 0"},
                "migrant_worker_training": {"where": "subsidy_amount > 0 and trainee_category = '1'"},
                "senior_skill_certificates": {"where": "skill_level in ('S', 'T', '1', '2', '3')"},
                "third_generation_cards": {"where": "generation = '3'", "dated": "issued_on"},
            }
        )
    -}}
{%- endmacro %}

{# Counted events: each counts in the month of its date. #}
{% macro event_rows(name) -%}
    {%- set said = event_conditions().get(name, {}) -%}
    {%- set definition = indicators() | selectattr("indicator_id", "equalto", name) | first -%}
    {%- set extract = extracts()[said.extract or definition.extract] -%}
    select {{ row_columns("event") }}, {{ month_of("event." ~ (said.dated or extract.dated)) }} as month
    from {{ ref(extract.staged) }} as event
    {%- if said.where %} where {{ said.where }} {%- endif %}
{%- endmacro %}

{#
Monthly changes of a stock of rows, each valid from `valid_from` until before `valid_to` (may be null): +1 in the month of
the first, -1 in the month of the second. Rows valid within one month only are in no month-end stock and left out.
#}
{% macro stock_change_rows(relation, valid_from, valid_to) -%}
    select {{ row_columns("coming") }}, {{ month_of(valid_from) }} as month, 1 as change
    from {{ relation }} as coming
    where {{ valid_to }} is null or {{ month_of(valid_to) }} > {{ month_of(valid_from) }}

    union all

    select {{ row_columns("going") }}, {{ month_of(valid_to) }} as month, -1 as change
    from {{ relation }} as going
    where {{ month_of(valid_to) }} > {{ month_of(valid_from) }}
{%- endmacro %}

{# Monthly changes of the registered unemployed. #}
{% macro registered_unemployed_rows() -%}
    {{ stock_change_rows(ref("stg_employment__unemployment_registration"), "registered_on", "cancelled_on") }}
{%- endmacro %}

{# Amounts entrusted (movement 1) and withdrawn (movement 2), in 10,000 yuan. #}
{% macro entrusted_rows() -%}
    select
        {{ row_columns("moved") }},
        {{ month_of("moved.moved_on") }} as month,
        case moved.movement when '1' then moved.amount_wan when '2' then - moved.amount_wan end as amount_wan
    from {{ ref("stg_pension__fund_entrustment") }} as moved
{%- endmacro %}

{# Closed mediation cases of the organisations and outcomes in scope, and whether they succeeded (see vars). #}
{% macro mediation_rows() -%}
    select
        {{ row_columns("closed_case") }},
        {{ month_of("closed_case.closed_on") }} as month,
        1 as closed,
        case when closed_case.outcome in ({{ quoted(var("successful_outcomes")) }}) then 1 else 0 end as succeeded
    from {{ ref("stg_arbitration__mediation_case") }} as closed_case
    where
        closed_case.closed_on is not null
        {%- if var("mediation_organisation_kinds") %}
            and closed_case.organisation_kind in ({{ quoted(var("mediation_organisation_kinds")) }})
        {%- endif %}
        {%- if var("closed_outcomes") %} and closed_case.outcome in ({{ quoted(var("closed_outcomes")) }}) {%- endif %}
{%- endmacro %}

{#
Cases of an enforcement body: closed and accepted by month, and monthly changes of the cases pending at month end. With
`term_end` (an expression), also monthly changes of the cases open and within their term. `unknown_until`: a column with
the day up to which it cannot be told whether the term is over, null where it always can; then also monthly changes of the
open cases of which it cannot.
#}
{% macro case_rows(cases, term_end=none, unknown_until=none) -%}
    {%- set effects = case_effects(term_end, unknown_until) -%}
    select
        {{ row_columns("closed_case") }}, {{ month_of("closed_on") }} as month, {{ effect_columns(effects, "closed") }}
    from {{ cases }} as closed_case
    where closed_on is not null

    union all

    select
        {{ row_columns("accepted_case") }},
        {{ month_of("accepted_on") }} as month,
        {{ effect_columns(effects, "accepted") }}
    from {{ cases }} as accepted_case

    union all

    select {{ row_columns("pending_case") }}, pending_case.month, {{ effect_columns(effects, "pending", "change") }}
    from ({{ stock_change_rows(cases, "accepted_on", "closed_on") }}) as pending_case

    {% if term_end -%}
        union all

        select {{ row_columns("open_case") }}, open_case.month, {{ effect_columns(effects, "within_term", "change") }}
        from ({{ stock_change_rows(cases, "accepted_on", closed_or(term_end)) }}) as open_case
    {%- endif %}

    {% if unknown_until -%}
            {%- set untold = "(select * from " ~ cases ~ " as one where " ~ unknown_until ~ " is not null)" -%}
        union all

        select {{ row_columns("untold_case") }}, untold_case.month, {{ effect_columns(effects, "untold", "change") }}
        from ({{ stock_change_rows(untold, "accepted_on", closed_or(unknown_until)) }}) as untold_case
    {%- endif %}
{%- endmacro %}

{# The effects of `case_rows`. #}
{% macro case_effects(term_end=none, unknown_until=none) -%}
    {{-
        return(
            ["closed", "accepted", "pending"]
            + (["within_term"] if term_end else [])
            + (["untold"] if unknown_until else [])
        )
    -}}
{%- endmacro %}

{# The day on which a case was closed, or `day` if that comes first. #}
{% macro closed_or(day) -%} (case when closed_on < {{ day }} then closed_on else {{ day }} end) {%- endmacro %}

{#
Inspection cases with the end of their 60 working days by the calendar (`term_end`), and the day up to which it cannot be
told whether they are over (`unknown_until`). A term that began before the calendar does is over once the calendar itself
has 60 working days; of one that runs beyond its last day nothing is told.
#}
{% macro cases_in_working_days() -%}
    (
        select
            inspected.dump_id,
            inspected.line_number,
            inspected.region_code,
            inspected.weight,
            inspected.accepted_on,
            inspected.closed_on,
            coalesce(term.term_end, earliest.term_end, date '9999-12-31') as term_end,
            case when term.term_end is null then coalesce(earliest.term_end, date '9999-12-31') end as unknown_until
        from {{ ref("stg_arbitration__inspection_case") }} as inspected
        left join {{ ref("int_working_day_term") }} as term on inspected.accepted_on = term.accepted_on
        left join
            (
                select min(accepted_on) as first_day, min(term_end) as term_end from {{ ref("int_working_day_term") }}
            ) as earliest
            on inspected.accepted_on < earliest.first_day
    )
{%- endmacro %}

{#
Arbitration cases closed, and those of them that ended there: by mediation or withdrawal, by a final award, by an award
that nobody took to court. `untold`: an award of which it is not said whether anybody did; it counts as taken to court.
#}
{% macro ended_arbitration_rows() -%}
    {%- set award = "closed_case.close_mode = '1' and not coalesce(closed_case.is_final_award, false)" -%}
    select
        {{ row_columns("closed_case") }},
        {{ month_of("closed_case.closed_on") }} as month,
        1 as closed,
        case
            when closed_case.close_mode in ('2', '3')
            then 1
            when closed_case.close_mode = '1' and (closed_case.is_final_award or not closed_case.is_litigated)
            then 1
            else 0
        end as ended,
        case when {{ award }} and closed_case.is_litigated is null then 1 else 0 end as untold
    from {{ ref("stg_arbitration__arbitration_case") }} as closed_case
    where closed_case.closed_on is not null
{%- endmacro %}

{# One column per effect: `amount` for this row's effect, 0 for the others. #}
{% macro effect_columns(effects, effect, amount="1") -%}
    {%- for name in effects %}
        {{ amount if name == effect else 0 }} as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#
A person's certificates count once per year and region: the earliest, on one day the one with the smallest weight.
#}
{% macro first_certificate_rows() -%}
    select dump_id, line_number, region_code, weight, month
    from
        (
            select
                certificate.dump_id,
                certificate.line_number,
                ancestry.belongs_to as region_code,
                certificate.weight,
                {{ month_of("certificate.issued_on") }} as month,
                row_number() over (
                    partition by ancestry.belongs_to, certificate.person_id, extract(year from certificate.issued_on)
                    order by certificate.issued_on, certificate.weight, certificate.dump_id, certificate.line_number
                ) as rank
            from {{ ref("stg_talent__professional_qualification") }} as certificate
            inner join {{ ref("int_region_ancestry") }} as ancestry on certificate.region_code = ancestry.region_code
        ) as certificate
    where rank = 1
{%- endmacro %}

{#
Insured persons in each monthly snapshot, by scheme: of a person's rows in a region, the one with the smallest weight.
Nearly all persons have one row, which counts in its own region and (`counts_in_parents`) in those above; so does the row
chosen for a person within one region. Persons with rows in several regions are ranked in each region above again.
`counted`: whom all statuses of var insured_statuses count; `counted_normal`: whom status 1 (normally insured) alone does.
`further`: columns of the row that counts.
#}
{% macro insured_rows(due="true", further=[]) -%}
    with
        enrolment as {{ not_materialized_cte() }} (

            select
                {{ row_columns("enrolled") }},
                case
                    when enrolled.insurance_type in ('110', '120', '170')
                    then 'basic_pension'
                    when enrolled.insurance_type = '210'
                    then 'unemployment'
                    when enrolled.insurance_type = '410'
                    then 'work_injury'
                end as scheme,
                {{ month_of("enrolled.period_end") }} as month,
                enrolled.person_id,
                enrolled.enrolment_status = '1' as is_normal
                {%- for column in further if column != "person_id" %}, enrolled.{{ column }} {%- endfor %}
            from {{ ref("stg_pension__insurance_enrolment") }} as enrolled
            where enrolled.enrolment_status in ({{ quoted(var("insured_statuses")) }}) and {{ due }}

        ),

        -- Nearly everybody is enrolled once: only the others are looked at.
        several as (

            select scheme, month, person_id
            from enrolment
            where {{ has_duplicate_hash("enrolment", ["scheme", "month", "person_id"]) }}
            group by scheme, month, person_id
            having count(*) > 1

        ),

        person as (

            select
                enrolment.scheme,
                enrolment.month,
                enrolment.person_id,
                min(enrolment.region_code) as region_code,
                max(enrolment.region_code) as last_region_code
            from enrolment
            inner join
                several
                on enrolment.scheme = several.scheme
                and enrolment.month = several.month
                and enrolment.person_id = several.person_id
            group by enrolment.scheme, enrolment.month, enrolment.person_id

        ),

        shared as (

            select
                enrolment.dump_id,
                enrolment.line_number,
                ancestry.belongs_to as region_code,
                enrolment.weight,
                enrolment.scheme,
                enrolment.month,
                person.region_code = person.last_region_code as counts_in_parents,
                {%- for column in further %} enrolment.{{ column }}, {%- endfor %}
                row_number() over (
                    partition by enrolment.scheme, enrolment.month, enrolment.person_id, ancestry.belongs_to
                    order by enrolment.weight, enrolment.dump_id, enrolment.line_number
                ) as rank,
                enrolment.is_normal
                and row_number() over (
                    partition by enrolment.scheme, enrolment.month, enrolment.person_id, ancestry.belongs_to
                    order by
                        case when enrolment.is_normal then 0 else 1 end,
                        enrolment.weight,
                        enrolment.dump_id,
                        enrolment.line_number
                )
                = 1 as counts_as_normal
            from enrolment
            inner join
                person
                on enrolment.scheme = person.scheme
                and enrolment.month = person.month
                and enrolment.person_id = person.person_id
            inner join {{ ref("int_region_ancestry") }} as ancestry on enrolment.region_code = ancestry.region_code
            where person.region_code <> person.last_region_code or ancestry.belongs_to = enrolment.region_code

        )

    select
        {{ row_columns("enrolment") }},
        enrolment.scheme,
        enrolment.month,
        true as counts_in_parents,
        1 as counted,
        case when enrolment.is_normal then 1 else 0 end as counted_normal
        {%- for column in further %}, enrolment.{{ column }} {%- endfor %}
    from enrolment
    left join
        several
        on enrolment.scheme = several.scheme
        and enrolment.month = several.month
        and enrolment.person_id = several.person_id
    where several.person_id is null

    union all

    select
        dump_id,
        line_number,
        region_code,
        weight,
        scheme,
        month,
        counts_in_parents,
        case when rank = 1 then 1 else 0 end as counted,
        case when counts_as_normal then 1 else 0 end as counted_normal
        {%- for column in further %}, {{ column }} {%- endfor %}
    from shared
    where rank = 1 or counts_as_normal
{%- endmacro %}

{#
Holders of social cards and of e-cards: +1 and -1 in the months in which a card begins and ceases to be the one with
which its holder is counted at the months' ends. A person with one card comes and goes with it. The cards of a person
with several are first put together per region, so that a person counts once however many are valid: with the one of the
smallest weight. `counts_in_parents` as for the insured.
#}
{% macro holder_rows() -%}
    with
        card as {{ not_materialized_cte() }} (

            select
                'card' as holding,
                issued.person_id,
                {{ row_columns("issued") }},
                {{ month_of("issued.issued_on") }} as from_month,
                {{ month_of("issued.cancelled_on") }} as to_month
            from {{ ref("stg_pension__social_card") }} as issued

            union all

            select
                'e_card' as holding,
                claimed.person_id,
                {{ row_columns("claimed") }},
                {{ month_of("greatest(claimed.issued_on, claimed.e_card_claimed_on)") }} as from_month,
                {{ month_of("claimed.cancelled_on") }} as to_month
            from {{ ref("stg_pension__social_card") }} as claimed
            where claimed.e_card_claimed_on is not null

        ),

        -- Valid at the ends of the months from from_month until before to_month.
        valid_card as {{ not_materialized_cte() }} (

            select
                holding,
                person_id,
                {{ row_columns("card") }},
                from_month,
                coalesce(to_month, date '9999-12-01') as to_month
            from card
            where to_month is null or to_month > from_month

        ),

        -- Nearly everybody has one card, and at most one e-card then: only the others are looked at.
        several as (

            select person_id
            from valid_card
            where holding = 'card' and {{ has_duplicate_hash("valid_card", ["person_id"], where="holding = 'card'") }}
            group by person_id
            having count(*) > 1

        ),

        person as (

            select
                valid_card.holding,
                valid_card.person_id,
                min(valid_card.region_code) as region_code,
                max(valid_card.region_code) as last_region_code
            from valid_card
            inner join several on valid_card.person_id = several.person_id
            group by valid_card.holding, valid_card.person_id

        ),

        -- The cards of persons who have several, in each region where they must be told apart.
        shared_card as (

            select
                valid_card.holding,
                valid_card.person_id,
                valid_card.dump_id,
                valid_card.line_number,
                ancestry.belongs_to as region_code,
                person.region_code = person.last_region_code as counts_in_parents,
                valid_card.weight,
                valid_card.from_month,
                valid_card.to_month
            from valid_card
            inner join person on valid_card.holding = person.holding and valid_card.person_id = person.person_id
            inner join {{ ref("int_region_ancestry") }} as ancestry on valid_card.region_code = ancestry.region_code
            where person.region_code <> person.last_region_code or ancestry.belongs_to = valid_card.region_code

        ),

        turn as (

            select holding, person_id, region_code, from_month as month
            from shared_card

            union

            select holding, person_id, region_code, to_month as month
            from shared_card

        ),

        stretch as (

            select
                holding,
                person_id,
                region_code,
                month as from_month,
                lead(month) over (partition by holding, person_id, region_code order by month) as to_month
            from turn

        ),

        -- Between two turns the same cards are valid.
        shared_stretch as (

            select
                {{ row_columns("shared_card") }},
                shared_card.holding,
                shared_card.counts_in_parents,
                stretch.from_month,
                stretch.to_month,
                row_number() over (
                    partition by stretch.holding, stretch.person_id, stretch.region_code, stretch.from_month
                    order by shared_card.weight, shared_card.dump_id, shared_card.line_number
                ) as rank
            from stretch
            inner join
                shared_card
                on stretch.holding = shared_card.holding
                and stretch.person_id = shared_card.person_id
                and stretch.region_code = shared_card.region_code
                and stretch.from_month >= shared_card.from_month
                and stretch.to_month <= shared_card.to_month

        ),

        holder as {{ not_materialized_cte() }} (

            select dump_id, line_number, region_code, weight, holding, counts_in_parents, from_month, to_month
            from shared_stretch
            where rank = 1

            union all

            select
                {{ row_columns("valid_card") }},
                valid_card.holding,
                true as counts_in_parents,
                valid_card.from_month,
                valid_card.to_month
            from valid_card
            left join several on valid_card.person_id = several.person_id
            where several.person_id is null

        )

    select dump_id, line_number, region_code, weight, holding, counts_in_parents, from_month as month, 1 as change
    from holder

    union all

    select dump_id, line_number, region_code, weight, holding, counts_in_parents, to_month as month, -1 as change
    from holder
    where to_month < date '9999-12-01'
{%- endmacro %}

{# The labour force survey: each region's own row, of the employed and unemployed that there are. #}
{% macro surveyed_rows() -%}
    select
        {{ row_columns("survey") }},
        {{ month_of("survey.period_end") }} as month,
        survey.unemployed_weighted as unemployed,
        survey.employed_weighted + survey.unemployed_weighted as surveyed
    from ({{ direct_rows(ref("stg_employment__labour_force_survey")) }}) as survey
    where survey.employed_weighted + survey.unemployed_weighted > 0
{%- endmacro %}

{#
Rows as int_indicator_rows lists them: for each effect of `effects` (an expression over the rows, as part, when, expression) a
line. `above`: whether a row counts in the regions above its own too, an expression; `counted_on`: the last day of the
month or other period in which it takes effect.

when: within (the period contains counted_on), until (counted_on lies before the period's end or on it: what stands is
the sum of changes), before (counted_on lies before the period's start), at (the period ends on counted_on), year
(counted_on lies in the year in which the period ends).
#}
{% macro evidence_rows(
    indicator_id,
    rows,
    effects,
    above="true",
    where="true",
    counted_on="last_day(month)",
    definition_version=1
) -%}
    {%- for part, counts, effect in effects %}
        select
            '{{ indicator_id }}' as indicator_id,
            {{ definition_version }} as definition_version,
            '{{ part }}' as part,
            '{{ counts }}' as counts,
            {{ counted_on }} as counted_on,
            region_code,
            {{ above }} as counts_in_parents,
            dump_id,
            line_number,
            weight,
            cast({{ effect }} as decimal(28, 10)) as effect
        from ({{ rows }}) as listed_row
        where {{ where }} and {{ effect }} <> 0 {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#
The counts of distinct persons by model: what they are counted in, which of its lines (a condition), the column that counts
and when it does (see `evidence_rows`); the indicator and version, where the model's name is not the indicator's. Whose row
it is stands at insured_rows and holder_rows.
#}
{% macro person_counts() -%}
    {%- set insured = {"counted_in": "int_insured_persons_counted", "effect": "counted", "counts": "at"} -%}
    {%- set normal = dict(insured, effect="counted_normal", version=2) -%}
    {%- set holders = {"counted_in": "int_social_card_holders_counted", "effect": "change", "counts": "until"} -%}
    {{-
        return(
            {
                "basic_pension_coverage_rate": dict(insured, where="scheme = 'basic_pension'"),
                "unemployment_insurance_enrolment": dict(insured, where="scheme = 'unemployment'"),
                "work_injury_insurance_enrolment": dict(insured, where="scheme = 'work_injury'"),
                "unemployment_insurance_enrolment__v2": dict(
                    normal, indicator="unemployment_insurance_enrolment", where="scheme = 'unemployment'"
                ),
                "work_injury_insurance_enrolment__v2": dict(
                    normal, indicator="work_injury_insurance_enrolment", where="scheme = 'work_injury'"
                ),
                "social_card_holders": dict(holders, where="holding = 'card'"),
                "social_card_population_coverage_rate": dict(holders, where="holding = 'card'"),
                "e_social_card_coverage_rate": dict(holders, where="holding = 'e_card'"),
            }
        )
    -}}
{%- endmacro %}
