/** The promise board: hover cards, showing only some verdicts, and one tab stop with arrow keys for all cells. */
export function mount(board: HTMLElement): void {
  const cells = [...board.querySelectorAll<HTMLAnchorElement>('.heat__cell')]
  filterCells(board, cells)
  roveFocus(board, cells)
  showCards(board)
}

function filterCells(board: HTMLElement, cells: HTMLAnchorElement[]): void {
  const chips = [...board.querySelectorAll<HTMLElement>('.chip')]
  const apply = () => {
    const pressed = chips.filter((chip) => chip.getAttribute('aria-pressed') === 'true')
    const tones = pressed.flatMap((chip) => chip.dataset.tone ?? [])
    const flags = pressed.flatMap((chip) => chip.dataset.flag ?? [])
    for (const cell of cells) {
      const tone = tones.length === 0 || tones.some((name) => cell.classList.contains(`heat__cell--${name}`))
      const flagged = flags.length === 0 || flags.some((flag) => (flag ? cell.dataset.flagged === flag : cell.dataset.flagged !== undefined))
      cell.toggleAttribute('data-dimmed', !tone || !flagged)
    }
  }
  for (const chip of chips) {
    chip.addEventListener('click', () => {
      chip.setAttribute('aria-pressed', String(chip.getAttribute('aria-pressed') !== 'true'))
      apply()
    })
  }
}

function roveFocus(board: HTMLElement, cells: HTMLAnchorElement[]): void {
  const rows = [...board.querySelectorAll('tr')].map((row) => [...row.querySelectorAll<HTMLAnchorElement>('.heat__cell')]).filter((row) => row.length > 0)
  const hold = (cell: HTMLAnchorElement | undefined, focus: boolean) => {
    if (!cell) return
    for (const other of cells) other.tabIndex = other === cell ? 0 : -1
    if (focus) cell.focus()
  }
  hold(cells[0], false)
  board.addEventListener('focusin', (event) => {
    if (cells.includes(event.target as HTMLAnchorElement)) hold(event.target as HTMLAnchorElement, false)
  })
  board.addEventListener('keydown', (event) => {
    const row = rows.findIndex((one) => one.includes(event.target as HTMLAnchorElement))
    if (row < 0) return
    const column = rows[row]!.indexOf(event.target as HTMLAnchorElement)
    const target = step(rows, row, column, event.key)
    if (!target) return
    event.preventDefault()
    hold(target, true)
  })
}

function step(rows: HTMLAnchorElement[][], row: number, column: number, key: string): HTMLAnchorElement | undefined {
  const here = rows[row]!
  const nearest = (other: HTMLAnchorElement[] | undefined) => other?.[Math.min(column, other.length - 1)]
  switch (key) {
    case 'ArrowRight': return here[column + 1] ?? rows[row + 1]?.[0]
    case 'ArrowLeft': return here[column - 1] ?? rows[row - 1]?.at(-1)
    case 'ArrowDown': return nearest(rows[row + 1])
    case 'ArrowUp': return nearest(rows[row - 1])
    case 'Home': return here[0]
    case 'End': return here.at(-1)
    default: return undefined
  }
}

function showCards(board: HTMLElement): void {
  const card = Object.assign(document.createElement('div'), { className: 'heat__card', hidden: true })
  card.setAttribute('aria-hidden', 'true')
  document.body.append(card)
  const hide = () => (card.hidden = true)
  const show = (event: Event) => {
    const cell = (event.target as Element).closest<HTMLAnchorElement>('.heat__cell')
    if (!cell) return
    fill(card, cell)
    card.hidden = false
    place(card, cell)
  }
  board.addEventListener('pointerover', show)
  board.addEventListener('pointerout', hide)
  board.addEventListener('focusin', show)
  board.addEventListener('focusout', hide)
  document.addEventListener('keydown', (event) => event.key === 'Escape' && hide())
  addEventListener('scroll', hide, { passive: true })
}

function fill(card: HTMLElement, cell: HTMLElement): void {
  const title = Object.assign(document.createElement('strong'), { textContent: cell.dataset.name ?? '' })
  const verdict = Object.assign(document.createElement('div'), { textContent: cell.dataset.verdict ?? '' })
  const facts = document.createElement('dl')
  for (const line of (cell.dataset.facts ?? '').split('\n').filter(Boolean)) {
    const [term = '', value = ''] = line.split('\t')
    facts.append(
      Object.assign(document.createElement('dt'), { textContent: term }),
      Object.assign(document.createElement('dd'), { textContent: value }),
    )
  }
  card.replaceChildren(title, verdict, facts)
}

function place(card: HTMLElement, cell: HTMLElement): void {
  const at = cell.getBoundingClientRect()
  const left = Math.min(Math.max(8, at.left), innerWidth - card.offsetWidth - 8)
  const below = at.bottom + 8 + card.offsetHeight < innerHeight
  const top = below ? at.bottom + 8 : at.top - card.offsetHeight - 8
  card.style.transform = `translate(${left + scrollX}px, ${top + scrollY}px)`
}
