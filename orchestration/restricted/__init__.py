"""Lists for the owner of the machine alone; nothing here is published."""
