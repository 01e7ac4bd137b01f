"""Lists for the owner of the machine alone; nothing here is published."""

FOLDER_MODE, FILE_MODE = 0o700, 0o600
