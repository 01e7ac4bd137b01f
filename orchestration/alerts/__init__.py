"""Incidents: what is wrong with a home, who is told of it and how, and the sign of life of each night."""
