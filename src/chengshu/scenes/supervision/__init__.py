"""Service supervision: cards for late and wrong handling, ratings by the people served, sampled visits."""
