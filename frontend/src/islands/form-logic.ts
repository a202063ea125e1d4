/**
 * Brings a form of the registers to life: fields that appear as others are filled in, rows that are added and removed,
 * sums, and what is wrong with a field as soon as one leaves it. The server does all of it again; without this script
 * the form's own buttons send it around once for each step.
 */
import { csrfToken } from '../csrf'
import { holds, product, sum, type Logic, type Operand } from '../form-conditions'

const blankRow = 999
const checkPause_ms = 150

export function mount(root: HTMLElement): void {
  const form = root.closest('form')
  root.addEventListener('input', () => refresh(root))
  root.addEventListener('change', (event) => {
    refresh(root)
    const field = (event.target as HTMLElement).closest<HTMLElement>('.eform__field')
    if (form && field) void check(root, form, field)
  })
  root.addEventListener('click', (event) => pressed(root, event))
  root.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement
    if (event.key === 'Enter' && target.matches('input:not([type="file"])')) event.preventDefault()
  })
  for (const around of root.querySelectorAll<HTMLElement>('.eform__around')) around.hidden = true
  refresh(root)
}

/** Shows and hides by the conditions, and recomputes; twice, because a sum may stand in a condition. */
function refresh(root: HTMLElement): void {
  for (let turn = 0; turn < 2; turn++) {
    for (const element of root.querySelectorAll<HTMLElement>('[data-show]')) {
      element.hidden = !holds(JSON.parse(element.dataset.show ?? '{}') as Logic, lookup(root, element.dataset.path ?? ''))
    }
    for (const element of root.querySelectorAll<HTMLElement>('[data-computed]')) compute(root, element)
  }
  for (const rows of root.querySelectorAll<HTMLElement>('[data-kind="rows"]')) tidy(rows)
  const pledge = root.querySelector<HTMLElement>('[data-pledge]')
  if (pledge) pledge.hidden = !hasDeferred(root)
  for (const offer of root.querySelectorAll<HTMLElement>('[data-offer]')) showReason(offer)
}

/** Whether something that is asked for is said to follow later; only then is the letter of commitment needed. */
function hasDeferred(root: HTMLElement): boolean {
  return [...root.querySelectorAll<HTMLInputElement>('[data-defer] input:checked')].some((box) => !isHidden(root, box))
}

function elementAt(root: HTMLElement, path: string): HTMLElement | null {
  return root.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)
}

/** A declared path as it is meant at a place: in the same row where both are in one repeating group. */
function concrete(path: string, context: string): string {
  const row = /^(.+?)\.(\d+)(?:\.|$)/.exec(context)
  return row && path.startsWith(`${row[1]}.`) ? `${row[1]}.${row[2]}${path.slice((row[1] ?? '').length)}` : path
}

function lookup(root: HTMLElement, context: string): (path: string) => Operand {
  return (path) => operand(root, elementAt(root, concrete(path, context)))
}

/** What a condition sees in a field; nothing in a hidden one. */
function operand(root: HTMLElement, element: HTMLElement | null): Operand {
  if (!element || isHidden(root, element)) return null
  const kind = element.dataset.kind
  if (kind === 'rows') return String(rowsOf(element).length)
  if (kind === 'computed') return element.querySelector('input')?.value || null
  const inputs = [...element.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>('[name^="f."]')].filter(
    (input) => !input.name.endsWith('._reason'),
  )
  const values = inputs
    .filter((input) => !(input instanceof HTMLInputElement && ['radio', 'checkbox'].includes(input.type)) || (input as HTMLInputElement).checked)
    .filter((input) => input.type !== 'file' && input.type !== 'submit')
    .map((input) => input.value.trim())
  if (kind === 'choices' || kind === 'files') return values.filter((value) => value !== '')
  if (kind === 'consent') return values.length > 0
  if (kind === 'yes_no') return values[0] === '1' ? true : values[0] === '0' ? false : null
  return values[0] || null
}

function isHidden(root: HTMLElement, element: HTMLElement): boolean {
  for (let around: HTMLElement | null = element; around && around !== root; around = around.parentElement) {
    if (around.hidden && around.dataset.path !== undefined) return true
  }
  return false
}

function compute(root: HTMLElement, element: HTMLElement): void {
  const [operation = '', argument] = Object.entries(JSON.parse(element.dataset.computed ?? '{}') as Record<string, string | string[]>)[0] ?? []
  const places = Number(element.dataset.places ?? 0)
  const context = element.dataset.path ?? ''
  const output = element.querySelector<HTMLInputElement>('input')
  if (!output) return
  if (operation === 'count') {
    const rows = elementAt(root, String(argument))
    output.value = rows && !isHidden(root, rows) ? String(rowsOf(rows).length) : '0'
    return
  }
  const values = (argument as string[]).flatMap((path) => places_of(root, path, context)).map((each) => operand(root, each))
  output.value = operation === 'product' ? product(values, places) : sum(values, places)
}

/** The elements that a declared path means: its own row's, or those of every row. */
function places_of(root: HTMLElement, path: string, context: string): (HTMLElement | null)[] {
  const own = elementAt(root, concrete(path, context))
  if (own) return [own]
  const rows = [...root.querySelectorAll<HTMLElement>('[data-kind="rows"]')].find((each) => path.startsWith(`${each.dataset.path}.`))
  if (!rows) return [null]
  const rest = path.slice((rows.dataset.path ?? '').length)
  return rowsOf(rows).map((row) => elementAt(root, `${rows.dataset.path}.${row.dataset.row}${rest}`))
}

function rowsOf(rows: HTMLElement): HTMLElement[] {
  return [...(rows.querySelector('[data-list]')?.children ?? [])] as HTMLElement[]
}

function pressed(root: HTMLElement, event: MouseEvent): void {
  const button = (event.target as HTMLElement).closest<HTMLButtonElement>('button')
  const rows = button?.closest<HTMLElement>('[data-kind="rows"]')
  if (button?.dataset.add !== undefined && rows) addRow(rows)
  else if (button?.dataset.remove !== undefined && rows) removeRow(rows, button)
  else if (button?.dataset.drop !== undefined) button.closest('li')?.remove()
  else return
  event.preventDefault()
  root.dispatchEvent(new Event('input', { bubbles: true }))
}

function addRow(rows: HTMLElement): void {
  const blank = rows.querySelector<HTMLTemplateElement>('template[data-blank]')
  const list = rows.querySelector('[data-list]')
  const row = blank?.content.firstElementChild?.cloneNode(true)
  if (!list || !(row instanceof HTMLElement)) return
  renumber(rows, row, blankRow, rowsOf(rows).length)
  list.append(row)
  document.dispatchEvent(new CustomEvent('htmx:after:swap'))
  row.querySelector<HTMLElement>('input:not([type="hidden"]), select, textarea')?.focus()
  say(rows, row.querySelector('legend')?.textContent ?? '')
}

function removeRow(rows: HTMLElement, button: HTMLButtonElement): void {
  const row = button.closest<HTMLElement>('[data-row]')
  const label = button.textContent ?? ''
  const next = (row?.nextElementSibling ?? row?.previousElementSibling) as HTMLElement | null
  row?.remove()
  rowsOf(rows).forEach((each, number) => renumber(rows, each, Number(each.dataset.row), number))
  const focus = next?.querySelector<HTMLElement>('input:not([type="hidden"]), select, textarea') ?? rows.querySelector<HTMLElement>('[data-add]')
  focus?.focus()
  say(rows, label)
}

function say(rows: HTMLElement, text: string): void {
  const said = rows.querySelector('[data-said]')
  if (said) said.textContent = text.trim()
}

/** Gives a row another number: in names, ids, paths and all that refers to them. */
function renumber(rows: HTMLElement, row: HTMLElement, from: number, to: number): void {
  const path = rows.dataset.path ?? ''
  const pairs: [string, string][] = [
    [`${path}.${from}.`, `${path}.${to}.`],
    [`f-${path.replaceAll('.', '-')}-${from}-`, `f-${path.replaceAll('.', '-')}-${to}-`],
    [`remove:${path}:${from}`, `remove:${path}:${to}`],
  ]
  for (const element of [row, ...row.querySelectorAll<HTMLElement>('*')]) {
    for (const { name, value } of [...element.attributes]) {
      const changed = pairs.reduce((text, [old, now]) => text.replaceAll(old, now), value)
      if (changed !== value && !(name === 'value' && element instanceof HTMLInputElement)) element.setAttribute(name, changed)
    }
  }
  row.dataset.row = String(to)
  const title = row.querySelector<HTMLElement>('[data-row-title]')
  if (title) title.textContent = `${title.dataset.rowTitle} ${to + 1}`
}

function tidy(rows: HTMLElement): void {
  const count = rowsOf(rows).length
  const counter = rows.querySelector<HTMLInputElement>('[data-count]')
  if (counter) counter.value = String(count)
  const add = rows.querySelector<HTMLElement>('[data-add]')
  if (add) add.hidden = count >= Number(rows.dataset.most)
  for (const remove of rows.querySelectorAll<HTMLElement>('[data-list] [data-remove]')) remove.hidden = count <= Number(rows.dataset.least)
}

function showReason(offer: HTMLElement): void {
  const field = offer.closest<HTMLElement>('.eform__field')
  const reason = field?.querySelector<HTMLElement>('[data-reason]')
  const input = field?.querySelector<HTMLInputElement>('[name^="f."]:not([name$="._reason"])')
  if (reason && input && !reason.querySelector('.field--error')) {
    reason.hidden = input.value.trim() === '' || input.value.trim() === offer.dataset.offer?.trim()
  }
}

/** Asks the server what is wrong with one field; its words are the same as after sending. */
async function check(root: HTMLElement, form: HTMLFormElement, field: HTMLElement): Promise<void> {
  const path = field.dataset.path ?? ''
  const url = root.dataset.check
  if (!url || field.dataset.kind === 'files') return
  await new Promise((resume) => setTimeout(resume, checkPause_ms))
  const body = new FormData()
  for (const [name, value] of new FormData(form)) if (name.startsWith('f.') && typeof value === 'string') body.append(name, value)
  body.append('path', path)
  try {
    const answer = await fetch(url, { method: 'POST', body, headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' } })
    if (!answer.ok) return
    const { error, notes } = (await answer.json()) as { error: string; notes: string[] }
    show(field, error, notes)
  } catch {
    /* The server says it again when the form is sent. */
  }
}

function show(field: HTMLElement, error: string, notes: string[]): void {
  const box = field.querySelector<HTMLElement>('.field')
  const control = field.querySelector<HTMLElement>('.input, fieldset.field')
  if (!box || !control) return
  const id = `${control.id}-error`
  field.querySelector(`#${CSS.escape(id)}`)?.remove()
  box.classList.toggle('field--error', error !== '')
  control.toggleAttribute('aria-invalid', error !== '')
  if (error) {
    control.setAttribute('aria-invalid', 'true')
    control.setAttribute('aria-describedby', id)
    const said = Object.assign(document.createElement('p'), { className: 'field__error', id, textContent: error })
    said.setAttribute('role', 'status')
    box.querySelector('.field__label')?.after(said)
  }
  for (const old of field.querySelectorAll('.eform__note[data-live]')) old.remove()
  for (const note of notes) {
    const line = Object.assign(document.createElement('p'), { className: 'eform__note', textContent: note })
    line.dataset.live = ''
    box.after(line)
  }
}
