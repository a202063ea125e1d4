"""What BPMN 2.0.2 defines, as data: which elements exist, what they are kinds of, what they hold and refer to.

Source: OMG formal/2013-12-09, schema ``Semantic.xsd``. The reader names unknown elements and unresolved references
by it; lint and the desk take the names for people from it. What our interpreter can run is its compiler's to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.tree import Element
from chengshu.foundation.errors import Words


@dataclass(frozen=True, slots=True)
class Kind:
    """One element or abstract type of BPMN.

    :param base: the kind it specialises; empty for a plain part such as ``incoming``
    :param attributes: its own ones, without those of the base, blank-separated
    :param children: its own ones, without those of the base; kinds, of which specialisations are allowed as well
    :param title: its name for people; empty when no person ever meets it
    """

    name: str
    base: str = ""
    attributes: str = ""
    children: str = ""
    title: Words = ""
    abstract: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute or a child element of ``owner`` whose text is the id of one of ``targets``.

    :param as_child: a child element holds the id, not an attribute
    :param outside: the target may stand in an imported file, so that a name with a foreign prefix is no mistake
    """

    owner: str
    name: str
    targets: tuple[str, ...]
    as_child: bool = False
    outside: bool = True


def _words(*texts: str) -> tuple[str, ...]:
    return tuple(" ".join(texts).split())


KINDS: Final = (
    # Foundation
    Kind("baseElement", "", "id", "documentation extensionElements", abstract=True),
    Kind("definitions", "baseElement",
         "name targetNamespace expressionLanguage typeLanguage exporter exporterVersion",
         "import extension rootElement relationship", _("Model")),
    Kind("rootElement", "baseElement", abstract=True),
    Kind("import", "", "namespace location importType", "", _("Import")),
    Kind("extension", "", "definition mustUnderstand", "documentation", _("Extension")),
    Kind("extensionElements", "", "", "", _("Extension elements")),
    Kind("documentation", "", "id textFormat", "", _("Documentation")),
    Kind("relationship", "baseElement", "type direction", "source target", _("Relationship")),
    Kind("category", "rootElement", "name", "categoryValue", _("Category")),
    Kind("categoryValue", "baseElement", "value", "", _("Category value")),
    Kind("itemDefinition", "rootElement", "structureRef isCollection itemKind", "", _("Item definition")),
    Kind("partnerEntity", "rootElement", "name", "participantRef", _("Partner entity")),
    Kind("partnerRole", "rootElement", "name", "participantRef", _("Partner role")),
    Kind("endPoint", "rootElement", "", "", _("End point")),
    Kind("interface", "rootElement", "name implementationRef", "operation", _("Interface")),
    Kind("operation", "baseElement", "name implementationRef", "inMessageRef outMessageRef errorRef", _("Operation")),
    Kind("message", "rootElement", "name itemRef", "", _("Message")),
    Kind("signal", "rootElement", "name structureRef", "", _("Signal")),
    Kind("error", "rootElement", "name errorCode structureRef", "", _("Error")),
    Kind("escalation", "rootElement", "name escalationCode structureRef", "", _("Escalation")),
    Kind("expression", "baseElement", abstract=True, title=_("Expression")),
    Kind("formalExpression", "expression", "language evaluatesToTypeRef", "", _("Expression")),
    Kind("resource", "rootElement", "name", "resourceParameter", _("Resource")),
    Kind("resourceParameter", "baseElement", "name type isRequired", "", _("Resource parameter")),
    Kind("resourceRole", "baseElement", "name",
         "resourceRef resourceParameterBinding resourceAssignmentExpression", _("Resource role")),
    Kind("performer", "resourceRole", title=_("Performer")),
    Kind("humanPerformer", "performer", title=_("Human performer")),
    Kind("potentialOwner", "humanPerformer", title=_("Potential owner")),
    Kind("resourceParameterBinding", "baseElement", "parameterRef", "expression", _("Resource parameter binding")),
    Kind("resourceAssignmentExpression", "baseElement", "", "expression", _("Resource assignment expression")),
    Kind("auditing", "baseElement"),
    Kind("monitoring", "baseElement"),
    Kind("rendering", "baseElement"),
    # Artifacts
    Kind("artifact", "baseElement", abstract=True),
    Kind("association", "artifact", "sourceRef targetRef associationDirection", "", _("Association")),
    Kind("group", "artifact", "categoryValueRef", "", _("Group")),
    Kind("textAnnotation", "artifact", "textFormat", "text", _("Text annotation")),
    # Correlation
    Kind("correlationKey", "baseElement", "name", "correlationPropertyRef", _("Correlation key")),
    Kind("correlationProperty", "rootElement", "name type",
         "correlationPropertyRetrievalExpression", _("Correlation property")),
    Kind("correlationPropertyRetrievalExpression", "baseElement", "messageRef", "messagePath"),
    Kind("correlationSubscription", "baseElement", "correlationKeyRef",
         "correlationPropertyBinding", _("Correlation subscription")),
    Kind("correlationPropertyBinding", "baseElement", "correlationPropertyRef", "dataPath"),
    # Collaboration and conversation
    Kind("collaboration", "rootElement", "name isClosed",
         "participant messageFlow artifact conversationNode conversationAssociation participantAssociation "
         "messageFlowAssociation correlationKey choreographyRef conversationLink", _("Collaboration")),
    Kind("participant", "baseElement", "name processRef",
         "interfaceRef endPointRef participantMultiplicity", _("Participant")),
    Kind("participantMultiplicity", "baseElement", "minimum maximum", "", _("Participant multiplicity")),
    Kind("participantAssociation", "baseElement", "", "innerParticipantRef outerParticipantRef"),
    Kind("messageFlow", "baseElement", "name sourceRef targetRef messageRef", "", _("Message flow")),
    Kind("messageFlowAssociation", "baseElement", "innerMessageFlowRef outerMessageFlowRef"),
    Kind("conversationNode", "baseElement", "name", "participantRef messageFlowRef correlationKey", abstract=True),
    Kind("conversation", "conversationNode", title=_("Conversation")),
    Kind("subConversation", "conversationNode", "", "conversationNode", _("Sub-conversation")),
    Kind("callConversation", "conversationNode", "calledCollaborationRef", "participantAssociation",
         _("Call conversation")),
    Kind("globalConversation", "collaboration", title=_("Global conversation")),
    Kind("conversationLink", "baseElement", "name sourceRef targetRef", "", _("Conversation link")),
    Kind("conversationAssociation", "baseElement", "innerConversationNodeRef outerConversationNodeRef"),
    # Choreography
    Kind("choreography", "collaboration", "", "flowElement", _("Choreography")),
    Kind("globalChoreographyTask", "choreography", "initiatingParticipantRef", "", _("Global choreography task")),
    Kind("choreographyActivity", "flowNode", "initiatingParticipantRef loopType", "participantRef correlationKey",
         abstract=True),
    Kind("choreographyTask", "choreographyActivity", "", "messageFlowRef", _("Choreography task")),
    Kind("subChoreography", "choreographyActivity", "", "flowElement artifact", _("Sub-choreography")),
    Kind("callChoreography", "choreographyActivity", "calledChoreographyRef", "participantAssociation",
         _("Call choreography")),
    # Process
    Kind("callableElement", "rootElement", "name", "supportedInterfaceRef ioSpecification ioBinding", abstract=True),
    Kind("process", "callableElement",
         "processType isClosed isExecutable definitionalCollaborationRef",
         "auditing monitoring property laneSet flowElement artifact resourceRole correlationSubscription supports",
         _("Process")),
    Kind("globalTask", "callableElement", "", "resourceRole", _("Global task")),
    Kind("globalUserTask", "globalTask", "implementation", "rendering", _("Global user task")),
    Kind("globalManualTask", "globalTask", title=_("Global manual task")),
    Kind("globalScriptTask", "globalTask", "scriptLanguage", "script", _("Global script task")),
    Kind("globalBusinessRuleTask", "globalTask", "implementation", "", _("Global business rule task")),
    Kind("laneSet", "baseElement", "name", "lane", _("Lane set")),
    Kind("childLaneSet", "laneSet"),
    Kind("lane", "baseElement", "name partitionElementRef", "partitionElement flowNodeRef childLaneSet", _("Lane")),
    Kind("flowElement", "baseElement", "name", "auditing monitoring categoryValueRef", abstract=True),
    Kind("flowNode", "flowElement", "", "incoming outgoing", abstract=True),
    Kind("sequenceFlow", "flowElement", "sourceRef targetRef isImmediate", "conditionExpression", _("Sequence flow")),
    # Activities
    Kind("activity", "flowNode", "isForCompensation startQuantity completionQuantity default",
         "ioSpecification property dataInputAssociation dataOutputAssociation resourceRole loopCharacteristics",
         abstract=True),
    Kind("task", "activity", title=_("Task")),
    Kind("userTask", "task", "implementation", "rendering", _("User task")),
    Kind("manualTask", "task", title=_("Manual task")),
    Kind("serviceTask", "task", "implementation operationRef", "", _("Service task")),
    Kind("sendTask", "task", "implementation messageRef operationRef", "", _("Send task")),
    Kind("receiveTask", "task", "implementation instantiate messageRef operationRef", "", _("Receive task")),
    Kind("scriptTask", "task", "scriptFormat", "script", _("Script task")),
    Kind("businessRuleTask", "task", "implementation", "", _("Business rule task")),
    Kind("callActivity", "activity", "calledElement", "", _("Call activity")),
    Kind("subProcess", "activity", "triggeredByEvent", "laneSet flowElement artifact", _("Sub-process")),
    Kind("transaction", "subProcess", "method", "", _("Transaction")),
    Kind("adHocSubProcess", "subProcess", "cancelRemainingInstances ordering", "completionCondition",
         _("Ad-hoc sub-process")),
    Kind("loopCharacteristics", "baseElement", abstract=True),
    Kind("standardLoopCharacteristics", "loopCharacteristics", "testBefore loopMaximum", "loopCondition", _("Loop")),
    Kind("multiInstanceLoopCharacteristics", "loopCharacteristics",
         "isSequential behavior oneBehaviorEventRef noneBehaviorEventRef",
         "loopCardinality loopDataInputRef loopDataOutputRef inputDataItem outputDataItem "
         "complexBehaviorDefinition completionCondition", _("Multi-instance")),
    Kind("complexBehaviorDefinition", "baseElement", "", "condition event"),
    # Gateways
    Kind("gateway", "flowNode", "gatewayDirection", abstract=True),
    Kind("exclusiveGateway", "gateway", "default", "", _("Exclusive gateway")),
    Kind("inclusiveGateway", "gateway", "default", "", _("Inclusive gateway")),
    Kind("parallelGateway", "gateway", title=_("Parallel gateway")),
    Kind("complexGateway", "gateway", "default", "activationCondition", _("Complex gateway")),
    Kind("eventBasedGateway", "gateway", "instantiate eventGatewayType", "", _("Event-based gateway")),
    # Events
    Kind("event", "flowNode", "", "property", abstract=True),
    Kind("catchEvent", "event", "parallelMultiple",
         "dataOutput dataOutputAssociation outputSet eventDefinition eventDefinitionRef", abstract=True),
    Kind("throwEvent", "event", "",
         "dataInput dataInputAssociation inputSet eventDefinition eventDefinitionRef", abstract=True),
    Kind("startEvent", "catchEvent", "isInterrupting", "", _("Start event")),
    Kind("intermediateCatchEvent", "catchEvent", title=_("Intermediate catch event")),
    Kind("boundaryEvent", "catchEvent", "attachedToRef cancelActivity", "", _("Boundary event")),
    Kind("endEvent", "throwEvent", title=_("End event")),
    Kind("intermediateThrowEvent", "throwEvent", title=_("Intermediate throw event")),
    Kind("implicitThrowEvent", "throwEvent"),
    Kind("eventDefinition", "rootElement", abstract=True),
    Kind("timerEventDefinition", "eventDefinition", "", "timeDate timeDuration timeCycle", _("Timer")),
    Kind("messageEventDefinition", "eventDefinition", "messageRef", "operationRef", _("Message")),
    Kind("signalEventDefinition", "eventDefinition", "signalRef", "", _("Signal")),
    Kind("errorEventDefinition", "eventDefinition", "errorRef", "", _("Error")),
    Kind("escalationEventDefinition", "eventDefinition", "escalationRef", "", _("Escalation")),
    Kind("conditionalEventDefinition", "eventDefinition", "", "condition", _("Condition")),
    Kind("compensateEventDefinition", "eventDefinition", "activityRef waitForCompletion", "", _("Compensation")),
    Kind("linkEventDefinition", "eventDefinition", "name", "source target", _("Link")),
    Kind("cancelEventDefinition", "eventDefinition", title=_("Cancel")),
    Kind("terminateEventDefinition", "eventDefinition", title=_("Terminate")),
    # Data
    Kind("itemAwareElement", "baseElement", "itemSubjectRef", "dataState", abstract=True),
    Kind("dataState", "baseElement", "name", "", _("Data state")),
    Kind("dataObject", "flowElement", "itemSubjectRef isCollection", "dataState", _("Data object")),
    Kind("dataObjectReference", "flowElement", "itemSubjectRef dataObjectRef", "dataState",
         _("Data object reference")),
    Kind("dataStore", "rootElement", "name capacity isUnlimited itemSubjectRef", "dataState", _("Data store")),
    Kind("dataStoreReference", "flowElement", "itemSubjectRef dataStoreRef", "dataState", _("Data store reference")),
    Kind("property", "itemAwareElement", "name", "", _("Property")),
    Kind("dataInput", "itemAwareElement", "name isCollection", "", _("Data input")),
    Kind("dataOutput", "itemAwareElement", "name isCollection", "", _("Data output")),
    Kind("inputSet", "baseElement", "name",
         "dataInputRefs optionalInputRefs whileExecutingInputRefs outputSetRefs", _("Input set")),
    Kind("outputSet", "baseElement", "name",
         "dataOutputRefs optionalOutputRefs whileExecutingOutputRefs inputSetRefs", _("Output set")),
    Kind("ioSpecification", "baseElement", "", "dataInput dataOutput inputSet outputSet", _("Inputs and outputs")),
    Kind("ioBinding", "baseElement", "operationRef inputDataRef outputDataRef"),
    Kind("dataAssociation", "baseElement", "", "sourceRef targetRef transformation assignment", abstract=True),
    Kind("dataInputAssociation", "dataAssociation", title=_("Data input association")),
    Kind("dataOutputAssociation", "dataAssociation", title=_("Data output association")),
    Kind("assignment", "baseElement", "", "from to", _("Assignment")),
    Kind("inputDataItem", "dataInput"),
    Kind("outputDataItem", "dataOutput"),
)  # fmt: skip

EXPRESSIONS: Final = _words(
    "conditionExpression completionCondition loopCondition loopCardinality timeDate timeDuration timeCycle condition",
    "activationCondition transformation from to messagePath dataPath",
)
"""Local elements of type ``tExpression``: text, a language, perhaps ``xsi:type``."""

LOCAL: Final = frozenset(
    _words(
        *EXPRESSIONS,
        "incoming outgoing text script source target flowNodeRef partitionElement supports supportedInterfaceRef",
        "dataInputRefs optionalInputRefs whileExecutingInputRefs outputSetRefs dataOutputRefs optionalOutputRefs",
        "whileExecutingOutputRefs inputSetRefs sourceRef targetRef loopDataInputRef loopDataOutputRef",
        "eventDefinitionRef operationRef inMessageRef outMessageRef errorRef interfaceRef endPointRef participantRef",
        "innerParticipantRef outerParticipantRef messageFlowRef correlationPropertyRef resourceRef choreographyRef",
        "categoryValueRef innerConversationNodeRef outerConversationNodeRef innerMessageFlowRef outerMessageFlowRef",
    )
)
"""Elements that exist only as a part of one other kind; mere text."""

REFERENCES: Final = (
    Reference("sequenceFlow", "sourceRef", ("flowNode",), outside=False),
    Reference("sequenceFlow", "targetRef", ("flowNode",), outside=False),
    Reference("flowNode", "incoming", ("sequenceFlow",), as_child=True, outside=False),
    Reference("flowNode", "outgoing", ("sequenceFlow",), as_child=True, outside=False),
    Reference("activity", "default", ("sequenceFlow",), outside=False),
    Reference("gateway", "default", ("sequenceFlow",), outside=False),
    Reference("boundaryEvent", "attachedToRef", ("activity",), outside=False),
    Reference("lane", "flowNodeRef", ("flowElement",), as_child=True, outside=False),
    Reference("callActivity", "calledElement", ("callableElement",)),
    Reference("participant", "processRef", ("process",)),
    Reference("messageFlow", "sourceRef", ("participant", "flowNode", "lane", "conversationNode")),
    Reference("messageFlow", "targetRef", ("participant", "flowNode", "lane", "conversationNode")),
    Reference("messageFlow", "messageRef", ("message",)),
    Reference("association", "sourceRef", ("baseElement",)),
    Reference("association", "targetRef", ("baseElement",)),
    Reference("group", "categoryValueRef", ("categoryValue",)),
    Reference("conversationLink", "sourceRef", ("participant", "flowNode", "conversationNode")),
    Reference("conversationLink", "targetRef", ("participant", "flowNode", "conversationNode")),
    Reference("choreographyActivity", "initiatingParticipantRef", ("participant",)),
    Reference("choreographyActivity", "participantRef", ("participant",), as_child=True),
    Reference("choreographyTask", "messageFlowRef", ("messageFlow",), as_child=True),
    Reference("conversationNode", "participantRef", ("participant",), as_child=True),
    Reference("conversationNode", "messageFlowRef", ("messageFlow",), as_child=True),
    Reference("sendTask", "messageRef", ("message",)),
    Reference("receiveTask", "messageRef", ("message",)),
    Reference("serviceTask", "operationRef", ("operation",)),
    Reference("sendTask", "operationRef", ("operation",)),
    Reference("receiveTask", "operationRef", ("operation",)),
    Reference("messageEventDefinition", "messageRef", ("message",)),
    Reference("messageEventDefinition", "operationRef", ("operation",), as_child=True),
    Reference("signalEventDefinition", "signalRef", ("signal",)),
    Reference("errorEventDefinition", "errorRef", ("error",)),
    Reference("escalationEventDefinition", "escalationRef", ("escalation",)),
    Reference("compensateEventDefinition", "activityRef", ("activity",)),
    Reference("catchEvent", "eventDefinitionRef", ("eventDefinition",), as_child=True),
    Reference("throwEvent", "eventDefinitionRef", ("eventDefinition",), as_child=True),
    Reference("operation", "inMessageRef", ("message",), as_child=True),
    Reference("operation", "outMessageRef", ("message",), as_child=True),
    Reference("operation", "errorRef", ("error",), as_child=True),
    Reference("dataObjectReference", "dataObjectRef", ("dataObject",), outside=False),
    Reference("dataStoreReference", "dataStoreRef", ("dataStore",)),
    Reference("inputSet", "dataInputRefs", ("dataInput",), as_child=True, outside=False),
    Reference("inputSet", "outputSetRefs", ("outputSet",), as_child=True, outside=False),
    Reference("outputSet", "dataOutputRefs", ("dataOutput",), as_child=True, outside=False),
    Reference("outputSet", "inputSetRefs", ("inputSet",), as_child=True, outside=False),
    Reference("dataAssociation", "sourceRef", ("baseElement",), as_child=True),
    Reference("dataAssociation", "targetRef", ("baseElement",), as_child=True),
    Reference("multiInstanceLoopCharacteristics", "loopDataInputRef", ("baseElement",), as_child=True),
    Reference("multiInstanceLoopCharacteristics", "loopDataOutputRef", ("baseElement",), as_child=True),
    Reference("resourceRole", "resourceRef", ("resource",), as_child=True),
    Reference("correlationKey", "correlationPropertyRef", ("correlationProperty",), as_child=True),
    Reference("correlationSubscription", "correlationKeyRef", ("correlationKey",)),
    Reference("message", "itemRef", ("itemDefinition",)),
    Reference("participantAssociation", "innerParticipantRef", ("participant",), as_child=True),
    Reference("participantAssociation", "outerParticipantRef", ("participant",), as_child=True),
)

CONTAINERS: Final = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})
"""Kinds with a flow of their own that can be run."""

DRAWN_CONTAINERS: Final = CONTAINERS | {"choreography", "globalChoreographyTask", "subChoreography"}
"""All kinds with sequence flows inside, choreographies (which describe, and are not run) included."""

TASKS: Final = frozenset(
    _words(
        "task userTask manualTask serviceTask sendTask receiveTask scriptTask businessRuleTask",
    )
)
GATEWAYS: Final = frozenset(
    _words(
        "exclusiveGateway inclusiveGateway parallelGateway complexGateway eventBasedGateway",
    )
)
EVENTS: Final = frozenset(
    _words(
        "startEvent endEvent intermediateCatchEvent intermediateThrowEvent boundaryEvent",
    )
)
SUB_PROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES: Final = TASKS | SUB_PROCESSES | {"callActivity"}
RUNNABLE: Final = ACTIVITIES | GATEWAYS | EVENTS
"""The flow nodes of a process. Those of a choreography are drawn only."""

DRAWN_ONLY: Final = frozenset(
    _words(
        "choreography globalChoreographyTask collaboration globalConversation globalTask globalUserTask",
        "globalManualTask globalScriptTask globalBusinessRuleTask",
    )
)
"""Root elements that a process model may hold and that are shown but not executed."""

_BY_NAME: Final = {kind.name: kind for kind in KINDS}
_PART_TITLES: Final[dict[str, Words]] = {
    "conditionExpression": _("Condition"),
    "completionCondition": _("Completion condition"),
    "loopCondition": _("Loop condition"),
    "loopCardinality": _("Number of instances"),
    "timeDate": _("Date"),
    "timeDuration": _("Duration"),
    "timeCycle": _("Repetition"),
    "condition": _("Condition"),
    "activationCondition": _("Activation condition"),
    "script": _("Script"),
    "text": _("Text"),
}


_WRITTEN_ABSTRACT: Final = ("expression", "event")
"""Abstract kinds whose name is an element all the same: an informal expression, the event of a complex behaviour."""


def is_known(local: str) -> bool:
    """Whether BPMN defines an element of this name."""
    kind = _BY_NAME.get(local)
    return local in LOCAL or (kind is not None and not kind.abstract) or local in _WRITTEN_ABSTRACT


@cache
def lineage(name: str) -> tuple[str, ...]:
    """The kind itself and everything it specialises, nearest first; only itself for a part or an unknown name."""
    kind = _BY_NAME.get(name)
    return (name, *lineage(kind.base)) if kind and kind.base else (name,)


def is_a(element: Element, name: str) -> bool:
    """Whether the element is of this kind or a specialisation of it: ``is_a(user_task, "activity")``."""
    return name in lineage(element.kind) if element.kind else False


@cache
def attributes_of(name: str) -> frozenset[str]:
    """The attributes that BPMN allows on the kind, inherited ones included."""
    return frozenset(
        word for step in lineage(name) if step in _BY_NAME for word in _BY_NAME[step].attributes.split()
    )


@cache
def children_of(name: str) -> frozenset[str]:
    """The children that BPMN allows in the kind, inherited ones included; any specialisation of them fits as well."""
    return frozenset(
        word for step in lineage(name) if step in _BY_NAME for word in _BY_NAME[step].children.split()
    )


def may_hold(parent: str, child: str) -> bool:
    """Whether BPMN allows an element of the one kind directly inside one of the other."""
    return not children_of(parent).isdisjoint(lineage(child))


def has_content(name: str) -> bool:
    """Whether BPMN says what may stand inside the kind; not of parts, and not of what vendors fill."""
    kind = _BY_NAME.get(name)
    return kind is not None and not kind.abstract and bool(children_of(name))


@cache
def references_of(name: str) -> tuple[Reference, ...]:
    """What an element of this kind refers to."""
    steps = lineage(name)
    return tuple(reference for reference in REFERENCES if reference.owner in steps)


def references_in(element: Element) -> Iterator[tuple[Reference, str]]:
    """Every reference the element makes, with its text; empty ones left out."""
    for reference in references_of(element.kind):
        if reference.as_child:
            texts = [child.value for child in element.all(f"bpmn:{reference.name}")]
        else:
            texts = [element.get(reference.name).strip()]
        yield from ((reference, text) for text in texts if text)


def title_of(name: str) -> Words:
    """What people call the kind, such as "User task"; the technical name for what has none."""
    kind = _BY_NAME.get(name)
    return (kind.title if kind else _PART_TITLES.get(name, "")) or name


def described(element: Element) -> str:
    """The element as a message names it: kind and name, such as "User task “Review”"; the id when it has no name."""
    title = str(title_of(element.kind or element.local))
    label = " ".join(element.name.split()) or element.id
    return _("%(kind)s “%(name)s”") % {"kind": title, "name": label} if label else title
