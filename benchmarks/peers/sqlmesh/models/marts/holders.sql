MODEL (name hrss.holders, kind FULL, description 'Distinct holders of cards and e-cards by region and month: who has one card by its changes, others by person.');

with
    card as (
        select 'card' as holding, person, region_code, weight, opened, closed from hrss.stg_social_card where is_newest
        union all
        select 'e_card', person, region_code, weight, greatest(opened, claimed), closed from hrss.stg_social_card
        where is_newest and claimed is not null
    ),
    month_end as (select distinct t from hrss.stock_period where extract = 'social_card'),
    single as (
        select holding, person, any_value(region_code) as region_code, any_value(weight) as weight,
            any_value(opened) as opened, any_value(closed) as closed
        from card group by holding, person having count(*) = 1
    ),
    change as (
        select holding, region_code, last_day(opened) as t, sum(weight) as n from single
        where closed is null or last_day(closed) > last_day(opened) group by all
        union all
        select holding, region_code, last_day(closed), -sum(weight) from single
        where last_day(closed) > last_day(opened) group by all
    ),
    of_several as (
        select holding, belongs_to as region_code, t, person, min(weight) as weight
        from card
        inner join (select holding, person from card group by all having count(*) > 1) using (holding, person)
        inner join month_end on opened <= t and (closed is null or closed > t)
        inner join hrss.ancestry using (region_code)
        group by all
    ),
    part as (
        select holding, belongs_to as region_code, month_end.t, sum(n) as n
        from change inner join hrss.ancestry using (region_code) inner join month_end on change.t <= month_end.t
        group by all
        union all
        select holding, region_code, t, sum(weight) from of_several group by all
    )
select holding, region_code, t, sum(n) as n from part group by all
