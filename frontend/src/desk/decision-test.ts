/** Try a decision with inputs: the result, and the matched rules marked in the table. */
import { make } from './dom'
import { ask, Problem } from './server'
import { t } from './words'
import type { Dmn, DmnView } from '../islands/dmn-editor'

type Answer = { result: unknown; matched: { table: string; rules: number[] }[]; remarks: string[] }
// The decision's model object is an open record of the diagram package.
type Decision = any

export class DecisionTest {
  private readonly values = new Map<string, string>()

  constructor(
    private readonly root: HTMLElement,
    private readonly canvas: HTMLElement,
    private readonly modeler: Dmn,
    private readonly address: string,
    private readonly read: () => Promise<string>,
  ) {
    modeler.on('views.changed', () => this.draw())
  }

  draw(): void {
    const decision = this.decision()
    if (!decision) return this.root.replaceChildren(make('p', { class: 'side__lead' }, t('Open a decision table to test it.')))
    const names = this.inputs(decision)
    const fields = names.map((name) => this.field(name))
    const result = make('div', { 'aria-live': 'polite', class: 'trial__stage' })
    const run = make('button', { type: 'button', class: 'button button--primary button--small', 'data-do': 'evaluate', click: () => void this.run(decision.id, names, result) }, t('Decide'))
    this.root.replaceChildren(
      make('p', { class: 'side__lead' }, t('Values as in an expression: text in quotes, numbers bare, @"2025-06-01" for a date.')),
      ...fields, make('div', { class: 'trial__bar' }, run), result,
    )
  }

  private decision(): Decision | undefined {
    const view = this.modeler.getActiveView()
    const table = view?.type === 'decisionTable' ? view : this.modeler.getViews().find((one: DmnView) => one.type === 'decisionTable')
    return table?.element
  }

  /** What the table and the decisions it requires read: variables named in the input expressions. */
  private inputs(decision: Decision, seen = new Set<string>()): string[] {
    if (seen.has(decision.id)) return []
    seen.add(decision.id)
    const expressions: string[] = (decision.decisionLogic?.input ?? []).map((input: Decision) => String(input.inputExpression?.text ?? '').trim())
    const required: Decision[] = (decision.informationRequirement ?? []).map((one: Decision) => this.referenced(one.requiredDecision?.href)).filter(Boolean)
    const inner = required.flatMap((one) => this.inputs(one, seen))
    const produced = new Set(required.map((one) => one.variable?.name ?? one.name ?? one.id))
    return [...new Set([...expressions.filter((text) => /^[\p{L}_][\p{L}\p{N}_ ]*$/u.test(text) && !produced.has(text)), ...inner])]
  }

  private referenced(href: string | undefined): Decision | undefined {
    return this.modeler.getViews().find((view) => view.element.id === href?.replace('#', ''))?.element
  }

  private field(name: string): HTMLElement {
    const input = make('input', { type: 'text', class: 'input input--feel', id: `decision-input-${name}`, value: this.values.get(name) ?? '', spellcheck: 'false' })
    input.addEventListener('input', () => this.values.set(name, input.value))
    return make('div', { class: 'prop' }, make('label', { class: 'prop__label', for: input.id }, name), input)
  }

  private async run(decision: string, names: string[], result: HTMLElement): Promise<void> {
    const inputs = Object.fromEntries(names.map((name) => [name, this.values.get(name) ?? '']))
    try {
      this.show(await ask<Answer>(this.address, { xml: await this.read(), decision, inputs }), result)
    } catch (problem) {
      result.replaceChildren(make('p', { class: 'side__lead', 'data-tone': 'negative' }, problem instanceof Problem ? problem.message : String(problem)))
    }
  }

  private show(answer: Answer, result: HTMLElement): void {
    const shown = this.mark(answer)
    const text = answer.result === null ? [t('No rule matches: the result is empty.'), ...answer.remarks].join('\n') : JSON.stringify(answer.result, null, 2)
    result.replaceChildren(
      make('h3', { class: 'prop__label' }, t('Result')),
      make('pre', { class: 'trial__result', 'data-tone': answer.result === null ? 'negative' : 'positive' }, text),
      shown > 0 ? make('p', { class: 'prop__hint' }, t('{count} matched rules are marked in the table.', { count: shown })) : '',
    )
  }

  /** Mark the matched rules of the table that is open; returns how many. */
  private mark(answer: Answer): number {
    const rows = [...this.canvas.querySelectorAll('.dmn-decision-table-container tbody tr')].filter((row) => row.querySelector('.rule-index'))
    const open = this.modeler.getActiveView()?.element.id
    const rules = answer.matched.filter((one) => one.table === open).flatMap((one) => one.rules)
    for (const [index, row] of rows.entries()) row.classList.toggle('rule-matched', rules.includes(index + 1))
    return rules.length
  }
}
