/** What every section of the panel is given. */
import type { Facts } from '../facts'
import { isA, Model, ownerOf, type ModelObject, type Shape } from '../model'

export class Context {
  readonly owner: ModelObject

  constructor(
    readonly model: Model,
    readonly element: Shape,
    readonly facts: Facts,
    readonly folded: Set<string>,
    readonly redraw: () => void,
  ) {
    this.owner = ownerOf(element)
  }

  is(...types: string[]): boolean {
    return isA(this.owner, ...types)
  }

  /** An attribute of an extension, as text; empty when absent. */
  read(type: string, name: string): string {
    const value: unknown = this.model.extension(this.owner, type)?.[name]
    return value === undefined ? '' : String(value)
  }

  write(type: string, name: string): (value: string) => void {
    return (value) => this.model.setExtension(this.element, this.owner, type, { [name]: value })
  }

  /** Like `write`, for values that are FEEL: the stored text starts with `=`. */
  writeFeel(type: string, name: string): (value: string) => void {
    return (value) => this.write(type, name)(value ? `= ${value}` : '')
  }

  set(values: Record<string, unknown>, owner: ModelObject = this.owner): void {
    this.model.set(this.element, owner, values)
  }

  /** Names that expressions of this model may use: what its tasks decide and its steps produce. */
  names(): string[] {
    const found = new Set(['outcome'])
    for (const { businessObject: object } of this.model.elements('bpmn:Activity')) {
      if (isA(object, 'bpmn:UserTask')) found.add(`${object.id}_outcome`)
      if (this.model.extension(object, 'chengshu:Approval')) for (const what of ['result', 'share']) found.add(`${object.id}_${what}`)
      for (const type of ['zeebe:CalledDecision', 'zeebe:Script']) {
        const variable: unknown = this.model.extension(object, type)?.resultVariable
        if (variable) found.add(String(variable))
      }
    }
    return [...found]
  }
}
