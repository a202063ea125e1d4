/** The properties panel: sections for the selected element, redrawn when the model changes under it. */
import type Modeler from 'bpmn-js/lib/Modeler'
import { Context } from './context'
import { section } from './fields'
import { generalFields, processClockFields, processFields } from './general'
import { callFields, conditionFields, decisionFields, eventFields, mappingFields, repetitionFields, scriptFields, serviceFields, statusFields } from './machine'
import { assignFields, countersignFields, formFields, limitFields, outcomeFields, powerFields } from './task'
import { make } from '../dom'
import type { Facts } from '../facts'
import { Model, ownerOf, type Shape } from '../model'
import { t } from '../words'

const sections: [string, string, (context: Context) => (HTMLElement | null)[]][] = [
  ['general', 'General', generalFields],
  ['process', 'Case', processFields],
  ['process-clock', 'Clocks of the case', processClockFields],
  ['assign', 'Who does it', assignFields],
  ['form', 'Form', formFields],
  ['outcomes', 'Outcomes', outcomeFields],
  ['countersign', 'Countersign', countersignFields],
  ['limit', 'Time limit', limitFields],
  ['powers', 'Powers at this step', powerFields],
  ['condition', 'Condition', conditionFields],
  ['decision', 'Decision', decisionFields],
  ['service', 'Service', serviceFields],
  ['script', 'Computation', scriptFields],
  ['call', 'Called process', callFields],
  ['event', 'Event', eventFields],
  ['repetition', 'Repetition', repetitionFields],
  ['mapping', 'Variables', mappingFields],
  ['status', 'Status and clock', statusFields],
]

const foldedAtFirst = ['mapping', 'powers', 'status']

export class Panel {
  private readonly folded = new Set(foldedAtFirst)
  private shown: Shape | undefined
  private pressed = false
  private waiting = false

  constructor(
    private readonly root: HTMLElement,
    private readonly model: Model,
    private readonly facts: Facts,
  ) {}

  follow(modeler: Modeler): void {
    this.root.addEventListener('pointerdown', () => (this.pressed = true))
    addEventListener('pointerup', () => setTimeout(() => this.released()))
    modeler.on('selection.changed', ({ newSelection }: { newSelection: Shape[] }) => this.show(newSelection))
    modeler.on('commandStack.changed', () => this.redraw())
    modeler.on('import.done', () => this.show([]))
  }

  private show(selection: Shape[]): void {
    const canvas = this.model.modeler.get<{ getRootElement(): Shape }>('canvas')
    this.shown = selection.length > 1 ? undefined : (selection[0]?.labelTarget ?? selection[0] ?? canvas.getRootElement())
    this.redraw()
  }

  /** Drawing waits until the pointer is up and the focus has moved: a control must not vanish under a click. */
  private redraw(): void {
    if (this.waiting) return
    this.waiting = true
    if (!this.pressed) setTimeout(() => this.draw())
  }

  private released(): void {
    this.pressed = false
    if (this.waiting) this.draw()
  }

  private draw(): void {
    if (this.pressed) return
    this.waiting = false
    const element = this.shown
    if (!element) return this.root.replaceChildren(make('p', { class: 'props__none' }, t('Several elements are selected.')))
    const scroll = this.root.scrollTop
    const focused = focusedField(this.root)
    const context = new Context(this.model, element, this.facts, this.folded, () => this.redraw())
    const parts = sections.map(([key, title, fields]) => section(key, t(title), fields(context), this.folded))
    this.root.replaceChildren(heading(element, context), ...parts.filter((part) => part !== null))
    this.root.scrollTop = scroll
    refocus(this.root, focused)
    if (!this.facts.editable) for (const control of this.root.querySelectorAll<HTMLInputElement>('input, select, textarea, button')) control.disabled = true
  }
}

function heading(element: Shape, context: Context): HTMLElement {
  const owner = ownerOf(element)
  return make('header', { class: 'props__head' }, make('strong', {}, String(owner.name || owner.id)), make('span', {}, typeName(context)))
}

function typeName(context: Context): string {
  if (context.model.extension(context.owner, 'chengshu:Approval')) return t('Countersign')
  const bare = context.owner.$type.replace('bpmn:', '')
  return t(bare.replace(/([a-z])([A-Z])/g, (_whole, end: string, start: string) => `${end} ${start.toLowerCase()}`))
}

/** Fields have no lasting ids, but the same order as long as the same element is shown. */
function focusedField(root: HTMLElement): number {
  return [...root.querySelectorAll('input, select, textarea, button, summary')].indexOf(document.activeElement as HTMLElement)
}

function refocus(root: HTMLElement, index: number): void {
  if (index >= 0) [...root.querySelectorAll<HTMLElement>('input, select, textarea, button, summary')][index]?.focus({ preventScroll: true })
}
