{# Names of the series of running totals that suppression works on. #}
{#
The series of one count (count_family) within a span (a calendar year, or one day of a stock) for a county or its unit:
series of one unit sort by the county's code.
#}
{% macro suppression_series(region_code) -%}
    lined_up.count_family || '/' || {{ to_text("lined_up.span_end") }} || '/' || {{ region_code }}
{%- endmacro %}

{# The family of the counts of a key group. #}
{% macro key_group_family(key_group) -%} 'key_group_' || {{ key_group }} {%- endmacro %}

{# The family of the counts of a crosswalk's pair; its probable links are one of their own, for they are nearly always few. #}
{% macro crosswalk_family(source_pair, of="persons") -%} 'crosswalk_{{ of }}_' || {{ source_pair }} {%- endmacro %}

{# The families of the counts of a rule of fund supervision: of whom it found, and of what came of their cases. #}
{% macro fund_family(rule_id) -%} 'fund_' || {{ rule_id }} {%- endmacro %}

{% macro fund_case_family(rule_id) -%} 'fund_case_' || {{ rule_id }} {%- endmacro %}
{# The family of the counts of a measure of the composite indices. #}
{% macro index_family(measure) -%} 'index_' || {{ measure }} {%- endmacro %}
