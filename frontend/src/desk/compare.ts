/** What differs between two versions of a process, element by element: drawn marks and a list in words. */
import { isA, type ModelObject } from './model'

export type Change = { property: string; before: string; after: string }
export type Difference = { kind: 'added' | 'removed' | 'changed' | 'moved'; id: string; name: string; type: string; changes: Change[] }
type Flat = Map<string, string>
type Described = { object: ModelObject; flat: Flat; place: string }

const own = new Set(['id', 'di', 'flowElements', 'laneSets', 'artifacts', 'participants', 'messageFlows', 'incoming', 'outgoing', '$type', '$parent', '$attrs', 'flowNodeRef', 'processRef'])

/** Additions first, then removals, changes and what was only moved; inside each by name. */
export function differences(before: ModelObject, after: ModelObject): Difference[] {
  const old = describe(before)
  const fresh = describe(after)
  const found: Difference[] = []
  for (const [id, one] of fresh) if (!old.has(id)) found.push(of('added', id, one))
  for (const [id, one] of old) {
    const other = fresh.get(id)
    if (!other) found.push(of('removed', id, one))
    else found.push(...between(id, one, other))
  }
  const order = ['added', 'removed', 'changed', 'moved']
  return found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.name.localeCompare(b.name))
}

function between(id: string, old: Described, fresh: Described): Difference[] {
  const changes: Change[] = []
  for (const property of new Set([...old.flat.keys(), ...fresh.flat.keys()])) {
    const [before, after] = [old.flat.get(property) ?? '', fresh.flat.get(property) ?? '']
    if (before !== after) changes.push({ property, before, after })
  }
  if (changes.length > 0) return [{ ...of('changed', id, fresh), changes }]
  return old.place === fresh.place ? [] : [of('moved', id, fresh)]
}

function of(kind: Difference['kind'], id: string, { object }: Described): Difference {
  return { kind, id, name: String(object.name || id), type: object.$type, changes: [] }
}

function describe(definitions: ModelObject): Map<string, Described> {
  const places = placesOf(definitions)
  const found = new Map<string, Described>()
  for (const root of definitions.rootElements ?? []) collect(root, places, found)
  return found
}

function collect(object: ModelObject, places: Map<string, string>, found: Map<string, Described>): void {
  if (object.id) found.set(object.id, { object, flat: flatten(object), place: places.get(object.id) ?? '' })
  for (const list of ['flowElements', 'artifacts', 'participants', 'messageFlows']) for (const child of object[list] ?? []) collect(child, places, found)
  for (const set of object.laneSets ?? []) for (const lane of set.lanes ?? []) collect(lane, places, found)
}

/** Every property of an element by its path, such as `chengshu:Assign.role`; whole elements inside are left out. */
function flatten(object: ModelObject): Flat {
  const flat: Flat = new Map()
  walk(object, '', flat)
  return flat
}

function walk(object: ModelObject, prefix: string, flat: Flat): void {
  for (const property of Object.keys(object)) {
    if (!own.has(property)) write(object[property], prefix ? `${prefix}.${property}` : property, flat)
  }
}

function write(value: unknown, path: string, flat: Flat): void {
  if (value === undefined || value === null || value === '') return
  if (Array.isArray(value)) for (const [index, one] of value.entries()) write(one, path === 'extensionElements.values' ? (one as ModelObject).$type : `${path}.${index + 1}`, flat)
  else if (isModel(value) && value.id && isA(value, 'bpmn:FlowElement', 'bpmn:RootElement')) flat.set(path, String(value.name || value.id))
  else if (isModel(value)) walk(value, path, flat)
  else flat.set(path, String(value))
}

function isModel(value: unknown): value is ModelObject {
  return typeof value === 'object' && value !== null && '$type' in value
}

/** Where each element is drawn. */
function placesOf(definitions: ModelObject): Map<string, string> {
  const places = new Map<string, string>()
  for (const diagram of definitions.diagrams ?? []) {
    for (const drawn of diagram.plane?.planeElement ?? []) {
      const { bounds, waypoint, bpmnElement } = drawn
      const points = bounds ? [bounds.x, bounds.y, bounds.width, bounds.height] : (waypoint ?? []).flatMap((point: ModelObject) => [point.x, point.y])
      if (bpmnElement?.id) places.set(bpmnElement.id, points.map(Math.round).join(' '))
    }
  }
  return places
}
