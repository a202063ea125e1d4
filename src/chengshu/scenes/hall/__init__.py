"""The service hall: applications received at a counter, papers handed on between halls, results handed out.

The clerk receives and hands on; deciding is the back office's. What is received here is the same application as one
from the portal.
"""
