{% call subject_cube("insurance") %} {% endcall %}
