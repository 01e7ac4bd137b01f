{% call subject_cube("pension_payment", {"payments": "double", "amount": "double", "p50": "double"}) %}
    each.payments,
    each.amount,
    each.amount / nullif(each.payments, 0) as mean,
    each.p50,
{% endcall %}
