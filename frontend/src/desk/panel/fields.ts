/** The controls of the properties panel: a label, a control, an explanation, and what to do with a new value. */
import { freshId, make } from '../dom'
import type { Choice } from '../facts'
import { ask, Problem, settled } from '../server'
import { t } from '../words'

type Change = (value: string) => void
type Extra = { hint?: string; placeholder?: string; suggestions?: string[]; disabled?: boolean }

export function textField(label: string, value: string, change: Change, extra: Extra = {}): HTMLElement {
  const input = make('input', { id: freshId('desk'), type: 'text', value, placeholder: extra.placeholder, class: 'input', disabled: extra.disabled })
  input.addEventListener('change', () => change(input.value.trim()))
  return row(label, input, extra, suggestionsFor(input, extra.suggestions))
}

export function numberField(label: string, value: string, change: Change, extra: Extra & { min?: string; step?: string } = {}): HTMLElement {
  const input = make('input', { id: freshId('desk'), type: 'number', value, min: extra.min ?? '0', step: extra.step ?? '1', class: 'input', placeholder: extra.placeholder })
  input.addEventListener('change', () => change(input.value))
  return row(label, input, extra)
}

export function areaField(label: string, value: string, change: Change, extra: Extra = {}): HTMLElement {
  const area = make('textarea', { id: freshId('desk'), rows: '2', class: 'input', placeholder: extra.placeholder, disabled: extra.disabled })
  area.value = value
  area.addEventListener('change', () => change(area.value.trim()))
  return row(label, area, extra)
}

/** A choice from a list; a value that is not in the list is kept and shown as it is. */
export function choiceField(label: string, value: string, choices: Choice[], change: Change, extra: Extra & { empty?: string } = {}): HTMLElement {
  const select = make('select', { id: freshId('desk'), class: 'input' })
  if (extra.empty !== undefined) select.append(make('option', { value: '' }, extra.empty))
  const known = choices.some((choice) => choice.key === value)
  if (value && !known) select.append(make('option', { value }, t('{value} (not in the list)', { value })))
  appendChoices(select, choices)
  select.value = value
  select.addEventListener('change', () => change(select.value))
  return row(label, select, extra)
}

function appendChoices(select: HTMLSelectElement, choices: Choice[]): void {
  const groups = new Map<string, HTMLOptGroupElement>()
  for (const choice of choices) {
    const option = make('option', { value: choice.key }, choice.title)
    if (!choice.group) {
      select.append(option)
      continue
    }
    const group = groups.get(choice.group) ?? make('optgroup', { label: choice.group })
    if (!groups.has(choice.group)) select.append(group)
    groups.set(choice.group, group)
    group.append(option)
  }
}

export function checkField(label: string, checked: boolean, change: (value: boolean) => void, hint = ''): HTMLElement {
  const box = make('input', { id: freshId('desk'), type: 'checkbox', checked })
  box.addEventListener('change', () => change(box.checked))
  return make('div', { class: 'prop prop--check' }, make('label', {}, box, make('span', {}, label)), hint && make('p', { class: 'prop__hint' }, hint))
}

/** Several exclusive possibilities side by side. */
export function segmentField(label: string, value: string, choices: Choice[], change: Change, hint = ''): HTMLElement {
  const name = freshId('segment')
  const buttons = choices.map((choice) => {
    const radio = make('input', { type: 'radio', name, value: choice.key, checked: choice.key === value })
    radio.addEventListener('change', () => change(choice.key))
    return make('label', { class: 'segment' }, radio, make('span', {}, choice.title))
  })
  return make('fieldset', { class: 'prop' }, make('legend', { class: 'prop__label' }, label), make('div', { class: 'segments' }, ...buttons), hint && make('p', { class: 'prop__hint' }, hint))
}

type FeelExtra = Extra & { address: string; names?: string[]; unary?: boolean }

/** A FEEL expression, checked by the server while it is written. The leading `=` is drawn, not typed. */
export function feelField(label: string, value: string, change: Change, extra: FeelExtra): HTMLElement {
  const area = make('textarea', { id: freshId('desk'), rows: '1', class: 'input input--feel', spellcheck: 'false', placeholder: extra.placeholder })
  area.value = value.replace(/^=\s*/, '')
  const verdict = make('p', { class: 'prop__verdict', 'aria-live': 'polite' })
  const check = settled(400, () => void judge(area, verdict, extra))
  area.addEventListener('input', check)
  area.addEventListener('change', () => change(area.value.trim()))
  if (area.value) check()
  const wrapped = make('div', { class: 'feel' }, make('span', { class: 'feel__mark', 'aria-hidden': 'true' }, '='), area)
  const field = row(label, wrapped, extra, namesBelow(area, change, extra.names))
  field.querySelector('label')?.setAttribute('for', area.id)
  field.append(verdict)
  return field
}

type Verdict = { ok: boolean; message: string; position?: number }

async function judge(area: HTMLTextAreaElement, verdict: HTMLElement, extra: FeelExtra): Promise<void> {
  const text = area.value.trim()
  if (!text) return tell(area, verdict, { ok: true, message: '' })
  try {
    const found = await ask<Verdict>(extra.address, { text, names: extra.names ?? [], unary: extra.unary ?? false })
    if (area.value.trim() === text) tell(area, verdict, found)
  } catch (problem) {
    tell(area, verdict, { ok: false, message: problem instanceof Problem ? problem.message : String(problem) })
  }
}

function tell(area: HTMLElement, verdict: HTMLElement, found: Verdict): void {
  area.setAttribute('aria-invalid', String(!found.ok))
  verdict.dataset.tone = found.ok ? 'positive' : 'negative'
  verdict.textContent = found.message
}

/** Names that the expression may use; a click writes one at the cursor. */
function namesBelow(area: HTMLTextAreaElement, change: Change, names: string[] = []): HTMLElement | null {
  if (names.length === 0) return null
  const insert = (name: string) => {
    area.setRangeText(name, area.selectionStart, area.selectionEnd, 'end')
    area.focus()
    area.dispatchEvent(new Event('input'))
    change(area.value.trim())
  }
  const buttons = names.map((name) => make('button', { type: 'button', class: 'name-chip', click: () => insert(name) }, name))
  return make('details', { class: 'names' }, make('summary', {}, t('Variables ({count})', { count: names.length })), make('div', { class: 'names__list' }, ...buttons))
}

function suggestionsFor(input: HTMLInputElement, suggestions: string[] = []): HTMLElement | null {
  if (suggestions.length === 0) return null
  const list = make('datalist', { id: freshId('suggestions') }, ...suggestions.map((value) => make('option', { value })))
  input.setAttribute('list', list.id)
  return list
}

function row(label: string, control: HTMLElement, extra: Extra, below: HTMLElement | null = null): HTMLElement {
  const hint = extra.hint ? make('p', { class: 'prop__hint', id: freshId('hint') }, extra.hint) : null
  if (hint) control.setAttribute('aria-describedby', hint.id)
  return make('div', { class: 'prop' }, make('label', { class: 'prop__label', for: control.id }, label), control, hint, below)
}

/** A part of the panel with a heading that folds; what the reader folded stays folded. */
export function section(key: string, title: string, fields: (HTMLElement | null)[], folded: Set<string>): HTMLElement | null {
  const present = fields.filter((field) => field !== null)
  if (present.length === 0) return null
  const details = make('details', { class: 'props__section', open: !folded.has(key) }, make('summary', {}, title), make('div', { class: 'props__fields' }, ...present))
  details.addEventListener('toggle', () => (details.open ? folded.delete(key) : folded.add(key)))
  return details
}
