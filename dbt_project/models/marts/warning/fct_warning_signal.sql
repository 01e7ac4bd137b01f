-- How each signal stands in each region and month: what is measured (x), what is usual (b), the scale (s), how far
-- above
-- it is (z), the charts, the level and why. Of persons in a county the level alone is told, and none where few are
-- counted; of few enterprises no figure.
{% set of_persons = ["count", "share", "fall"] %}
{% set causes = ["z", "ewma", "cusum", "first", "second", "few", "history", "uncertain", "no_data", "withheld"] %}

with
    series as (select * from {{ ref("int_warning_series") }}),

    signal as (select * from {{ ref("int_warning_signal") }}),

    definition as (select * from {{ ref("dim_warning_signal") }} where is_in_force),

    told as (

        select
            definition.domain,
            series.signal_id,
            series.region_code,
            series.period_end,
            definition.version,
            definition.name_zh,
            definition.name_en,
            {%- for figure in ["x", "b", "s", "z", "ewma", "cusum"] %}
                case
                    when
                        (series.level <> 'county' or definition.kind not in ({{ quoted(of_persons) }}))
                        and not (definition.kind = 'layoffs' and signal.x between 1 and run.suppression_threshold - 1)
                        and not (definition.kind = 'measure' and coalesce(signal.because = 'few', false))
                    then signal.{{ figure }}
                end as {{ figure }},
            {%- endfor %}
            -- what a rate changed by, where that made its level
            case when signal.because = 'second' and definition.kind = 'measure' then series.second end as change,
            case
                when series.is_suppressed then null when not series.is_in then 'no_data' else signal.level
            end as level,
            case
                when series.is_suppressed then 'withheld' when not series.is_in then 'no_data' else signal.because
            end as because,
            series.is_in,
            series.is_estimate,
            series.is_suppressed
        from series
        inner join
            signal
            on series.signal_id = signal.signal_id
            and series.region_code = signal.region_code
            and series.period_end = signal.period_end
        inner join definition on series.signal_id = definition.signal_id
        cross join {{ source("landed", "run") }} as run

    )

select
    domain,
    signal_id,
    region_code,
    period_end,
    x,
    b,
    s,
    z,
    ewma,
    cusum,
    level,
    because,
    {%- for language in ["zh", "en"] %}
        case
            because
            {%- for cause in causes %}
                when '{{ cause }}' then {{ note("warning_" ~ cause, language, dict(name="name_" ~ language)) }}
            {%- endfor %}
        end || case
            when because in ('z', 'ewma', 'cusum') and x is not null
            then
                {{
                    note(
                        "warning_against_usual",
                        language,
                        dict(
                            x=to_text("round(x, 2)"),
                            b=to_text("round(coalesce(b, 0), 2)"),
                            z=to_text("round(coalesce(z, 0), 2)"),
                        ),
                    )
                }}
            when because in ('first', 'second') and x is not null
            then {{ note("warning_figure", language, dict(x=to_text("round(coalesce(change, x), 2)"))) }}
            else ''
        end as reason_{{ language }},
    {%- endfor %}
    case when is_in then 'final' else 'provisional' end as maturity,
    is_estimate,
    is_suppressed,
    version as method_version
from told
