/** Names of model properties for people; what is not listed keeps the name of the standard. */
import { t } from './words'

const names: Record<string, string> = {
  name: 'Name',
  'documentation.1.text': 'Explanation',
  isExecutable: 'May be started',
  default: 'Otherwise flow',
  sourceRef: 'From',
  targetRef: 'To',
  'conditionExpression.body': 'Condition',
  attachedToRef: 'Attached to',
  cancelActivity: 'Interrupts',
  'loopCharacteristics.isSequential': 'One after another',
  'loopCharacteristics.zeebe:LoopCharacteristics.inputCollection': 'List',
  'loopCharacteristics.completionCondition.body': 'Finished early when',
  'chengshu:Assign.unit': 'Unit',
  'chengshu:Assign.role': 'Role',
  'chengshu:Assign.assignee': 'One particular person',
  'chengshu:Approval.mode': 'Mode',
  'chengshu:Approval.needed': 'How many must agree',
  'chengshu:Approval.veto': 'One refusal ends it',
  'chengshu:Limit.amount': 'Time limit',
  'chengshu:Limit.unit': 'Time limit counted in',
  'chengshu:Limit.warn': 'Warning share',
  'chengshu:Powers.returns': 'May return the case',
  'chengshu:Status.code': 'Status of the case',
  'chengshu:Clock.do': 'Clock',
  'chengshu:Case.title': 'Title of a case',
  'chengshu:Case.legal': 'Legal limit',
  'chengshu:Case.promised': 'Promised limit',
  'chengshu:Case.startForm': 'Form that starts a case',
  'zeebe:FormDefinition.formId': 'Form',
  'zeebe:CalledDecision.decisionId': 'Decision table',
  'zeebe:CalledDecision.resultVariable': 'Result variable',
  'zeebe:TaskDefinition.type': 'Service',
}

export function propertyName(path: string): string {
  const known = names[path]
  if (known) return t(known)
  const outcome = /^chengshu:Outcomes\.outcomes\.(\d+)\.(\w+)$/.exec(path)
  return outcome ? t('Button {number}: {what}', { number: outcome[1] ?? '', what: outcome[2] ?? '' }) : path
}
