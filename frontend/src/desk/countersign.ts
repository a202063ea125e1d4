/** A countersign as a new step: several people get the same task, each with its own outcome. */
import type { ModelObject } from './model'
import { t } from './words'

export type Create = (type: string, attributes?: Record<string, unknown>) => ModelObject

/** The list that a new countersign starts with: two units, each with the head of a section. */
export const signers = '= [{unit: "data-bureau"}, {unit: "finance-bureau"}]'

export const agreement = () => [
  { key: 'agree', label: t('Agree'), tone: 'positive', needsOpinion: 'false' },
  { key: 'disagree', label: t('Disagree'), tone: 'negative', needsOpinion: 'true' },
]

export function outcomesEntry(create: Create, items: Record<string, string>[]): ModelObject {
  const outcomes = items.map((item) => create('chengshu:Outcome', { ...item, needsOpinion: item.needsOpinion === 'true' ? 'true' : undefined }))
  return holding(create('chengshu:Outcomes', { outcomes }), outcomes)
}

export function countersignTask(create: Create): ModelObject {
  const loopDetails = create('zeebe:LoopCharacteristics', { inputCollection: signers, inputElement: 'item' })
  const loop = create('bpmn:MultiInstanceLoopCharacteristics', { isSequential: false, extensionElements: extensions(create, [loopDetails]) })
  const entries = [
    create('chengshu:Assign', { unit: '= item.unit', role: 'section_head' }),
    create('chengshu:Approval', { mode: 'all' }),
    outcomesEntry(create, agreement()),
  ]
  const task = create('bpmn:UserTask', { name: t('Countersign'), loopCharacteristics: loop, extensionElements: extensions(create, entries) })
  return holding(holding(task, [loop]), [task.extensionElements])
}

function extensions(create: Create, values: ModelObject[]): ModelObject {
  return holding(create('bpmn:ExtensionElements', { values }), values)
}

function holding(parent: ModelObject, children: ModelObject[]): ModelObject {
  for (const child of children) child.$parent = parent
  return parent
}
