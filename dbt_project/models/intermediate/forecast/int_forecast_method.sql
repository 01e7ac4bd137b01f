-- The method that each indicator is forecast by at each level: the one whose errors in the back-test are least, by
-- their median over regions, origins and horizons; of two alike the simpler.
with
    region as (select region_code, level as region_level from {{ ref("dim_region") }}),

    tested as (select * from {{ ref("int_forecast_window") }} where actual is not null and scale > 0),

    error as (

        select
            tested.indicator_id,
            tested.measure,
            region.region_level,
            forecast_method.method,
            forecast_method.preference,
            abs(tested.actual - {{ forecast_by("tested", "forecast_method.method") }}) / tested.scale as scaled_error
        from tested
        inner join region on tested.region_code = region.region_code
        cross join
            (
                {% for method in forecast_methods() %}
                    select '{{ method }}' as method, {{ loop.index }} as preference
                    {% if not loop.last %}
                        union all
                    {% endif %}
                {% endfor %}
            ) as forecast_method

    ),

    judged as (

        select indicator_id, measure, region_level, method, preference, median(scaled_error) as mase
        from error
        where scaled_error is not null
        group by indicator_id, measure, region_level, method, preference

    )

select indicator_id, measure, region_level, method, mase
from judged
qualify
    row_number() over (partition by indicator_id, measure, region_level order by round(mase, 9) asc, preference asc) = 1
