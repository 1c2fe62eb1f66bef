"""Calendars, policies, contracts and timers."""

from sla.models.calendars import Calendar, CalendarVersion
from sla.models.policies import Contract, Policy, PolicyVersion
from sla.models.timers import StepFired, Timer

__all__ = ["Calendar", "CalendarVersion", "Contract", "Policy", "PolicyVersion", "StepFired", "Timer"]
