/** Two versions of a process beside each other, moved and zoomed together, with what differs in colour and in words. */
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css'
import '../desk/diagram.css'
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'
import { type Difference, differences } from '../desk/compare'
import { make, need } from '../desk/dom'
import { readFacts } from '../desk/facts'
import { lettering, vocabularies } from '../desk/moddle'
import type { ModelObject } from '../desk/model'
import { propertyName } from '../desk/property-names'
import { View } from '../desk/viewing'
import { t, translation } from '../desk/words'

type Compared = { before: string; after: string; words: Record<string, string> }
type Box = { x: number; y: number; width: number; height: number }
type Boxed = { viewbox(box?: Box): Box }

export function mount(root: HTMLElement): void {
  void start(root, readFacts<Compared>(root))
}

async function start(root: HTMLElement, facts: Compared): Promise<void> {
  const [before, after] = [open(root, 'before'), open(root, 'after')]
  await Promise.all([before.viewer.importXML(facts.before), after.viewer.importXML(facts.after)])
  const found = differences(before.viewer.getDefinitions() as ModelObject, after.viewer.getDefinitions() as ModelObject)
  for (const one of found) paint(one, before, after)
  after.fit()
  follow(before, after)
  follow(after, before)
  before.viewer.get<Boxed>('canvas').viewbox(after.viewer.get<Boxed>('canvas').viewbox())
  need(root, '[data-part="changes"]').replaceChildren(...listOf(found, before, after))
  root.dataset.ready = ''
}

function open(root: HTMLElement, part: string): View {
  return new View(new NavigatedViewer({ container: need(root, `[data-part="${part}"]`), moddleExtensions: vocabularies, textRenderer: lettering(), additionalModules: [translation] }))
}

function paint(one: Difference, before: View, after: View): void {
  for (const [view, kinds] of [[before, ['removed', 'changed', 'moved']], [after, ['added', 'changed', 'moved']]] as const) {
    if ((kinds as readonly string[]).includes(one.kind) && view.has(one.id)) view.canvas().addMarker(one.id, `diff-${one.kind}`)
  }
}

function follow(leader: View, other: View): void {
  leader.viewer.on('canvas.viewbox.changed', ({ viewbox }: { viewbox: Box }) => {
    const canvas = other.viewer.get<Boxed>('canvas')
    const now = canvas.viewbox()
    const same = Math.abs(now.x - viewbox.x) + Math.abs(now.y - viewbox.y) + Math.abs(now.width - viewbox.width) < 0.5
    if (!same) canvas.viewbox({ x: viewbox.x, y: viewbox.y, width: viewbox.width, height: viewbox.height })
  })
}

const titles = { added: 'Added', removed: 'Removed', changed: 'Changed', moved: 'Moved only' } as const

function listOf(found: Difference[], before: View, after: View): HTMLElement[] {
  if (found.length === 0) return [make('p', { class: 'side__lead' }, t('The two versions say and draw the same.'))]
  const show = (one: Difference) => (one.kind === 'removed' ? before : after).show(one.id)
  return (['added', 'removed', 'changed', 'moved'] as const).flatMap((kind) => {
    const group = found.filter((one) => one.kind === kind)
    if (group.length === 0) return []
    const heading = make('h3', { class: 'changes__head' }, make('span', { class: `changes__key diff-key-${kind}`, 'aria-hidden': 'true' }), t(titles[kind]), ` ${group.length}`)
    return [heading, make('ul', { class: 'changes' }, ...group.map((one) => lineOf(one, () => show(one))))]
  })
}

function lineOf(one: Difference, show: () => void): HTMLElement {
  const rows = one.changes.map((change) =>
    make('tr', {}, make('th', { scope: 'row' }, propertyName(change.property)), make('td', { class: 'changes__before' }, change.before || '—'), make('td', { class: 'changes__after' }, change.after || '—')),
  )
  const bare = one.type.replace('bpmn:', '').replace(/([a-z])([A-Z])/g, (_whole, end: string, start: string) => `${end} ${start.toLowerCase()}`)
  return make('li', {},
    make('button', { type: 'button', class: 'changes__name', click: show }, make('strong', {}, one.name), make('small', {}, t(bare))),
    rows.length > 0 && make('table', { class: 'changes__table' }, make('tbody', {}, ...rows)),
  )
}
