/** What every element has: name, id, an explanation; and what the process as a whole says. */
import type { Context } from './context'
import { areaField, checkField, choiceField, feelField, textField } from './fields'
import { t } from '../words'

type Fields = (HTMLElement | null)[]

export function generalFields(context: Context): Fields {
  const { model, element, owner } = context
  const named = context.is('bpmn:FlowElement', 'bpmn:Process', 'bpmn:Participant', 'bpmn:Lane') || element.type === 'bpmn:Participant'
  return [
    named ? textField(t('Name'), String(owner.name ?? ''), (name) => (owner === element.businessObject ? model.rename(element, name) : context.set({ name }))) : null,
    context.is('bpmn:TextAnnotation') ? areaField(t('Text'), String(owner.text ?? ''), (text) => context.set({ text })) : null,
    textField(t('Key'), owner.id, (id) => void (model.changeId(element, owner, id) || context.redraw()), {
      hint: t('Used in conditions and in the history; letters, digits and _ only.'),
    }),
    areaField(t('Explanation'), documentation(context), (text) => writeDocumentation(context, text), { placeholder: t('What the person at this step should know') }),
  ]
}

function documentation({ owner }: Context): string {
  return String(owner.documentation?.[0]?.text ?? '')
}

function writeDocumentation(context: Context, text: string): void {
  const entry = text ? [context.model.create('bpmn:Documentation', { text })] : []
  context.set({ documentation: entry })
}

export function processFields(context: Context): Fields {
  if (!context.is('bpmn:Process')) return []
  const { facts, owner } = context
  const read = (name: string) => context.read('chengshu:Case', name)
  const write = (name: string) => context.write('chengshu:Case', name)
  return [
    checkField(t('May be started'), Boolean(owner.isExecutable), (isExecutable) => context.set({ isExecutable }), t('A process that only illustrates something is left unticked.')),
    feelField(t('Title of a case'), read('title'), context.writeFeel('chengshu:Case', 'title'), {
      address: facts.addresses.feel, placeholder: '"用印申请：" + subject', hint: t('Shown in the inbox; made from the form’s variables.'),
    }),
    textField(t('Prefix of case numbers'), read('numberPrefix'), write('numberPrefix'), { placeholder: 'YY' }),
    choiceField(t('Form that starts a case'), read('startForm'), facts.forms, write('startForm'), { empty: t('— none —') }),
  ]
}

export function processClockFields(context: Context): Fields {
  if (!context.is('bpmn:Process')) return []
  const read = (name: string) => context.read('chengshu:Case', name)
  const write = (name: string) => context.write('chengshu:Case', name)
  return [
    textField(t('Legal limit'), read('legal'), write('legal'), { placeholder: '20wd', hint: t('wd = working days, d = natural days, h = hours; such as 20wd.') }),
    textField(t('Promised limit'), read('promised'), write('promised'), { placeholder: '4wd', hint: t('At most the legal limit.') }),
    choiceField(t('Rule of the clock'), read('rule'), context.facts.rules, write('rule'), { empty: t('— none —') }),
  ]
}
