"""BPMN 2.0 files: read without danger, kept without loss, examined, drawn, compared, tried.

    document      a file in memory; ``read_document``, ``write_document``, ``differences``
    metamodel     what BPMN 2.0 defines, as data, with the names for people
    lint          every rule and every finding; the rules are in ``rules_*`` and ``soundness``
    decision_tables   overlaps and gaps of DMN tables
    differ        what changed between two versions, for the diagram and in sentences
    layout        a diagram for models that have none
    conformance   a whole folder read, written, examined and run

Nothing here touches the database. What a model does is the interpreter's; only ``conformance`` and ``trial`` run it.
"""
