/** A task for people: who does it, with which form, with which possible outcomes, in what time, with what powers. */
import type { Context } from './context'
import { checkField, choiceField, feelField, numberField, segmentField, textField } from './fields'
import { type Item, listField } from './lists'
import { agreement, outcomesEntry, signers } from '../countersign'
import { t } from '../words'

type Fields = (HTMLElement | null)[]

const forPeople = ['bpmn:UserTask', 'bpmn:ManualTask']

export function assignFields(context: Context): Fields {
  if (!context.is(...forPeople)) return []
  const { facts } = context
  const unit = context.read('chengshu:Assign', 'unit')
  const computed = unit.startsWith('=')
  const units = [{ key: 'case', title: t('The unit of the case') }, { key: '=', title: t('Computed by an expression…') }, ...facts.units]
  return [
    choiceField(t('Unit'), computed ? '=' : unit || 'case', units, (value) => context.write('chengshu:Assign', 'unit')(value === '=' ? '= unit' : value)),
    computed ? feelField(t('Unit by expression'), unit, context.writeFeel('chengshu:Assign', 'unit'), { address: facts.addresses.feel, names: context.names(), hint: t('Gives the key of a unit, such as data-bureau.') }) : null,
    choiceField(t('Role'), context.read('chengshu:Assign', 'role'), facts.roles, context.write('chengshu:Assign', 'role'), { empty: t('Anybody of the unit') }),
    feelField(t('One particular person'), context.read('chengshu:Assign', 'assignee'), context.writeFeel('chengshu:Assign', 'assignee'), {
      address: facts.addresses.feel, names: context.names(), hint: t('An expression that gives an account name; empty: whoever of the role takes the task.'),
    }),
    textField(t('Not by whoever did'), context.read('chengshu:Assign', 'apartFrom'), context.write('chengshu:Assign', 'apartFrom'), { hint: t('Ids of earlier steps, with blanks between them: whoever examined does not decide.') }),
  ]
}

export function formFields(context: Context): Fields {
  if (!context.is('bpmn:UserTask', 'bpmn:StartEvent')) return []
  if (context.is('bpmn:StartEvent') && context.element.parent?.type === 'bpmn:SubProcess') return []
  const read = context.read('zeebe:FormDefinition', 'formId')
  return [choiceField(t('Form'), read, context.facts.forms, context.write('zeebe:FormDefinition', 'formId'), { empty: t('— none —') })]
}

const presets = (): [string, Item[]][] => [
  ['Agree / disagree', agreement()],
  ['Pass / return', [outcome('pass', t('Pass'), 'positive'), outcome('return', t('Return for changes'), 'neutral', true)]],
  ['Accept / correct / refuse', [outcome('accept', t('Accept'), 'positive'), outcome('correct', t('Ask for corrections'), 'neutral', true), outcome('refuse', t('Refuse'), 'negative', true)]],
]

function outcome(key: string, label: string, tone: string, needsOpinion = false): Item {
  return { key, label, tone, needsOpinion: String(needsOpinion) }
}

export function outcomeFields(context: Context): Fields {
  if (!context.is('bpmn:UserTask')) return []
  const items = outcomesOf(context)
  const tones = [{ key: 'positive', title: t('Positive') }, { key: 'neutral', title: t('Neutral') }, { key: 'negative', title: t('Negative') }]
  const list = listField(
    t('Buttons of the task'),
    [
      { key: 'label', label: t('Words on the button') },
      { key: 'key', label: t('Key') },
      { key: 'tone', label: t('Tone'), kind: 'choice', choices: tones },
      { key: 'needsOpinion', label: t('Opinion required'), kind: 'check' },
    ],
    items,
    (next) => writeOutcomes(context, next),
    { label: t('Add a button'), item: () => outcome(freeKey(items), '', 'neutral') },
  )
  const starters = items.length === 0 ? presets() : []
  for (const [words, preset] of starters) {
    const button = document.createElement('button')
    Object.assign(button, { type: 'button', className: 'name-chip', textContent: t(words) })
    button.addEventListener('click', () => writeOutcomes(context, preset))
    list.append(button)
  }
  return [list, note(t('What is chosen becomes the variable {name} for the gateways that follow.', { name: `${context.owner.id}_outcome` }))]
}

function freeKey(items: Item[]): string {
  let number = items.length + 1
  while (items.some((item) => item.key === `outcome${number}`)) number += 1
  return `outcome${number}`
}

export function outcomesOf(context: Context): Item[] {
  const entries = context.model.extension(context.owner, 'chengshu:Outcomes')?.outcomes ?? []
  return entries.map((entry: Item) => outcome(entry.key ?? '', entry.label ?? '', entry.tone ?? 'neutral', entry.needsOpinion === 'true'))
}

function writeOutcomes(context: Context, items: Item[]): void {
  const { model, element, owner } = context
  const entry = items.length > 0 ? outcomesEntry((type, attributes) => model.create(type, attributes), items) : undefined
  model.replaceExtension(element, owner, 'chengshu:Outcomes', entry)
}

function note(text: string): HTMLElement {
  return Object.assign(document.createElement('p'), { className: 'prop__hint', textContent: text })
}

export function countersignFields(context: Context): Fields {
  if (!context.is('bpmn:UserTask')) return []
  const loop = context.owner.loopCharacteristics
  const approval = context.model.extension(context.owner, 'chengshu:Approval')
  const on = Boolean(loop && approval)
  const toggle = checkField(t('Several people sign together'), on, (wanted) => (wanted ? startCountersign(context) : stopCountersign(context)), t('Everyone in a list gets this task; the mode says when it is decided.'))
  return on ? [toggle, ...countersignDetails(context)] : [toggle]
}

function countersignDetails(context: Context): Fields {
  const { facts } = context
  const mode = context.read('chengshu:Approval', 'mode') || 'all'
  const modes = [
    { key: 'all', title: t('All agree') },
    { key: 'any', title: t('One suffices') },
    { key: 'count', title: t('A number of them') },
    { key: 'weighted', title: t('By weight') },
    { key: 'sequential', title: t('One after another') },
  ]
  const needed = ['count', 'weighted'].includes(mode)
    ? feelField(mode === 'count' ? t('How many must agree') : t('Weight that must agree'), context.read('chengshu:Approval', 'needed'), context.writeFeel('chengshu:Approval', 'needed'), { address: facts.addresses.feel, names: context.names() })
    : null
  return [
    choiceField(t('Mode'), mode, modes, (value) => writeMode(context, value)),
    needed,
    checkField(t('One refusal ends it'), context.read('chengshu:Approval', 'veto') === 'true', (veto) => context.write('chengshu:Approval', 'veto')(veto ? 'true' : '')),
    ...listOfSigners(context),
  ]
}

export function listOfSigners(context: Context): Fields {
  const loop = context.owner.loopCharacteristics
  const details = context.model.extension(loop, 'zeebe:LoopCharacteristics')
  const write = (name: string, feel: boolean) => (value: string) => context.model.setExtension(context.element, loop, 'zeebe:LoopCharacteristics', { [name]: feel && value ? `= ${value}` : value })
  return [
    feelField(t('List'), String(details?.inputCollection ?? ''), write('inputCollection', true), {
      address: context.facts.addresses.feel, names: context.names(), placeholder: '[{unit: "data-bureau"}]', hint: t('One task for each item of this list.'),
    }),
    textField(t('Name of one item'), String(details?.inputElement ?? ''), write('inputElement', false), { placeholder: 'item' }),
  ]
}

function writeMode(context: Context, mode: string): void {
  context.write('chengshu:Approval', 'mode')(mode)
  context.set({ isSequential: mode === 'sequential' }, context.owner.loopCharacteristics)
}

function startCountersign(context: Context): void {
  const { model, element, owner } = context
  const loop = model.create('bpmn:MultiInstanceLoopCharacteristics', { isSequential: false })
  context.set({ loopCharacteristics: loop })
  model.setExtension(element, loop, 'zeebe:LoopCharacteristics', { inputCollection: signers, inputElement: 'item' })
  model.setExtension(element, owner, 'chengshu:Approval', { mode: 'all' })
  model.setExtension(element, owner, 'chengshu:Assign', { unit: '= item.unit', role: context.read('chengshu:Assign', 'role') || 'section_head' })
  if (outcomesOf(context).length === 0) writeOutcomes(context, agreement())
}

function stopCountersign(context: Context): void {
  const { model, element, owner } = context
  model.replaceExtension(element, owner, 'chengshu:Approval', undefined)
  if (context.read('chengshu:Assign', 'unit').includes('item')) model.setExtension(element, owner, 'chengshu:Assign', { unit: 'case' })
  context.set({ loopCharacteristics: undefined })
}

export function limitFields(context: Context): Fields {
  if (!context.is('bpmn:UserTask', 'bpmn:SubProcess')) return []
  const write = (name: string) => context.write('chengshu:Limit', name)
  const units = [{ key: 'wd', title: t('Working days') }, { key: 'd', title: t('Natural days') }, { key: 'h', title: t('Hours') }]
  const amount = context.read('chengshu:Limit', 'amount')
  const unit = context.read('chengshu:Limit', 'unit') || 'wd'
  const withUnit = (value: string) => context.model.setExtension(context.element, context.owner, 'chengshu:Limit', value ? { amount: value, unit } : { amount: '', unit: '', warn: '' })
  const set = [
    segmentField(t('Counted in'), unit, units, write('unit')),
    numberField(t('Warn when this share is used'), context.read('chengshu:Limit', 'warn'), write('warn'), { placeholder: '0.8', step: '0.05', hint: t('Between 0 and 1; then the light turns yellow.') }),
  ]
  return [numberField(t('Time limit of this step'), amount, withUnit, { placeholder: t('none'), min: '1' }), ...(amount ? set : [])]
}

const switches: [string, string, boolean][] = [
  ['transfer', 'Hand over to another', true],
  ['delegate', 'Ask another for an opinion', true],
  ['addSigner', 'Add or remove signers', true],
  ['withdraw', 'Take back what one handed on', true],
  ['circulate', 'Circulate for reading', true],
  ['jump', 'Jump to another step', false],
]

export function powerFields(context: Context): Fields {
  if (!context.is('bpmn:UserTask')) return []
  const returns = context.read('chengshu:Powers', 'returns') || 'all'
  const write = context.write('chengshu:Powers', 'returns')
  const chosen = returns === 'all' || returns === 'none' ? [] : returns.split(/\s+/)
  const choices = [{ key: 'all', title: t('To any step') }, { key: 'none', title: t('Not at all') }, { key: 'some', title: t('To chosen steps') }]
  const others = context.model.elements('bpmn:UserTask').filter((one) => one !== context.element)
  const pick = segmentField(t('May return the case'), chosen.length > 0 ? 'some' : returns, choices, (value) => write(value === 'all' ? '' : value === 'some' ? (others[0]?.id ?? 'none') : value))
  const boxes = chosen.length > 0 ? others.map((one) => stepBox(one.businessObject.name ?? one.id, one.id, chosen, write)) : []
  return [pick, ...boxes, ...switches.map(([name, words, usual]) => powerSwitch(context, name, t(words), usual))]
}

function stepBox(name: string, id: string, chosen: string[], write: (value: string) => void): HTMLElement {
  const toggled = (on: boolean) => (on ? [...chosen, id] : chosen.filter((one) => one !== id)).join(' ') || 'none'
  const box = checkField(name, chosen.includes(id), (on) => write(toggled(on)))
  box.classList.add('prop--nested')
  return box
}

function powerSwitch(context: Context, name: string, words: string, usual: boolean): HTMLElement {
  const stored = context.read('chengshu:Powers', name)
  const on = stored === '' ? usual : stored === 'true'
  return checkField(words, on, (value) => context.write('chengshu:Powers', name)(value === usual ? '' : String(value)))
}
