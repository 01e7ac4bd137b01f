{% call subject_cube("unemployment") %} {% endcall %}
