/** The one entry of every page: htmx, the small habits of the shell, and islands loaded when the page has them. */
import 'htmx.org'
import { remember } from './cookies'
import { csrfToken } from './csrf'
import { startShell } from './shell'

type Island = { mount: (element: HTMLElement) => void }

const islands: Record<string, () => Promise<Island>> = {
  chart: () => import('./islands/chart'),
  confirm: () => import('./islands/confirm'),
  'dirty-form': () => import('./islands/dirty-form'),
  drawer: () => import('./islands/drawer'),
  'error-summary': () => import('./islands/error-summary'),
  heatfield: () => import('./islands/heatfield'),
  password: () => import('./islands/password'),
  shortcuts: () => import('./islands/shortcuts'),
  treemap: () => import('./islands/treemap'),
  upload: () => import('./islands/upload'),
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

document.documentElement.classList.add('js')
startShell(remember)
mountIslands(document.body)
