/** The editor of decision tables and their diagram: write rules, check, and test them with inputs. */
import 'dmn-js/dist/assets/diagram-js.css'
import 'dmn-js/dist/assets/dmn-js-shared.css'
import 'dmn-js/dist/assets/dmn-js-drd.css'
import 'dmn-js/dist/assets/dmn-js-decision-table.css'
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css'
import 'dmn-js/dist/assets/dmn-js-literal-expression.css'
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css'
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css'
import 'dmn-js/dist/assets/dmn-font/css/dmn.css'
import '../desk/diagram.css'
import DmnModeler from 'dmn-js/lib/Modeler'
import { Autosave } from '../desk/autosave'
import { declareInputs } from '../desk/decision-inputs'
import { DecisionTest } from '../desk/decision-test'
import { make, need } from '../desk/dom'
import { type Facts, readFacts } from '../desk/facts'
import { Lint } from '../desk/lint'
import { startTabs } from '../desk/sides'
import { t, translation } from '../desk/words'

export type DmnView = { id: string; name?: string; type: string; element: { id: string; name?: string } }
type Viewer = { get<T>(name: string, strict?: boolean): T; on(event: string, call: () => void): void }
export type Dmn = {
  importXML(xml: string): Promise<unknown>
  saveXML(options: object): Promise<{ xml: string }>
  getDefinitions(): unknown
  getViews(): DmnView[]
  getActiveView(): DmnView | undefined
  getActiveViewer(): Viewer | undefined
  open(view: DmnView): Promise<unknown>
  on(event: string, call: (event: { viewer: Viewer; views: DmnView[]; activeView?: DmnView }) => void): void
}

export function mount(root: HTMLElement): void {
  const facts = readFacts(root)
  if (matchMedia('(max-width: 48rem)').matches) facts.editable = false
  const speaking = { additionalModules: [translation] }
  const modeler = new (DmnModeler as new (options: object) => Dmn)({
    container: need(root, '[data-part="canvas"]'),
    drd: speaking, decisionTable: speaking, literalExpression: speaking, boxedExpression: speaking,
  })
  Object.assign(root, { modeler })
  void start(root, modeler, facts)
}

async function start(root: HTMLElement, modeler: Dmn, facts: Facts): Promise<void> {
  const read = async () => {
    if (facts.editable) declareInputs(modeler.getDefinitions())
    return (await modeler.saveXML({ format: true })).xml
  }
  startTabs(need(root, '[data-part="side"]'))
  const lint = startLint(root, modeler, facts)
  const saving = facts.editable ? startSaving(root, modeler, facts, read, lint) : undefined
  const test = new DecisionTest(need(root, '[data-part="trial"]'), need(root, '[data-part="canvas"]'), modeler, facts.addresses.evaluate, read)
  modeler.on('views.changed', () => drawViews(root, modeler))
  await modeler.importXML(facts.xml)
  const table = modeler.getViews().find((view) => view.type === 'decisionTable')
  if (table) await modeler.open(table)
  drawViews(root, modeler)
  test.draw()
  startBar(root, modeler)
  void lint.check(facts.xml)
  saving?.begin()
  root.dataset.ready = ''
}

function drawViews(root: HTMLElement, modeler: Dmn): void {
  const active = modeler.getActiveView()
  const buttons = modeler.getViews().map((view) =>
    make('button', { type: 'button', class: 'view-tab', 'aria-pressed': String(view.element === active?.element), click: () => void modeler.open(view) }, view.type === 'drd' ? t('Diagram of the decisions') : (view.element.name ?? view.element.id)),
  )
  need(root, '[data-part="views"]').replaceChildren(...buttons)
  root.querySelector('th.index-column')?.setAttribute('aria-label', t('Rules'))
}

function startLint(root: HTMLElement, modeler: Dmn, facts: Facts): Lint {
  const canvas = { addMarker: () => undefined, removeMarker: () => undefined }
  const find = (id: string) => modeler.getViews().find((view) => view.element.id === id)
  const target = { has: (id: string) => Boolean(find(id)), canvas: () => canvas, show: (id: string) => void modeler.open(find(id)!) }
  return new Lint(need(root, '[data-part="lint"]'), need(root, '[data-part="lint-badge"]'), target, facts.addresses.lint, () => undefined)
}

function startSaving(root: HTMLElement, modeler: Dmn, facts: Facts, read: () => Promise<string>, lint: Lint): { begin(): void } {
  const saving = new Autosave(facts.addresses.save, facts.digest, need(root, '[data-part="saved"]'), read, (xml) => {
    root.querySelector('[data-part="state"]')?.remove()
    void lint.check(xml)
  })
  let begun = false
  const changed = () => begun && saving.changed()
  modeler.on('viewer.created', ({ viewer }) => {
    viewer.on('commandStack.changed', changed)
    viewer.on('elements.changed', changed)
  })
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-after-save]')) {
    form.addEventListener('submit', (event) => {
      if (!saving.isDirty) return
      event.preventDefault()
      void saving.now().then(() => saving.isDirty || form.requestSubmit())
    })
  }
  return { begin: () => (begun = true) }
}

function startBar(root: HTMLElement, modeler: Dmn): void {
  const stack = () => modeler.getActiveViewer()?.get<{ undo(): void; redo(): void }>('commandStack', false)
  root.querySelector('[data-do="undo"]')?.addEventListener('click', () => stack()?.undo())
  root.querySelector('[data-do="redo"]')?.addEventListener('click', () => stack()?.redo())
  root.querySelector('[data-do="wide"]')?.addEventListener('click', () => root.classList.toggle('desk-editor--wide'))
}
