/**
 * A view of the cockpit that stays alive. One small request asks whether anything changed; only tiles with another mark
 * are fetched, each by itself, and only what really differs is exchanged. A tile that is slow or fails holds up no other.
 */
import { fragment } from '../fragment'

type Pulse = { version: number; marks: Record<string, string> }

const PATIENCE_MS = 15_000
const SIGNED_OUT = 401

export function mount(root: HTMLElement): void {
  const tiles = [...root.querySelectorAll<HTMLElement>('[data-tile]')].map((element) => new Tile(element))
  const pulse = new PulseLine(root)
  const every = Math.max(5, Number(root.dataset.refresh ?? 30)) * 1000
  const beat = async () => {
    if (!document.hidden) await refresh(root, tiles, pulse)
    setTimeout(() => void beat(), every)
  }
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void refresh(root, tiles, pulse)
  })
  void beat()
  if (root.dataset.rotate) turnPages(root, Number(root.dataset.rotate) * 1000)
}

async function refresh(root: HTMLElement, tiles: Tile[], pulse: PulseLine): Promise<void> {
  const found = await pulse.ask()
  if (!found) return
  if (found.version !== Number(root.dataset.version)) return location.reload()
  for (const tile of tiles) void tile.follow(found.marks[tile.key] ?? '')
}

/** The line that says how fresh everything is, and that the server is lost when it is. */
class PulseLine {
  private last: Pulse | null = null
  private tag = ''
  private readonly at: HTMLElement | null
  constructor(private readonly root: HTMLElement) {
    this.at = root.querySelector('[data-pulse-at]')
  }

  async ask(): Promise<Pulse | null> {
    try {
      const headers: Record<string, string> = this.tag ? { 'If-None-Match': this.tag } : {}
      const response = await fetch(this.root.dataset.pulse ?? '', { headers, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })
      if (response.status === SIGNED_OUT || response.redirected) return this.tell('out')
      if (response.status !== 304) {
        if (!response.ok) return this.tell('lost')
        this.last = (await response.json()) as Pulse
        this.tag = response.headers.get('ETag') ?? ''
      }
      this.tell('well')
      return this.last
    } catch {
      return this.tell('lost')
    }
  }

  private tell(state: 'well' | 'lost' | 'out'): null {
    const since = this.root.querySelector('[data-pulse-since]')
    if (state === 'well' && this.at) this.at.textContent = moment(new Date())
    if (state === 'lost' && since && this.at) since.textContent = this.at.textContent
    for (const name of ['well', 'lost', 'out']) {
      this.root.querySelector<HTMLElement>(`[data-pulse-${name}]`)!.hidden = name !== state
    }
    this.root.classList.toggle('cockpit--lost', state !== 'well')
    return null
  }
}

function moment(at: Date): string {
  const two = (number: number) => String(number).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

class Tile {
  readonly key: string
  private mark = ''
  private shown = ''
  private busy = false
  private readonly inside: HTMLElement
  constructor(private readonly element: HTMLElement) {
    this.key = element.dataset.tile ?? ''
    this.inside = element.querySelector<HTMLElement>('[data-inside]')!
  }

  /** Fetch what the tile shows if its mark is another one, or if it failed before. */
  async follow(mark: string): Promise<void> {
    if (this.busy || mark === this.mark) return
    this.busy = true
    try {
      const response = await fetch(this.element.dataset.url ?? '', { signal: AbortSignal.timeout(PATIENCE_MS) })
      if (!response.ok || response.redirected) throw new Error(String(response.status))
      this.exchange(await response.text())
      this.mark = mark
      this.tellLost(false)
    } catch {
      this.tellLost(true)
    } finally {
      this.busy = false
      this.element.removeAttribute('aria-busy')
    }
  }

  /** Nothing moves when nothing differs; whoever stood on a link of the tile stands on it again. */
  private exchange(text: string): void {
    if (text === this.shown) return
    const held = this.inside.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null
    this.shown = text
    this.inside.replaceChildren(...fragment(text))
    if (held) this.inside.querySelector<HTMLElement>(`a[href="${CSS.escape(held)}"]`)?.focus()
    fit(this.element)
    this.inside.dispatchEvent(new CustomEvent('chengshu:shown', { bubbles: true }))
  }

  private tellLost(lost: boolean): void {
    this.element.classList.toggle('tile--lost', lost)
    this.element.querySelector<HTMLElement>('[data-tile-lost]')!.hidden = !lost
  }
}

/** On a wall nothing scrolls: lines that do not fit are left out, and the tile says how many. */
function fit(tile: HTMLElement): void {
  const body = tile.querySelector<HTMLElement>('.tile__body')
  if (!body || !tile.closest('[data-page]') || !tile.offsetParent) return
  const lines = [...body.querySelectorAll<HTMLElement>('li')].filter((line) => !line.parentElement?.matches('.tile__counts'))
  for (const line of lines) line.hidden = false
  const bottom = body.getBoundingClientRect().bottom
  const beyond = lines.filter((line) => line.getBoundingClientRect().bottom > bottom + 1)
  for (const line of beyond) line.hidden = true
  if (beyond.length) body.dataset.more = String(beyond.length)
  else delete body.dataset.more
}

/** Page after page on a wall; arrow keys and the buttons turn, the space bar holds. */
function turnPages(root: HTMLElement, every: number): void {
  const pages = [...root.querySelectorAll<HTMLElement>('[data-page]')]
  const turns = [...root.querySelectorAll<HTMLElement>('[data-turn]')]
  const hold = root.querySelector<HTMLElement>('[data-hold]')
  let at = 0
  let held = pages.length < 2
  const show = (next: number) => {
    at = (next + pages.length) % pages.length
    pages.forEach((page, index) => (page.hidden = index !== at))
    turns.forEach((turn, index) => turn.setAttribute('aria-current', String(index === at)))
    for (const tile of pages[at]?.querySelectorAll<HTMLElement>('[data-tile]') ?? []) fit(tile)
  }
  const holdOn = () => {
    held = !held
    hold?.setAttribute('aria-pressed', String(held))
  }
  turns.forEach((turn, index) => turn.addEventListener('click', () => show(index)))
  hold?.addEventListener('click', holdOn)
  document.addEventListener('keydown', (event) => {
    if ((event.target as HTMLElement).closest('a, button, canvas, input, select')) return
    if (event.key === 'ArrowRight') show(at + 1)
    else if (event.key === 'ArrowLeft') show(at - 1)
    else if (event.key === ' ') holdOn()
    else return
    event.preventDefault()
  })
  setInterval(() => {
    if (!held) show(at + 1)
  }, every)
}
