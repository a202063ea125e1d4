/** A chart drawn from the data block beside it. The table under it says the same in words. */
import { BarChart, LineChart, PieChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([AriaComponent, BarChart, CanvasRenderer, GridComponent, LegendComponent, LineChart, MarkLineComponent, PieChart, TooltipComponent])

type Series = { name: string; values: (number | string | null)[]; tone?: string; dashed?: boolean }
type Source = { kind: 'line' | 'bar' | 'stack' | 'pie'; unit?: string; categories: string[]; series: Series[] }
type Palette = ReturnType<typeof palette>

export function mount(figure: HTMLElement): void {
  const canvas = figure.querySelector<HTMLElement>('.chart__canvas')
  const block = document.getElementById(figure.dataset.source ?? '')
  if (!canvas || !block) return
  const source = JSON.parse(block.textContent ?? '') as Source
  figure.classList.add('chart--live')
  const chart = init(canvas, undefined, { renderer: 'canvas' })
  const draw = () => chart.setOption(option(source, palette()), { notMerge: true })
  draw()
  new ResizeObserver(() => chart.resize()).observe(canvas)
  document.addEventListener('chengshu:theme', draw)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
}

function palette() {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    ink: token('ink'),
    soft: token('ink-3'),
    line: token('line'),
    surface: token('surface'),
    font: token('font'),
    colours: [1, 2, 3, 4, 5, 6].map((index) => token(`chart-${index}`)),
    tone: (name: string) => token(name === 'neutral' ? 'line-strong' : `${name}-solid`),
  }
}

function option(source: Source, colours: Palette): EChartsCoreOption {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  const common = {
    animation: !still,
    animationDuration: 250,
    aria: { enabled: false },
    color: colours.colours,
    textStyle: { fontFamily: colours.font, color: colours.ink },
    legend: { show: source.kind === 'pie' || source.series.length > 1, bottom: 0, icon: 'roundRect', itemWidth: 12, itemHeight: 8, textStyle: { color: colours.soft } },
    tooltip: {
      trigger: source.kind === 'pie' ? 'item' : 'axis',
      renderMode: 'richText',
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.ink },
    },
  }
  return source.kind === 'pie' ? { ...common, series: [pie(source, colours)] } : { ...common, ...axes(source, colours), series: source.series.map((one) => cartesian(source, one, colours)) }
}

function axes(source: Source, colours: Palette) {
  const legend = source.series.length > 1 ? 28 : 4
  return {
    grid: { left: 4, right: 12, top: 16, bottom: legend, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category',
      data: source.categories,
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
      axisLabel: { color: colours.soft },
    },
    yAxis: { type: 'value', axisLabel: { color: colours.soft }, splitLine: { lineStyle: { color: colours.line, type: 'dashed' } } },
  }
}

function cartesian(source: Source, one: Series, colours: Palette) {
  const colour = one.tone ? colours.tone(one.tone) : undefined
  const data = one.values.map((value) => (value === null ? null : Number(value)))
  if (source.kind === 'line') {
    return {
      type: 'line', name: one.name, data, color: colour, connectNulls: false, symbol: 'circle', symbolSize: 6,
      showSymbol: data.length < 25, lineStyle: { width: 2, type: one.dashed ? 'dashed' : 'solid' },
    }
  }
  return { type: 'bar', name: one.name, data, color: colour, barMaxWidth: 28, stack: source.kind === 'stack' ? 'all' : undefined }
}

function pie(source: Source, colours: Palette) {
  const first = source.series[0]
  return {
    type: 'pie', radius: ['52%', '76%'], center: ['50%', '44%'], label: { show: false },
    itemStyle: { borderColor: colours.surface, borderWidth: 2 },
    data: source.categories.map((name, index) => ({ name, value: Number(first?.values[index] ?? 0) })),
  }
}
