"""The child process that turns a workbook (.xlsx) into rows of text. It imports the standard library only; xlsx.py
starts it and bounds its memory and time."""
