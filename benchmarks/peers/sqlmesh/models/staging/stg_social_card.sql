MODEL (name hrss.stg_social_card, kind FULL);

select
    card_no as key,
    file.region_code,
    id_number as person,
    file.generation,
    issued_on::date as opened,
    cancelled_on::date as closed,
    e_card_claimed_on::date as claimed,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by card_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from read_csv(
    @VAR('inbox') || '/*/social_card/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
