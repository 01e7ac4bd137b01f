{#
Holders of social cards and of e-cards: by region the changes, from month to month, in the number of distinct persons
who hold one at the month's end, and by the dump of the row that counts.
#}
with
    holders as ({{ holder_rows() }}),

    tally as (

        select holding, dump_id, region_code, counts_in_parents, month, weight, sum(change) as change
        from holders
        group by holding, dump_id, region_code, counts_in_parents, month, weight

    ),

    regional as ({{ aggregate_to_regions("tally", ["change"], by=["holding", "dump_id"], above="counts_in_parents") }})

select holding, dump_id, region_code, month, weight, cast(change as bigint) as change
from regional
where change <> 0
