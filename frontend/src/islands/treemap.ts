/** Projects by money: area is the amount, colour the share of promises with errors. The table below says the same. */
import { TreemapChart } from 'echarts/charts'
import { TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([CanvasRenderer, TooltipComponent, TreemapChart])

type Tile = { name: string; ref: string; unit: string; value: string; errors: number; kept: number; text: string; href: string }
type Source = { tiles: Tile[]; labels: { unit: string; all: string } }

export function mount(figure: HTMLElement): void {
  const canvas = figure.querySelector<HTMLElement>('.treemap__canvas')
  const block = document.getElementById(figure.dataset.source ?? '')
  if (!canvas || !block) return
  const source = JSON.parse(block.textContent ?? '') as Source
  figure.classList.add('treemap--live')
  const chart = init(canvas, undefined, { renderer: 'canvas' })
  const draw = () => chart.setOption(option(source), { notMerge: true })
  draw()
  chart.on('click', (event) => {
    const href = (event.data as { href?: string } | undefined)?.href
    if (href) location.assign(href)
  })
  new ResizeObserver(() => chart.resize()).observe(canvas)
  document.addEventListener('chengshu:theme', draw)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
}

function option(source: Source): EChartsCoreOption {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const scale = { low: rgb(token('neutral-wash')), high: rgb(token('negative-solid')) }
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  return {
    animation: !still,
    animationDurationUpdate: 250,
    textStyle: { fontFamily: token('font') },
    tooltip: {
      renderMode: 'richText',
      backgroundColor: token('surface'),
      borderColor: token('line'),
      textStyle: { color: token('ink') },
      formatter: (event: { data?: Tile & { amount: string } }) => tip(event.data, source.labels.unit),
    },
    series: [{
      type: 'treemap', name: source.labels.all, roam: false, nodeClick: false, breadcrumb: { show: false },
      left: 0, right: 0, top: 0, bottom: 0, visibleMin: 40,
      itemStyle: { borderColor: token('surface'), borderWidth: 1, gapWidth: 1 },
      label: { overflow: 'truncate', padding: [6, 6], lineHeight: 17, fontSize: 12, formatter: (event: { data: { name: string; amount: string } }) => `${event.data.name}\n${event.data.amount}` },
      data: source.tiles.map((tile) => square(tile, scale, { dark: '#ffffff', light: '#17212b' })),
    }],
  }
}

function tip(tile: (Tile & { amount: string }) | undefined, unit: string): string {
  return tile ? `${tile.ref} ${tile.name}\n${tile.unit}\n${tile.amount} ${unit}\n${tile.text}` : ''
}

type Colour = [number, number, number]

function square(tile: Tile, scale: { low: Colour; high: Colour }, ink: { dark: string; light: string }) {
  const share = 0.06 + 0.84 * tile.errors
  const colour = scale.low.map((low, index) => Math.round(low + ((scale.high[index] ?? low) - low) * share)) as Colour
  return {
    ...tile,
    amount: Number(tile.value).toLocaleString('en-US', { minimumFractionDigits: 2 }),
    value: Number(tile.value),
    itemStyle: { color: `rgb(${colour.join(',')})` },
    label: { color: luminance(colour) > 0.3 ? ink.light : ink.dark },
  }
}

function rgb(hex: string): Colour {
  const digits = hex.replace('#', '')
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)) as Colour
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => (part / 255 <= 0.03928 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4)) as Colour
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
