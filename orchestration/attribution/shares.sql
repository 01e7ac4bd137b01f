-- Splits each differing cell along its indicator's path of states; reads the temporary tables differing, path, said,
-- changed_dumps and feed.
-- A state in which the cell is suppressed says nothing: what it shows is that of the state before, so that no share
-- tells of a withheld figure. An absent row counts 0. A share below 1e-12 is a rounding error of the subtraction.
with
    along as (
        select
            differing.indicator_id,
            differing.region_code,
            differing.period_type,
            differing.period_end,
            path.position,
            path.cause,
            said.value_text,
            coalesce(said.is_suppressed, false) as is_hidden,
            case when not coalesce(said.is_suppressed, false) then said.step is not null end as is_there,
            case when not coalesce(said.is_suppressed, false) then coalesce(said.value, 0) end as figure,
            case when not coalesce(said.is_suppressed, false) then coalesce(said.value_text, '') end as words
        from differing
        inner join path using (indicator_id)
        left join
            said
            on path.step = said.step
            and differing.indicator_id = said.indicator_id
            and differing.region_code = said.region_code
            and differing.period_type = said.period_type
            and differing.period_end = said.period_end
    ),
    seen as (
        select
            * exclude (is_there, figure, words),
            last_value(figure ignore nulls) over until_now as figure,
            last_value(words ignore nulls) over until_now as words,
            last_value(is_there ignore nulls) over until_now as is_there,
            bool_or(words <> '') over whole as is_text,
            first_value(is_hidden) over whole or last_value(is_hidden) over whole as is_withheld
        from along
        window
            until_now as (partition by indicator_id, region_code, period_type, period_end order by position),
            whole as (
                partition by indicator_id, region_code, period_type, period_end
                order by position
                rows between unbounded preceding and unbounded following
            )
    ),
    moved_on as (
        select
            *,
            figure - lag(figure) over in_order as delta,
            words <> lag(words) over in_order as has_new_words,
            is_there <> lag(is_there) over in_order as comes_or_goes,
            is_hidden <> lag(is_hidden) over in_order as hides_or_shows
        from seen
        window in_order as (partition by indicator_id, region_code, period_type, period_end order by position)
    ),
    share as (
        select
            indicator_id,
            region_code,
            period_type,
            period_end,
            cause,
            case when not is_withheld and not is_text then delta end as delta
        from moved_on
        where
            position > 0
            and case
                when is_withheld
                then hides_or_shows
                when is_text
                then has_new_words or comes_or_goes
                else abs(delta) > 1e-12 or comes_or_goes
            end
        qualify
            not is_withheld
            or row_number() over (
                partition by indicator_id, region_code, period_type, period_end order by position desc
            )
            = 1
    ),
    region as (
        select region_code, case level when 'county' then parent_code else region_code end as unit_code
        from warehouse.marts.dim_region
        union all
        select group_code as region_code, region_code as unit_code
        from warehouse.marts.dim_region
        where level = 'prefecture'
    ),
    covering as (
        select changed_dumps.*, region.region_code
        from changed_dumps
        inner join
            region
            on changed_dumps.unit_code in (region.unit_code, region.region_code, '420000')
            or region.region_code = '420000'
    ),
    kind as (
        select indicator_id, any_value(measure_kind) as measure_kind from warehouse.marts.dim_indicator group by all
    )
select
    share.indicator_id,
    share.region_code,
    share.period_type,
    share.period_end,
    share.cause,
    coalesce(
        list(distinct covering.dump_id order by covering.dump_id) filter (covering.dump_id is not null), []
    ) as dumps,
    share.delta
from share
left join kind using (indicator_id)
left join feed using (indicator_id)
left join
    covering
    on covering.cause = share.cause
    and covering.extract = feed.extract
    and covering.region_code = share.region_code
    and case
        covering.load
        when 'upsert'
        then true
        when 'snapshot'
        then share.period_end between covering.period_start and covering.period_end
        when 'events'
        then
            covering.period_start <= share.period_end
            and (kind.measure_kind like 'stock%' or year(covering.period_end) = year(share.period_end))
        else covering.period_start <= share.period_end and year(covering.period_end) >= year(share.period_end) - 2
    end
group by share.indicator_id, share.region_code, share.period_type, share.period_end, share.cause, share.delta
