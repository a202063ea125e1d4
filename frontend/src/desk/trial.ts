/** The test run: the server runs the model in memory, this shows where it stands and takes the next step. */
import { make } from './dom'
import { ask, Problem } from './server'
import { t } from './words'

type Waiting = { id: string; node: string; name: string; kind: string; who: string; due: string; outcomes: { key: string; label: string; tone: string }[] }
type State = {
  tokens: { node: string; count: number; faulty: boolean }[]
  waiting: Waiting[]
  history: { title: string; node: string; text: string; at: string }[]
  variables: Record<string, unknown>
  ended: boolean
  ending: string
  problem: string
}
export type Step = { kind: string; task: string; outcome: string; variables: Record<string, unknown> }
type Canvas = { addMarker(id: string, marker: string): void; removeMarker(id: string, marker: string): void }
type Overlays = { add(id: string, type: string, overlay: object): void; remove(filter: object): void }
type Target = { has(id: string): boolean; canvas(): Canvas; overlays(): Overlays; show(id: string): void; xml(): Promise<string> }

export class Trial {
  private steps: Step[] = []
  private start = ''
  private marked: string[] = []
  private readonly stage = make('div', { class: 'trial__stage', 'aria-live': 'polite' })
  private readonly sample: HTMLTextAreaElement

  constructor(
    root: HTMLElement,
    private readonly target: Target,
    private readonly address: string,
    sample: Record<string, unknown>,
  ) {
    this.sample = make('textarea', { class: 'input input--feel', rows: '4', spellcheck: 'false', id: 'trial-sample' })
    this.sample.value = JSON.stringify(sample, null, 2)
    root.replaceChildren(
      make('p', { class: 'side__lead' }, t('Runs the drawing as it is, in memory only: no case is opened and nobody is told.')),
      make('div', { class: 'prop' }, make('label', { class: 'prop__label', for: 'trial-sample' }, t('Sample data (JSON)')), this.sample),
      make('div', { class: 'trial__bar' },
        make('button', { type: 'button', class: 'button button--primary button--small', 'data-do': 'trial-start', click: () => this.restart() }, t('Start the test run')),
        make('button', { type: 'button', class: 'button button--small', click: () => this.back() }, t('One step back')),
        make('button', { type: 'button', class: 'button button--quiet button--small', click: () => this.clear() }, t('End')),
      ),
      this.stage,
    )
  }

  private restart(): void {
    this.steps = []
    this.start = this.sample.value
    void this.run()
  }

  private back(): void {
    if (this.steps.length === 0) return
    this.steps.pop()
    void this.run()
  }

  private clear(): void {
    this.unmark()
    this.stage.replaceChildren()
  }

  private take(step: Step): void {
    this.steps.push(step)
    void this.run()
  }

  private async run(): Promise<void> {
    const variables = asRecord(this.start)
    if (!variables) return this.say('negative', t('The sample data is not valid JSON.'))
    try {
      this.show(await ask<State>(this.address, { xml: await this.target.xml(), variables, steps: this.steps }))
    } catch (problem) {
      this.steps.pop()
      this.say('negative', problem instanceof Problem ? [problem.message, problem.hint].filter(Boolean).join(' ') : String(problem))
    }
  }

  private say(tone: string, text: string): void {
    this.stage.prepend(make('p', { class: 'side__lead', 'data-tone': tone }, text))
  }

  private show(state: State): void {
    this.unmark()
    for (const token of state.tokens) this.mark(token.node, token.count, token.faulty)
    this.stage.replaceChildren(
      ...(state.problem ? [make('p', { class: 'side__lead', 'data-tone': 'negative' }, state.problem)] : []),
      ...(state.ended ? [make('p', { class: 'side__lead', 'data-tone': 'positive' }, t('The case has ended.'), ' ', state.ending)] : []),
      ...state.waiting.map((one) => this.card(one)),
      variablesOf(state.variables),
      this.historyOf(state),
    )
  }

  private card(one: Waiting): HTMLElement {
    const extra = make('textarea', { class: 'input input--feel', rows: '1', spellcheck: 'false', placeholder: '{"amount": 12}', 'aria-label': t('Variables written by this step (JSON)') })
    const go = (outcome: string) => this.take({ kind: one.kind, task: one.id, outcome, variables: asRecord(extra.value) ?? {} })
    const choices = one.outcomes.length > 0 ? one.outcomes : [{ key: '', label: one.kind === 'task' ? t('Complete') : t('Let it happen'), tone: 'neutral' }]
    return make('article', { class: 'trial__card' },
      make('button', { type: 'button', class: 'trial__name', click: () => this.target.show(one.node) }, one.name),
      make('p', { class: 'prop__hint' }, [one.who, one.due].filter(Boolean).join(' · ')),
      extra,
      make('div', { class: 'trial__bar' }, ...choices.map((choice) => make('button', { type: 'button', class: 'button button--small', 'data-tone': choice.tone, 'data-outcome': choice.key, click: () => go(choice.key) }, choice.label))),
    )
  }

  private historyOf(state: State): HTMLElement {
    const lines = state.history.map((one) => make('li', {}, make('time', {}, one.at), make('span', {}, one.title), one.text ? make('small', {}, one.text) : null))
    return make('details', { class: 'props__section', open: true }, make('summary', {}, t('What has happened')), make('ol', { class: 'trial__history', reversed: true }, ...lines.reverse()))
  }

  private mark(node: string, count: number, faulty: boolean): void {
    if (!this.target.has(node)) return
    this.target.canvas().addMarker(node, faulty ? 'token-faulty' : 'token-here')
    this.target.overlays().add(node, 'token', { position: { top: -10, left: -10 }, html: make('span', { class: faulty ? 'token token--faulty' : 'token' }, String(count)) })
    this.marked.push(node)
  }

  private unmark(): void {
    for (const node of this.marked) {
      if (!this.target.has(node)) continue
      for (const marker of ['token-here', 'token-faulty']) this.target.canvas().removeMarker(node, marker)
    }
    this.target.overlays().remove({ type: 'token' })
    this.marked = []
  }
}

function asRecord(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}')
    return value && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function variablesOf(variables: Record<string, unknown>): HTMLElement {
  const pairs = Object.entries(variables).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, typeof value === 'string' ? value : JSON.stringify(value))])
  return make('details', { class: 'props__section', open: true }, make('summary', {}, t('Variables')), make('dl', { class: 'trial__variables' }, ...pairs))
}
