/** The one entry of every page: htmx, the small habits of the shell, and islands loaded when the page has them. */
import 'htmx.org'
import { remember } from './cookies'
import { csrfToken } from './csrf'
import { startShell } from './shell'

type Island = { mount: (element: HTMLElement) => void }

const islands: Record<string, () => Promise<Island>> = {
  'bpmn-diff': () => import('./islands/bpmn-diff'),
  'bpmn-editor': () => import('./islands/bpmn-editor'),
  'bpmn-view': () => import('./islands/bpmn-view'),
  'case-diagram': () => import('./islands/case-diagram'),
  chart: () => import('./islands/chart'),
  cockpit: () => import('./islands/cockpit'),
  confirm: () => import('./islands/confirm'),
  'dirty-form': () => import('./islands/dirty-form'),
  'dmn-editor': () => import('./islands/dmn-editor'),
  drawer: () => import('./islands/drawer'),
  'error-summary': () => import('./islands/error-summary'),
  'form-logic': () => import('./islands/form-logic'),
  heatfield: () => import('./islands/heatfield'),
  'move-cases': () => import('./islands/move-cases'),
  password: () => import('./islands/password'),
  phrases: () => import('./islands/phrases'),
  'portal-keep': () => import('./islands/portal-keep'),
  'point-map': () => import('./islands/point-map'),
  position: () => import('./islands/position'),
  shortcuts: () => import('./islands/shortcuts'),
  treemap: () => import('./islands/treemap'),
  upload: () => import('./islands/upload'),
  'work-list': () => import('./islands/work-list'),
}

function mountIslands(root: ParentNode): void {
  const found = [...root.querySelectorAll<HTMLElement>('[data-island]')]
  if (root instanceof HTMLElement && root.dataset.island) found.push(root)
  for (const element of found) {
    if (element.dataset.mounted !== undefined) continue
    const load = islands[element.dataset.island ?? '']
    if (!load) throw new Error(`No island is called "${element.dataset.island}"`)
    element.dataset.mounted = ''
    void load().then((island) => island.mount(element))
  }
}

document.addEventListener('htmx:config:request', (event) => {
  const { ctx } = (event as CustomEvent<{ ctx: { request: { headers: Record<string, string> } } }>).detail
  ctx.request.headers['X-CSRFToken'] = csrfToken()
})
document.addEventListener('htmx:after:swap', () => mountIslands(document.body))
document.addEventListener('chengshu:shown', (event) => mountIslands(event.target as HTMLElement))

document.documentElement.classList.add('js')
startShell(remember)
mountIslands(document.body)
