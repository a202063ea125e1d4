"""The ingest gateway: a process that takes what devices send and answers only when it is durable.

It ends MQTT itself (no broker), and takes NDJSON over HTTP and syslog beside it. What it takes goes into the spool
unlooked at; the pump judges it later. So a device with a broken payload disturbs nobody, and the gateway goes on
while PostgreSQL or the columnar store is away.
"""
