/** The diagram of a case: where it stands, and the way it came. The list beside it says the same in words. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'
import 'bpmn-js/dist/assets/bpmn-js.css'
import 'bpmn-js/dist/assets/diagram-js.css'

type Token = { node: string; count: number; faulty: boolean; label: string }
type Standing = { tokens: Token[]; visited: string[] }
type Canvas = { addMarker(id: string, marker: string): void; zoom(level?: number | 'fit-viewport', centre?: 'auto'): number }
type Element = { id: string; source?: Element; target?: Element; waypoints?: unknown }
type Registry = { get(id: string): Element | undefined; filter(test: (element: Element) => boolean): Element[] }
type Overlays = { add(id: string, overlay: { position: Record<string, number>; html: HTMLElement }): void }

export function mount(figure: HTMLElement): void {
  void draw(figure)
}

async function draw(figure: HTMLElement): Promise<void> {
  const container = figure.querySelector<HTMLElement>('.case-map__canvas')
  const block = document.getElementById(figure.dataset.standing ?? '')
  const answer = await fetch(figure.dataset.source ?? '')
  if (!container || !block || !answer.ok) return
  const standing = JSON.parse(block.textContent ?? '') as Standing
  figure.classList.add('case-map--live')
  const viewer = new NavigatedViewer({ container, zoomScroll: { enabled: false } } as ConstructorParameters<typeof NavigatedViewer>[0])
  try {
    await viewer.importXML(await answer.text())
  } catch {
    figure.classList.remove('case-map--live')
    return
  }
  const canvas = viewer.get<Canvas>('canvas')
  mark(viewer.get<Registry>('elementRegistry'), canvas, viewer.get<Overlays>('overlays'), standing)
  canvas.zoom('fit-viewport', 'auto')
  zoomByButtons(figure, canvas)
}

function mark(registry: Registry, canvas: Canvas, overlays: Overlays, standing: Standing): void {
  const live = new Set(standing.tokens.map((token) => token.node))
  const visited = new Set(standing.visited)
  for (const id of visited) if (registry.get(id) && !live.has(id)) canvas.addMarker(id, 'visited')
  const passed = (element?: Element) => Boolean(element && (visited.has(element.id) || live.has(element.id)))
  for (const flow of registry.filter((element) => Boolean(element.waypoints))) {
    if (visited.has(flow.source?.id ?? '') && passed(flow.target)) canvas.addMarker(flow.id, 'visited')
  }
  for (const token of standing.tokens) {
    if (!registry.get(token.node)) continue
    canvas.addMarker(token.node, token.faulty ? 'faulty' : 'live')
    overlays.add(token.node, { position: { top: -11, right: 11 }, html: badge(token) })
  }
}

function badge(token: Token): HTMLElement {
  const html = document.createElement('span')
  html.className = token.faulty ? 'case-map__token case-map__token--faulty' : 'case-map__token'
  html.textContent = token.faulty ? '!' : String(token.count)
  html.title = token.label
  return html
}

function zoomByButtons(figure: HTMLElement, canvas: Canvas): void {
  figure.addEventListener('click', (event) => {
    const step = (event.target as HTMLElement).closest<HTMLElement>('[data-zoom]')?.dataset.zoom
    if (step === 'fit') canvas.zoom('fit-viewport', 'auto')
    else if (step) canvas.zoom(canvas.zoom() * (step === 'in' ? 1.25 : 0.8), 'auto')
  })
}
