"""What people would use instead: the same dumps to the same indicators by other tools, one folder and one environment
each, and the runner that measures them beside ours. Nothing here is imported by the warehouse."""
