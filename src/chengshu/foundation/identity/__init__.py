"""Accounts, signing in and sessions, to the software items of level 3 of GB/T 22239-2019."""
