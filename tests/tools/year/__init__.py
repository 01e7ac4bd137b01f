"""A simulated year: a night a day on a small sample, its clock moved, undisturbed or harmed at random."""
