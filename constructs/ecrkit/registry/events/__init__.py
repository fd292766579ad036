"""
Events of images that rules of EventBridge send to a topic, a queue or an event bus, without AWS.

- ``values``: what is sent, and where to
- ``patterns``: the event patterns that match it
- ``targets``: where it can be sent to, and what the target has to allow
- ``checks``: whether EventBridge would accept it
- ``resources``: rules and roles, as CloudFormation resources
- ``rulebook``: the checks
"""

from ecrkit.registry.events.checks import check_events
from ecrkit.registry.events.resources import event_resources
from ecrkit.registry.events.rulebook import EVENTS_RULEBOOK
from ecrkit.registry.events.values import Event, EventKind, EventSeverity

__all__ = ["EVENTS_RULEBOOK", "Event", "EventKind", "EventSeverity", "check_events", "event_resources"]
