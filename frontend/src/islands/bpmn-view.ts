/** A process to look at: plain, or painted with history. The figures stand in a table beside it as well. */
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css'
import '../desk/diagram.css'
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'
import { make, need } from '../desk/dom'
import { readFacts } from '../desk/facts'
import { lettering, vocabularies } from '../desk/moddle'
import { View } from '../desk/viewing'
import { translation } from '../desk/words'

/** `heat` from 1 (cool) to 5 (hot), 0 for none; `text` is written on the element. */
type Painted = { node: string; heat: number; text: string; title: string }
type Shown = { xml: string; paint: Painted[]; words: Record<string, string> }

export function mount(root: HTMLElement): void {
  void start(root, readFacts<Shown>(root))
}

async function start(root: HTMLElement, facts: Shown): Promise<void> {
  const viewer = new NavigatedViewer({ container: need(root, '[data-part="canvas"]'), moddleExtensions: vocabularies, textRenderer: lettering(), additionalModules: [translation] })
  const view = new View(viewer)
  await viewer.importXML(facts.xml)
  view.fit()
  for (const one of facts.paint) paint(view, one)
  for (const [name, act] of [['fit', () => view.fit()], ['zoom-in', () => view.zoomBy(1.2)], ['zoom-out', () => view.zoomBy(1 / 1.2)]] as const) {
    root.querySelector(`[data-do="${name}"]`)?.addEventListener('click', act)
  }
  for (const row of document.querySelectorAll<HTMLElement>('[data-shows-node]')) row.addEventListener('click', () => view.show(row.dataset.showsNode ?? ''))
  root.dataset.ready = ''
}

function paint(view: View, one: Painted): void {
  if (!view.has(one.node)) return
  if (one.heat > 0) view.canvas().addMarker(one.node, `heat-${one.heat}`)
  if (one.text) view.overlays().add(one.node, 'figure', { position: { bottom: 0, left: 4 }, html: make('span', { class: 'figure', title: one.title }, one.text) })
}
