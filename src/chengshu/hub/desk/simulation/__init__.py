"""Simulation of a process: cases arrive, people work them off, queues form. Pure, seeded, no database.

``hours`` is when people work, ``scenario`` what is simulated, ``running`` the discrete-event simulation and
``figures`` what came out. Times are hours since a Monday, 00:00. A simulation is an estimate under assumptions;
pages label it as simulated.
"""

from chengshu.hub.desk.simulation.figures import Figures, RoleFigures, StepFigures
from chengshu.hub.desk.simulation.hours import ALWAYS, OFFICE, Hours
from chengshu.hub.desk.simulation.running import simulate
from chengshu.hub.desk.simulation.scenario import Duration, Flow, Limit, Node, Route, Scenario, Staff

__all__ = [
    "ALWAYS",
    "OFFICE",
    "Duration",
    "Figures",
    "Flow",
    "Hours",
    "Limit",
    "Node",
    "RoleFigures",
    "Route",
    "Scenario",
    "Staff",
    "StepFigures",
    "simulate",
]
