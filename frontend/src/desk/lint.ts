/** The remarks on a model: a list, and a mark on every element that one is about. */
import { make } from './dom'
import { ask } from './server'
import { t } from './words'

export type Finding = { severity: 'error' | 'warning'; code: string; element: string; name: string; message: string; hint: string; line: number }
type Canvas = { addMarker(id: string, marker: string): void; removeMarker(id: string, marker: string): void }
type Target = { has(id: string): boolean; canvas(): Canvas; show(id: string): void }

export class Lint {
  private marked: [string, string][] = []

  constructor(
    private readonly root: HTMLElement,
    private readonly badge: HTMLElement,
    private readonly target: Target,
    private readonly address: string,
    private readonly judged: (errors: number) => void,
  ) {}

  async check(xml: string): Promise<Finding[]> {
    const { findings } = await ask<{ findings: Finding[] }>(this.address, { xml })
    this.show(findings)
    return findings
  }

  private show(findings: Finding[]): void {
    const errors = findings.filter((finding) => finding.severity === 'error').length
    this.badge.textContent = findings.length > 0 ? String(findings.length) : '✓'
    this.badge.dataset.tone = errors > 0 ? 'negative' : findings.length > 0 ? 'caution' : 'positive'
    this.mark(findings)
    this.root.replaceChildren(this.summary(findings.length, errors), make('ul', { class: 'lint-findings' }, ...findings.map((finding) => this.line(finding))))
    this.judged(errors)
  }

  private summary(all: number, errors: number): HTMLElement {
    if (all === 0) return make('p', { class: 'side__lead', 'data-tone': 'positive' }, t('Nothing to remark. The model can be deployed.'))
    const text = errors > 0 ? t('{errors} errors prevent deployment; {warnings} warnings.', { errors, warnings: all - errors }) : t('{warnings} warnings; the model can be deployed.', { warnings: all })
    return make('p', { class: 'side__lead', 'data-tone': errors > 0 ? 'negative' : 'caution' }, text)
  }

  private line(finding: Finding): HTMLElement {
    const located = Boolean(finding.element) && this.target.has(finding.element)
    const where = finding.name || finding.element || (finding.line ? t('line {line}', { line: finding.line }) : t('the whole model'))
    const content = [
      make('span', { class: 'lint-finding__mark', 'aria-hidden': 'true' }, finding.severity === 'error' ? '✕' : '!'),
      make('span', { class: 'lint-finding__text' }, make('strong', {}, where), make('span', {}, finding.message), finding.hint ? make('small', {}, finding.hint) : null),
    ]
    const entry = located
      ? make('button', { type: 'button', class: 'lint-finding', 'data-severity': finding.severity, click: () => this.target.show(finding.element) }, ...content)
      : make('div', { class: 'lint-finding', 'data-severity': finding.severity }, ...content)
    return make('li', {}, entry)
  }

  private mark(findings: Finding[]): void {
    const canvas = this.target.canvas()
    for (const [id, marker] of this.marked) if (this.target.has(id)) canvas.removeMarker(id, marker)
    this.marked = findings.filter((finding) => finding.element && this.target.has(finding.element)).map((finding) => [finding.element, `lint-${finding.severity}`])
    for (const [id, marker] of this.marked) canvas.addMarker(id, marker)
  }
}

