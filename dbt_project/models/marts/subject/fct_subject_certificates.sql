{% call subject_cube("certificates") %} {% endcall %}
