"""One refresh: its stages, what triggers it, the writer's lock, progress, and what it was made from."""
