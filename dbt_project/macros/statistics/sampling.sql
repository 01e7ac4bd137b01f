{#
Errors of figures that rest on sampled dumps. Rows come by Bernoulli sampling with a known fraction, and weigh its
reciprocal w: of a sum of a over rows the variance is estimated by the sum of w(w-1)a² (Horvitz and Thompson 1952), of a
quotient by that of y - px (linearized; p the quotient). Exact rows (w = 1) add nothing.
#}
{# The variance of a weighted count, from rows by weight. #}
{% macro sampling_variance(rows, weight) -%}
    coalesce(sum({{ rows }} * {{ weight }} * ({{ weight }} - 1)), 0)
{%- endmacro %}

{# The 97.5th percentile of the standard normal distribution. #}
{% macro normal_quantile() -%} 1.959963984540054 {%- endmacro %}

{#
The standard error of 100 · numerator / denominator, in points, where each row of the numerator is one of the denominator:
the sum of w(w-1)(y - px)² is that of w(w-1)y, less 2p of it, plus p² that of w(w-1)x.
#}
{% macro rate_error() -%}
    100 * sqrt(
        greatest(
            numerator_variance * (1 - 2 * numerator / denominator)
            + denominator_variance * power(numerator / denominator, 2),
            0
        )
    )
    / denominator
{%- endmacro %}

{#
Half the width of the 95 % Wilson interval of such a rate, in points; 0 where nothing is sampled. Its n is that of a simple
random sample of the same error, p(1 - p) over the variance, which is n / (1 - f) of one fraction f; at 0 and 100, where
the error is 0, that of the denominator: (sum of wx)² over the sum of w(w-1)x².
#}
{% macro wilson_half_width() -%}
    {%- set p = "least(greatest(numerator / denominator, 0), 1)" -%}
    {%- set z2 = "power(" ~ normal_quantile() ~ ", 2)" -%}
    {%- set inverse_n -%}
        (case
            when numerator > 0 and numerator < denominator
            then power({{ rate_error() }} / 100, 2) / ({{ p }} * (1 - {{ p }}))
            else denominator_variance / power(denominator, 2)
        end)
    {%- endset -%}
    case
        when denominator_variance = 0
        then 0
        else
            100
            * {{ normal_quantile() }}
            * sqrt({{ p }} * (1 - {{ p }}) * {{ inverse_n }} + {{ z2 }} * power({{ inverse_n }}, 2) / 4)
            / (1 + {{ z2 }} * {{ inverse_n }})
    end
{%- endmacro %}

{# The same of a count over an exact figure, which need not lie between 0 and 100: that of the normal interval. #}
{% macro normal_half_width(standard_error) -%} {{ normal_quantile() }} * {{ standard_error }} {%- endmacro %}
