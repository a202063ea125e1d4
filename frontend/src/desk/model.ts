/** Reading and writing a BPMN model through the editor's command stack, so that every change can be undone. */
import type Modeler from 'bpmn-js/lib/Modeler'

// The diagram packages describe their model objects as open records; so do we.
export interface ModelObject {
  $type: string
  id: string
  $parent?: ModelObject
  [property: string]: any
}
export interface Shape {
  id: string
  type: string
  businessObject: ModelObject
  parent?: Shape
  children?: Shape[]
  incoming?: Shape[]
  outgoing?: Shape[]
  labelTarget?: Shape
}
type Values = Record<string, string>

export function isA(thing: ModelObject | Shape | undefined, ...types: string[]): boolean {
  const object: any = (thing as Shape | undefined)?.businessObject ?? thing
  return Boolean(object?.$instanceOf) && types.some((type) => object.$instanceOf(type))
}

/** What carries the definition: the process of a participant, otherwise the element's own object. */
export function ownerOf(element: Shape): ModelObject {
  const object = element.businessObject
  return isA(object, 'bpmn:Participant') && object.processRef ? object.processRef : object
}

export class Model {
  constructor(readonly modeler: Modeler) {}

  /** The process that the diagram is about: the only one, or the first of the participants. */
  process(): ModelObject | undefined {
    const root = this.modeler.getDefinitions() as ModelObject | undefined
    return root?.rootElements?.find((one: ModelObject) => isA(one, 'bpmn:Process'))
  }

  elements(...types: string[]): Shape[] {
    const registry = this.modeler.get<{ filter(test: (one: Shape) => boolean): Shape[] }>('elementRegistry')
    return registry.filter((one) => !one.labelTarget && isA(one, ...types))
  }

  element(id: string): Shape | undefined {
    return this.modeler.get<{ get(id: string): Shape | undefined }>('elementRegistry').get(id)
  }

  /** An extension such as `chengshu:Assign`, when the object carries one. */
  extension(owner: ModelObject, type: string): ModelObject | undefined {
    return owner.extensionElements?.values?.find((one: ModelObject) => one.$type === type)
  }

  /** Set attributes of the element's own object; an empty text removes the attribute. */
  set(element: Shape, owner: ModelObject, values: Record<string, any>): void {
    const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === '' ? undefined : value]))
    this.modeling.updateModdleProperties(element, owner, given)
  }

  /** Give the object this extension with these attributes; with none left, take it away. */
  setExtension(element: Shape, owner: ModelObject, type: string, attributes: Values, keep = false): void {
    const now: Values = { ...attributesOf(this.extension(owner, type)), ...attributes }
    const filled = Object.fromEntries(Object.entries(now).filter(([, value]) => value !== ''))
    const wanted = keep || Object.keys(filled).length > 0
    this.replaceExtension(element, owner, type, wanted ? this.create(type, filled) : undefined)
  }

  replaceExtension(element: Shape, owner: ModelObject, type: string, entry: ModelObject | undefined): void {
    const others: ModelObject[] = owner.extensionElements?.values?.filter((one: ModelObject) => one.$type !== type) ?? []
    const values = entry ? [...others, entry] : others
    const holder = this.create('bpmn:ExtensionElements', { values })
    for (const value of values) value.$parent = holder
    holder.$parent = owner
    this.modeling.updateModdleProperties(element, owner, { extensionElements: values.length > 0 ? holder : undefined })
  }

  /** A FEEL expression as BPMN holds it, or nothing for an empty text. */
  expression(text: string): ModelObject | undefined {
    return text.trim() === '' ? undefined : this.create('bpmn:FormalExpression', { body: text.trim() })
  }

  create(type: string, attributes: Record<string, unknown> = {}): ModelObject {
    return this.modeler.get<{ create(type: string, attributes: object): ModelObject }>('bpmnFactory').create(type, attributes)
  }

  addRoot(object: ModelObject): ModelObject {
    const definitions = this.modeler.getDefinitions() as ModelObject
    object.$parent = definitions
    definitions.rootElements.push(object)
    return object
  }

  rename(element: Shape, name: string): void {
    this.modeling.updateProperties(element, { name: name === '' ? undefined : name })
  }

  /** @returns false when the id is taken or is not a valid name */
  changeId(element: Shape, owner: ModelObject, id: string): boolean {
    const ids = this.modeler.get<{ ids: { assigned(id: string): unknown } }>('moddle').ids
    if (!/^[A-Za-z_][\w.-]*$/.test(id) || (id !== owner.id && ids.assigned(id))) return false
    if (owner === element.businessObject) this.modeling.updateProperties(element, { id })
    else this.modeling.updateModdleProperties(element, owner, { id })
    return true
  }

  private get modeling(): any {
    return this.modeler.get('modeling')
  }
}

function attributesOf(object: ModelObject | undefined): Values {
  if (!object) return {}
  const names: string[] = (object as any).$descriptor.properties.filter((one: any) => one.isAttr).map((one: any) => one.name)
  const local = names.map((name) => name.split(':').pop() ?? name)
  return Object.fromEntries(local.map((name) => [name, object[name] === undefined ? '' : String(object[name])]))
}
