{# Another indicator, or another version of one, is a row in the seed `indicators` and a model. #}
{% for definition in indicators() %}
    select
        indicator_id,
        region_code,
        period_type,
        period_start,
        period_end,
        numerator,
        denominator,
        value,
        value_text,
        observations,
        units_received,
        units_expected,
        is_incomplete,
        is_estimate,
        sample_rows,
        standard_error,
        half_width,
        definition_version
    from {{ ref(definition.model) }} {{ 'union all' if not loop.last }}
{% endfor %}
