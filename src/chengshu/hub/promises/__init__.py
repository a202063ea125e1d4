"""Budget performance: a district's targets as typed promises, each with its findings, actuals and evidence."""
