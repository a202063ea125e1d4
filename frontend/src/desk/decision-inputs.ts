/**
 * Declares what decision tables read. The standard lets a table see only what its decision requires; people write a
 * name into an input column and expect it to be known. Each such name becomes input data that the decision requires.
 */

// The model objects of the diagram package are open records.
type Thing = any

const name = /^[\p{L}_][\p{L}\p{N}_]*$/u

export function declareInputs(definitions: Thing): void {
  const elements: Thing[] = definitions.drgElement ?? []
  for (const decision of elements.filter((one) => one.$type === 'dmn:Decision')) {
    const known = new Set(required(decision, elements).map(nameOf))
    for (const input of decision.decisionLogic?.input ?? []) {
      const wanted = String(input.inputExpression?.text ?? '').trim()
      if (!name.test(wanted) || known.has(wanted)) continue
      known.add(wanted)
      require(definitions, decision, wanted, String(input.inputExpression.typeRef ?? ''))
    }
  }
}

function required(decision: Thing, elements: Thing[]): Thing[] {
  const hrefs: string[] = (decision.informationRequirement ?? []).map((one: Thing) => (one.requiredInput ?? one.requiredDecision)?.href)
  return elements.filter((one) => hrefs.includes(`#${one.id}`))
}

function nameOf(element: Thing): string {
  return String(element.variable?.name ?? element.name ?? element.id)
}

function require(definitions: Thing, decision: Thing, wanted: string, typeRef: string): void {
  const { $model: model } = definitions
  const found = definitions.drgElement.find((one: Thing) => one.$type === 'dmn:InputData' && nameOf(one) === wanted)
  const data = found ?? inputData(definitions, wanted, typeRef)
  const requirement = model.create('dmn:InformationRequirement', { id: `requires_${decision.id}_${data.id}` })
  requirement.requiredInput = child(model.create('dmn:DMNElementReference', { href: `#${data.id}` }), requirement)
  decision.get('informationRequirement').push(child(requirement, decision))
  draw(definitions, decision, data, requirement, !found)
}

function inputData(definitions: Thing, wanted: string, typeRef: string): Thing {
  const { $model: model } = definitions
  const id = `input_${wanted.replace(/[^A-Za-z0-9_]/g, (letter) => letter.codePointAt(0)!.toString(16))}`
  const data = child(model.create('dmn:InputData', { id, name: wanted }), definitions)
  data.variable = child(model.create('dmn:InformationItem', { id: `${id}_variable`, name: wanted, typeRef: typeRef || undefined }), data)
  definitions.drgElement.push(data)
  return data
}

/** Below the decision, beside what stands there. A file without a diagram keeps none. */
function draw(definitions: Thing, decision: Thing, data: Thing, requirement: Thing, isNew: boolean): void {
  const diagram = definitions.dmnDI?.diagrams?.[0]
  const drawn: Thing[] = diagram?.diagramElements ?? []
  const above = drawn.find((one) => one.dmnElementRef?.id === decision.id)?.bounds
  if (!above) return
  const { $model: model } = definitions
  const beside = drawn.filter((one) => one.dmnElementRef?.$type === 'dmn:InputData').length
  const own = isNew ? { x: above.x + 150 * beside, y: above.y + above.height + 77, width: 125, height: 45 } : drawn.find((one) => one.dmnElementRef?.id === data.id)?.bounds
  if (!own) return
  if (isNew) {
    const shape = child(model.create('dmndi:DMNShape', { id: `${data.id}_di`, dmnElementRef: data }), diagram)
    shape.bounds = child(model.create('dc:Bounds', own), shape)
    drawn.push(shape)
  }
  const points = [[own.x + own.width / 2, own.y], [above.x + above.width / 2, above.y + above.height + 20], [above.x + above.width / 2, above.y + above.height]]
  const edge = child(model.create('dmndi:DMNEdge', { id: `${requirement.id}_di`, dmnElementRef: requirement }), diagram)
  edge.waypoint = points.map(([x, y]) => child(model.create('dc:Point', { x, y }), edge))
  drawn.push(edge)
}

function child(element: Thing, parent: Thing): Thing {
  element.$parent = parent
  return element
}
