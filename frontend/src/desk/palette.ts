/** What can be drawn: the steps of an administrative process first, by the names officials use. */
import { type Create, countersignTask } from './countersign'
import { t } from './words'

/* The services of the diagram packages are injected by the names of the constructor's arguments in `$inject`. */
type Service = any
type Entry = { group: string; className?: string; title?: string; separator?: boolean; action?: Record<string, (event: Event, element?: Service) => void> }

type Drawn = { key: string; group: string; icon: string; title: string; type: string; details?: Record<string, unknown>; countersign?: boolean }

const drawn: Drawn[] = [
  { key: 'create.start-event', group: 'event', icon: 'bpmn-icon-start-event-none', title: 'Start', type: 'bpmn:StartEvent' },
  { key: 'create.end-event', group: 'event', icon: 'bpmn-icon-end-event-none', title: 'End', type: 'bpmn:EndEvent' },
  { key: 'create.timer', group: 'event', icon: 'bpmn-icon-intermediate-event-catch-timer', title: 'Wait for a time', type: 'bpmn:IntermediateCatchEvent', details: { eventDefinitionType: 'bpmn:TimerEventDefinition' } },
  { key: 'create.user-task', group: 'activity', icon: 'bpmn-icon-user-task', title: 'Task for people', type: 'bpmn:UserTask' },
  { key: 'create.countersign', group: 'activity', icon: 'bpmn-icon-parallel-mi-marker', title: 'Countersign', type: 'bpmn:UserTask', countersign: true },
  { key: 'create.decision', group: 'activity', icon: 'bpmn-icon-business-rule-task', title: 'Decision table', type: 'bpmn:BusinessRuleTask' },
  { key: 'create.service', group: 'activity', icon: 'bpmn-icon-service-task', title: 'Service', type: 'bpmn:ServiceTask' },
  { key: 'create.call', group: 'activity', icon: 'bpmn-icon-call-activity', title: 'Called process', type: 'bpmn:CallActivity' },
  { key: 'create.sub-process', group: 'activity', icon: 'bpmn-icon-subprocess-expanded', title: 'Sub-process', type: 'bpmn:SubProcess', details: { isExpanded: true } },
  { key: 'create.exclusive', group: 'gateway', icon: 'bpmn-icon-gateway-xor', title: 'Either … or', type: 'bpmn:ExclusiveGateway' },
  { key: 'create.parallel', group: 'gateway', icon: 'bpmn-icon-gateway-parallel', title: 'All at once', type: 'bpmn:ParallelGateway' },
]

export class DeskPalette {
  static $inject = ['palette', 'create', 'elementFactory', 'spaceTool', 'lassoTool', 'handTool', 'globalConnect', 'bpmnFactory']

  constructor(
    palette: Service,
    private readonly create: Service,
    private readonly factory: Service,
    private readonly space: Service,
    private readonly lasso: Service,
    private readonly hand: Service,
    private readonly connect: Service,
    private readonly objects: Service,
  ) {
    palette.registerProvider(this)
  }

  getPaletteEntries(): Record<string, Entry> {
    return { ...this.tools(), ...Object.fromEntries(drawn.map((one) => [one.key, this.entry(one)])), ...this.containers() }
  }

  private tools(): Record<string, Entry> {
    const tool = (icon: string, title: string, activate: (event: Event) => void): Entry => ({ group: 'tools', className: icon, title: t(title), action: { click: activate } })
    return {
      'hand-tool': tool('bpmn-icon-hand-tool', 'Activate hand tool', (event) => this.hand.activateHand(event)),
      'lasso-tool': tool('bpmn-icon-lasso-tool', 'Activate lasso tool', (event) => this.lasso.activateSelection(event)),
      'space-tool': tool('bpmn-icon-space-tool', 'Activate create/remove space tool', (event) => this.space.activateSelection(event)),
      'global-connect-tool': tool('bpmn-icon-connection-multi', 'Activate global connect tool', (event) => this.connect.start(event)),
      'tool-separator': { group: 'tools', separator: true },
    }
  }

  private entry(one: Drawn): Entry {
    const start = (event: Event) => this.create.start(event, this.shape(one))
    return { group: one.group, className: one.icon, title: t(one.title), action: { dragstart: start, click: start } }
  }

  private shape(one: Drawn): Service {
    const create: Create = (type, attributes) => this.objects.create(type, attributes)
    const businessObject = one.countersign ? countersignTask(create) : undefined
    return this.factory.createShape({ type: one.type, ...one.details, ...(businessObject && { businessObject }) })
  }

  private containers(): Record<string, Entry> {
    const pool = (event: Event) => this.create.start(event, this.factory.createParticipantShape())
    return { 'create.participant': { group: 'collaboration', className: 'bpmn-icon-participant', title: t('Create pool/participant'), action: { dragstart: pool, click: pool } } }
  }
}

/** What follows a step: a task for people where the package would offer a task without a kind. */
export class DeskContextPad {
  static $inject = ['contextPad', 'autoPlace', 'create', 'elementFactory']

  constructor(
    pad: Service,
    private readonly autoPlace: Service,
    private readonly create: Service,
    private readonly factory: Service,
  ) {
    pad.registerProvider(500, this)
  }

  getContextPadEntries(element: Service): (entries: Record<string, Entry>) => Record<string, Entry> {
    return (entries) => {
      if (!entries['append.append-task']) return entries
      const shape = () => this.factory.createShape({ type: 'bpmn:UserTask' })
      entries['append.append-task'] = {
        group: 'model',
        className: 'bpmn-icon-user-task',
        title: t('Then a task for people'),
        action: {
          click: () => this.autoPlace.append(element, shape()),
          dragstart: (event) => this.create.start(event, shape(), { source: element }),
        },
      }
      return entries
    }
  }
}

export const drawing = {
  __init__: ['paletteProvider', 'deskContextPad'],
  paletteProvider: ['type', DeskPalette],
  deskContextPad: ['type', DeskContextPad],
}
