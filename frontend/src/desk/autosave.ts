/** Keeps the draft on the server: every pause in the work is a save, and leaving with unsaved work is asked about. */
import { make } from './dom'
import { ask, Problem, settled } from './server'
import { t } from './words'

const pause_ms = 1200

type Saved = { message: string; digest: string }
type Listener = (xml: string) => void

export class Autosave {
  private dirty = false
  private running: Promise<void> = Promise.resolve()
  private readonly later = settled(pause_ms, () => void this.now())

  constructor(
    private readonly address: string,
    private digest: string,
    private readonly state: HTMLElement,
    private readonly read: () => Promise<string>,
    private readonly saved: Listener,
  ) {
    addEventListener('beforeunload', (event) => this.dirty && event.preventDefault())
  }

  changed(): void {
    this.dirty = true
    this.tell('caution', t('Not saved yet'))
    this.later()
  }

  /** Save what is there now, after any save under way. */
  now(): Promise<void> {
    this.running = this.running.then(() => this.send())
    return this.running
  }

  get isDirty(): boolean {
    return this.dirty
  }

  private async send(): Promise<void> {
    if (!this.dirty) return
    this.dirty = false
    this.tell('neutral', t('Saving…'))
    try {
      const xml = await this.read()
      const answer = await ask<Saved>(this.address, { xml, digest: this.digest })
      this.digest = answer.digest
      if (!this.dirty) this.tell('positive', answer.message)
      this.saved(xml)
    } catch (problem) {
      this.dirty = true
      this.fail(problem)
    }
  }

  private tell(tone: string, text: string): void {
    this.state.dataset.tone = tone
    this.state.replaceChildren(text)
  }

  private fail(problem: unknown): void {
    const text = problem instanceof Problem ? [problem.message, problem.hint].filter(Boolean).join(' ') : String(problem)
    this.tell('negative', `${t('Not saved.')} ${text} `)
    this.state.append(make('button', { type: 'button', class: 'button button--quiet button--small', click: () => void this.now() }, t('Try again')))
  }
}
