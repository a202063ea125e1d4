"""The BPMN interpreter and the laws of approving: pure Python on ``State``, no database, no clock, no network.

    document → compiler → Plan                       plan, graph, reading, people, formulas, checks
    Run(state, library, now=…, ids=…).complete_task(…)      run, completing
    approval.return_case(run, …)                     approval, signers, returning, taking_back, whole, countersign
    replay(history) → State                          history, recording
    MemoryCases(model).start(…)                      memory

``machine`` holds the few edits of a state; ``moving`` the ways of tokens; the elements are in ``tasks``,
``activities``, ``gateways``, ``events``, ``throwing``, ``loops``, ``scopes``, ``compensation`` and ``finishing``.
Modules of elements register what they do (``@enters``, ``@begins``); ``run`` drives the agenda.

What a token keeps for itself in ``local`` (never seen by expressions):

    #called, #closed         of a call: ref of the process inside; it does not see the variables around
    #items, #results         of a multi token: the list still to do, what the instances gave
    #signers, #votes         of a countersign; #who, #signer, #after of one signer's token
    #outcome                 of a step with added signers: what its holder has decided
    #done, #undo, #undoable  of a scope: what compensation would undo; #undoing, #aside, #cancelled while it does
    #next                    of an ad-hoc sub-process: activities not yet begun
    #spent                   of a complex gateway that has opened: flows whose tokens have come
    #parked, #back, #guest   of a step that sent the case back without re-run, and of the tokens that work for it
    #from                    the completion that brought the token here, and how many tokens that one moved
    #incident                of a stopped token: step, state, code, message, hint, node
"""
