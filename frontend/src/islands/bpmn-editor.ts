/** The process editor: draw, describe, check, try, save. */
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css'
import '../desk/diagram.css'
import Modeler from 'bpmn-js/lib/Modeler'
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'
import { Autosave } from '../desk/autosave'
import { make, need } from '../desk/dom'
import { type Facts, readFacts } from '../desk/facts'
import { Lint } from '../desk/lint'
import { lettering, vocabularies } from '../desk/moddle'
import { Model } from '../desk/model'
import { drawing } from '../desk/palette'
import { Panel } from '../desk/panel'
import { settled } from '../desk/server'
import { startTabs } from '../desk/sides'
import { Trial } from '../desk/trial'
import { View } from '../desk/viewing'
import { t, translation } from '../desk/words'

const phone = '(max-width: 48rem)'
const besidePalette_px = 130

export function mount(root: HTMLElement): void {
  const facts = readFacts<Facts & { sample: Record<string, unknown> }>(root)
  if (matchMedia(phone).matches) facts.editable = false
  const options = { container: need(root, '[data-part="canvas"]'), moddleExtensions: vocabularies, textRenderer: lettering() }
  const modeler = facts.editable
    ? new Modeler({ ...options, additionalModules: [translation, drawing] })
    : (new NavigatedViewer({ ...options, additionalModules: [translation] }) as Modeler)
  Object.assign(root, { modeler })
  void start(root, modeler, facts)
}

async function start(root: HTMLElement, modeler: Modeler, facts: Facts & { sample: Record<string, unknown> }): Promise<void> {
  const view = new View(modeler)
  const read = async () => (await modeler.saveXML({ format: true })).xml ?? ''
  const open = startTabs(need(root, '[data-part="side"]'))
  new Panel(need(root, '[data-part="props"]'), new Model(modeler), facts).follow(modeler)
  await modeler.importXML(facts.xml)
  view.fit(facts.editable ? besidePalette_px : 24)
  new Trial(need(root, '[data-part="trial"]'), Object.assign(view, { xml: read }), facts.addresses.trial, facts.sample)
  const lint = startLint(root, view, facts, open)
  startBar(root, modeler, view, open)
  if (facts.editable) startSaving(root, modeler, facts, read, lint)
  void lint.check(facts.xml)
  root.dataset.ready = ''
}

function startLint(root: HTMLElement, view: View, facts: Facts, open: (name: string) => void): Lint {
  const submit = root.querySelector<HTMLButtonElement>('[data-do="submit"]')
  const judged = (errors: number) => {
    if (!submit) return
    submit.dataset.errors = String(errors)
    submit.title = errors > 0 ? t('{errors} errors must be mended first.', { errors }) : ''
  }
  submit?.addEventListener('click', (event) => {
    if (submit.dataset.errors === '0' || !submit.dataset.errors) return
    event.preventDefault()
    event.stopPropagation()
    open('lint')
  }, { capture: true })
  return new Lint(need(root, '[data-part="lint"]'), need(root, '[data-part="lint-badge"]'), view, facts.addresses.lint, judged)
}

function startSaving(root: HTMLElement, modeler: Modeler, facts: Facts, read: () => Promise<string>, lint: Lint): void {
  const saving = new Autosave(facts.addresses.save, facts.digest, need(root, '[data-part="saved"]'), read, (xml) => {
    root.querySelector('[data-part="state"]')?.remove()
    void lint.check(xml)
  })
  modeler.on('commandStack.changed', () => saving.changed())
  const submit = root.querySelector<HTMLButtonElement>('[data-do="submit"]')
  submit?.addEventListener('click', () => void saving.now())
  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return
    event.preventDefault()
    void saving.now()
  })
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-after-save]')) saveFirst(form, saving)
}

/** A form that ends the work on the draft waits for the last save. */
function saveFirst(form: HTMLFormElement, saving: Autosave): void {
  form.addEventListener('submit', (event) => {
    if (!saving.isDirty) return
    event.preventDefault()
    void saving.now().then(() => saving.isDirty || form.requestSubmit())
  })
}

function startBar(root: HTMLElement, modeler: Modeler, view: View, open: (name: string) => void): void {
  const acts: Record<string, () => void> = {
    fit: () => view.fit(root.querySelector('.djs-palette') ? besidePalette_px : 24),
    'zoom-in': () => view.zoomBy(1.2),
    'zoom-out': () => view.zoomBy(1 / 1.2),
    trial: () => open('trial'),
    wide: () => root.classList.toggle('desk-editor--wide'),
    picture: () => void savePicture(modeler),
  }
  for (const [name, act] of Object.entries(acts)) root.querySelector(`[data-do="${name}"]`)?.addEventListener('click', act)
  startUndo(root, modeler)
  const resized = settled(100, () => view.canvas().resized())
  new ResizeObserver(resized).observe(root)
}

type Stack = { undo(): void; redo(): void; canUndo(): boolean; canRedo(): boolean }

function startUndo(root: HTMLElement, modeler: Modeler): void {
  const stack = modeler.get<Stack | undefined>('commandStack', false)
  const undo = root.querySelector<HTMLButtonElement>('[data-do="undo"]')
  const redo = root.querySelector<HTMLButtonElement>('[data-do="redo"]')
  const refresh = () => {
    undo?.toggleAttribute('disabled', !stack?.canUndo())
    redo?.toggleAttribute('disabled', !stack?.canRedo())
  }
  undo?.addEventListener('click', () => stack?.undo())
  redo?.addEventListener('click', () => stack?.redo())
  modeler.on('commandStack.changed', refresh)
  refresh()
}

async function savePicture(modeler: Modeler): Promise<void> {
  const { svg } = await modeler.saveSVG()
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  make('a', { href: address, download: 'process.svg' }).click()
  setTimeout(() => URL.revokeObjectURL(address))
}
