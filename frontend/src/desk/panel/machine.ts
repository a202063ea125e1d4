/** What needs no person: conditions, decisions, services, scripts, calls, repetition, events; status and clock. */
import type { Context } from './context'
import { checkField, choiceField, feelField, numberField, segmentField, textField } from './fields'
import { type Item, listField } from './lists'
import { listOfSigners } from './task'
import { isA, type ModelObject } from '../model'
import { t } from '../words'

type Fields = (HTMLElement | null)[]

export function conditionFields(context: Context): Fields {
  if (!context.is('bpmn:SequenceFlow')) return []
  const source = context.owner.sourceRef as ModelObject | undefined
  if (!source || !isA(source, 'bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:Activity', 'bpmn:ComplexGateway')) return []
  const isDefault = source.default === context.owner
  const body = String(context.owner.conditionExpression?.body ?? '')
  const makeDefault = (on: boolean) => {
    context.set({ default: on ? context.owner : undefined }, source)
    if (on) context.set({ conditionExpression: undefined })
  }
  const condition = feelField(t('Taken when'), body, (text) => context.set({ conditionExpression: context.model.expression(text && `= ${text}`) }), {
    address: context.facts.addresses.feel, names: context.names(), placeholder: `${previousTask(source)}_outcome = "agree"`, hint: t('True lets the case go this way.'),
  })
  return [isDefault ? null : condition, checkField(t('Otherwise: taken when no other condition is true'), isDefault, makeDefault)]
}

function previousTask(source: ModelObject): string {
  const before = (source.incoming as ModelObject[] | undefined)?.[0]?.sourceRef
  return isA(before, 'bpmn:UserTask') ? before.id : 'task'
}

export function decisionFields(context: Context): Fields {
  if (!context.is('bpmn:BusinessRuleTask')) return []
  const write = (name: string) => context.write('zeebe:CalledDecision', name)
  return [
    choiceField(t('Decision table'), context.read('zeebe:CalledDecision', 'decisionId'), context.facts.decisions, write('decisionId'), { empty: t('— choose —') }),
    textField(t('Result goes into the variable'), context.read('zeebe:CalledDecision', 'resultVariable'), write('resultVariable'), { placeholder: 'level' }),
  ]
}

export function serviceFields(context: Context): Fields {
  if (!context.is('bpmn:ServiceTask', 'bpmn:SendTask')) return []
  const write = (name: string) => context.write('zeebe:TaskDefinition', name)
  return [
    textField(t('Service'), context.read('zeebe:TaskDefinition', 'type'), write('type'), { suggestions: context.facts.services.map((one) => one.key), placeholder: 'notify' }),
    numberField(t('Attempts'), context.read('zeebe:TaskDefinition', 'retries'), write('retries'), { placeholder: '3', min: '1' }),
  ]
}

export function scriptFields(context: Context): Fields {
  if (!context.is('bpmn:ScriptTask')) return []
  return [
    feelField(t('Computes'), context.read('zeebe:Script', 'expression'), context.writeFeel('zeebe:Script', 'expression'), { address: context.facts.addresses.feel, names: context.names() }),
    textField(t('Result goes into the variable'), context.read('zeebe:Script', 'resultVariable'), context.write('zeebe:Script', 'resultVariable')),
  ]
}

export function callFields(context: Context): Fields {
  if (!context.is('bpmn:CallActivity')) return []
  return [choiceField(t('Process that is called'), context.read('zeebe:CalledElement', 'processId'), context.facts.processes, context.write('zeebe:CalledElement', 'processId'), { empty: t('— choose —') })]
}

export function mappingFields(context: Context): Fields {
  if (!context.is('bpmn:ServiceTask', 'bpmn:SendTask', 'bpmn:CallActivity', 'bpmn:UserTask', 'bpmn:SubProcess')) return []
  const sides: [string, string, string][] = [['inputParameters', 'zeebe:Input', t('Variables going in')], ['outputParameters', 'zeebe:Output', t('Variables coming out')]]
  return sides.map(([property, type, label]) =>
    listField(
      label,
      [{ key: 'target', label: t('Variable') }, { key: 'source', label: t('Expression'), wide: true }],
      mappings(context, property),
      (items) => writeMappings(context, property, type, items),
      { label: t('Add a variable'), item: () => ({ target: '', source: '' }) },
    ),
  )
}

function mappings(context: Context, property: string): Item[] {
  const entries: ModelObject[] = context.model.extension(context.owner, 'zeebe:IoMapping')?.[property] ?? []
  return entries.map((entry) => ({ target: String(entry.target ?? ''), source: String(entry.source ?? '').replace(/^=\s*/, '') }))
}

function writeMappings(context: Context, property: string, type: string, items: Item[]): void {
  const { model, element, owner } = context
  const before = model.extension(owner, 'zeebe:IoMapping')
  const entries = items.map((item) => model.create(type, { target: item.target, source: item.source ? `= ${item.source}` : '' }))
  const lists = { inputParameters: before?.inputParameters ?? [], outputParameters: before?.outputParameters ?? [], [property]: entries }
  const filled = lists.inputParameters.length + lists.outputParameters.length > 0
  const mapping = filled ? model.create('zeebe:IoMapping', lists) : undefined
  for (const entry of [...lists.inputParameters, ...lists.outputParameters]) entry.$parent = mapping
  model.replaceExtension(element, owner, 'zeebe:IoMapping', mapping)
}

/** Repetition that is not a countersign: that one has a section of its own. */
export function repetitionFields(context: Context): Fields {
  const loop = context.owner.loopCharacteristics
  if (!context.is('bpmn:Activity') || !isA(loop, 'bpmn:MultiInstanceLoopCharacteristics')) return []
  if (context.model.extension(context.owner, 'chengshu:Approval')) return []
  const feel = (property: string) => (text: string) => context.set({ [property]: context.model.expression(text && `= ${text}`) }, loop)
  const extra = { address: context.facts.addresses.feel, names: context.names() }
  return [
    checkField(t('One after another'), Boolean(loop.isSequential), (isSequential) => context.set({ isSequential }, loop)),
    ...listOfSigners(context),
    feelField(t('Or a number of times'), String(loop.loopCardinality?.body ?? ''), feel('loopCardinality'), extra),
    feelField(t('Finished early when'), String(loop.completionCondition?.body ?? ''), feel('completionCondition'), { ...extra, names: [...extra.names, 'numberOfInstances', 'numberOfCompletedInstances'] }),
  ]
}

const timers = [
  { property: 'timeDuration', words: 'After', placeholder: 'P3D', hint: 'ISO 8601: P3D is three days, PT4H four hours; or an expression with =.' },
  { property: 'timeDate', words: 'At', placeholder: '= due', hint: 'A date and time, or an expression with =.' },
  { property: 'timeCycle', words: 'Again and again', placeholder: 'R3/PT24H', hint: 'R3/PT24H: three times, every 24 hours.' },
]

export function eventFields(context: Context): Fields {
  const event = context.owner.eventDefinitions?.[0] as ModelObject | undefined
  if (!context.is('bpmn:Event', 'bpmn:ReceiveTask', 'bpmn:SendTask')) return []
  if (isA(event, 'bpmn:TimerEventDefinition')) return timerFields(context, event!)
  if (isA(event, 'bpmn:ConditionalEventDefinition')) return [conditionOf(context, event!)]
  if (isA(event, 'bpmn:MessageEventDefinition')) return messageFields(context, event!)
  if (isA(event, 'bpmn:SignalEventDefinition')) return [referenceField(context, event!, 'signalRef', 'bpmn:Signal', 'name', t('Signal'))]
  if (isA(event, 'bpmn:ErrorEventDefinition')) return [referenceField(context, event!, 'errorRef', 'bpmn:Error', 'errorCode', t('Error code'))]
  if (isA(event, 'bpmn:EscalationEventDefinition')) return [referenceField(context, event!, 'escalationRef', 'bpmn:Escalation', 'escalationCode', t('Escalation code'))]
  if (isA(event, 'bpmn:LinkEventDefinition')) return [textField(t('Link'), String(event!.name ?? ''), (name) => context.set({ name }, event))]
  return context.is('bpmn:ReceiveTask') ? messageFields(context, context.owner) : []
}

function timerFields(context: Context, event: ModelObject): Fields {
  const now = timers.find((one) => event[one.property]) ?? timers[0]!
  const body = String(event[now.property]?.body ?? '')
  const write = (property: string, text: string) => {
    const others = Object.fromEntries(timers.map((one) => [one.property, undefined]))
    context.set({ ...others, [property]: context.model.expression(text || ' ') ?? context.model.create('bpmn:FormalExpression', { body: text }) }, event)
  }
  return [
    segmentField(t('Fires'), now.property, timers.map((one) => ({ key: one.property, title: t(one.words) })), (property) => write(property, body)),
    textField(t('Time'), body, (text) => write(now.property, text), { placeholder: now.placeholder, hint: t(now.hint) }),
  ]
}

function conditionOf(context: Context, event: ModelObject): HTMLElement {
  return feelField(t('Fires when'), String(event.condition?.body ?? ''), (text) => context.set({ condition: context.model.expression(text && `= ${text}`) }, event), { address: context.facts.addresses.feel, names: context.names() })
}

function messageFields(context: Context, holder: ModelObject): Fields {
  const message = holder.messageRef as ModelObject | undefined
  const key = message ? String(context.model.extension(message, 'zeebe:Subscription')?.correlationKey ?? '') : ''
  const correlate = (text: string) => context.model.setExtension(context.element, message!, 'zeebe:Subscription', { correlationKey: text ? `= ${text}` : '' })
  return [
    referenceField(context, holder, 'messageRef', 'bpmn:Message', 'name', t('Message')),
    message ? feelField(t('Found by this key'), key, correlate, { address: context.facts.addresses.feel, names: context.names(), hint: t('Which waiting case a message belongs to; empty: the case alone.') }) : null,
  ]
}

/** A name that several elements may share: the same text means the same message, signal or error. */
function referenceField(context: Context, holder: ModelObject, property: string, type: string, attribute: string, label: string): HTMLElement {
  const roots: ModelObject[] = (context.model.modeler.getDefinitions() as ModelObject).rootElements
  const known = roots.filter((one) => one.$type === type)
  const pick = (text: string) => {
    const found = known.find((one) => one[attribute] === text) ?? (text ? context.model.addRoot(context.model.create(type, { name: text, [attribute]: text })) : undefined)
    context.set({ [property]: found }, holder)
  }
  return textField(label, String(holder[property]?.[attribute] ?? ''), pick, { suggestions: known.map((one) => String(one[attribute] ?? '')) })
}

export function statusFields(context: Context): Fields {
  if (!context.is('bpmn:FlowNode')) return []
  const clock = (name: string) => context.read('chengshu:Clock', name)
  const act = clock('do')
  const acts = [{ key: 'start', title: t('Starts') }, { key: 'stop', title: t('Stops') }, { key: 'pause', title: t('Pauses') }, { key: 'resume', title: t('Resumes') }]
  const layers = [{ key: 'all', title: t('All clocks') }, { key: 'legal', title: t('The legal clock') }, { key: 'promised', title: t('The promised clock') }]
  const write = (name: string) => context.write('chengshu:Clock', name)
  const choose = (value: string) => context.model.setExtension(context.element, context.owner, 'chengshu:Clock', value ? { do: value, layer: clock('layer') || 'all' } : { do: '', layer: '', ground: '' })
  return [
    choiceField(t('Status of the case from here'), context.read('chengshu:Status', 'code'), context.facts.statuses, context.write('chengshu:Status', 'code'), { empty: t('— unchanged —') }),
    choiceField(t('Clock'), act, acts, choose, { empty: t('— untouched —') }),
    act ? choiceField(t('Which clock'), clock('layer') || 'all', layers, write('layer')) : null,
    act === 'pause' ? choiceField(t('Lawful ground of the pause'), clock('ground'), context.facts.grounds, write('ground'), { empty: t('— choose —'), hint: t('Only time that the law excludes stops the clock.') }) : null,
  ]
}

