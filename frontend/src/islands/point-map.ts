/**
 * Devices as points of a map without any outside server: points, base layer and graticule come from our own addresses.
 * Points are clustered in the worker; after the first answer only what differs is fetched.
 */
import { GeoJSONSource, type LngLatBoundsLike, Map as PointMap, NavigationControl, Popup, setWorkerUrl, type StyleSpecification } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import type * as GeoJSON from 'geojson'
import { fragment } from '../fragment'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

type Point = GeoJSON.Feature<GeoJSON.Point, { condition: number; rank: number }>
type Answer = { whole: boolean; points: Point[]; gone: number[]; mark: string }

const REFRESH_MS = 10_000
const HEAD_BYTES = 13
const POINT_BYTES = 17
/** Condition of a point (engines/streams/points.py) → how grave it is, and the token of its colour. */
const RANKS: Record<number, number> = { 0: 1, 1: 9, 2: 8, 3: 7, 4: 6, 5: 5, 6: 2, 7: 0, 8: 4, 9: 3 }
const TOKENS = ['line-strong', 'positive-solid', 'neutral-solid', 'neutral-solid', 'neutral-solid', 'chart-6', 'info-solid', 'caution-solid', 'chart-2', 'negative-solid']
const FIRST_ALARM = 6
const NANSHA: LngLatBoundsLike = [113.2, 22.5, 113.8, 23.1]

setWorkerUrl(workerUrl)

export function mount(figure: HTMLElement): void {
  try {
    new DeviceMap(figure)
  } catch {
    figure.querySelector<HTMLElement>('[data-map-failed]')!.hidden = false
    figure.classList.add('point-map--failed')
  }
}

class DeviceMap {
  private readonly map: PointMap
  private readonly known = new Map<number, Point>()
  private mark = ''
  private popup: Popup | undefined

  constructor(private readonly figure: HTMLElement) {
    const canvas = figure.querySelector<HTMLElement>('[data-canvas]')!
    this.map = new PointMap({
      container: canvas,
      style: style(),
      bounds: NANSHA,
      attributionControl: false,
      fadeDuration: 0,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      locale: {
        'NavigationControl.ZoomIn': figure.dataset.zoomIn ?? '',
        'NavigationControl.ZoomOut': figure.dataset.zoomOut ?? '',
        'Popup.Close': figure.dataset.close ?? '',
        'Map.Title': figure.dataset.title ?? '',
      },
    })
    this.map.touchZoomRotate.disableRotation()
    this.map.addControl(new NavigationControl({ showCompass: false }))
    this.map.on('load', () => void this.begin())
    this.map.on('click', (event) => this.pick(event.point))
    canvas.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.pick(this.map.project(this.map.getCenter()))
    })
    const repaint = () => this.map.setStyle(style(), { diff: true, transformStyle: (previous, next) => ({ ...next, sources: { ...next.sources, ...(previous?.sources ?? {}) } }) })
    document.addEventListener('chengshu:theme', repaint)
    Object.assign(figure, { pointMap: this.map })
  }

  private async begin(): Promise<void> {
    void this.drawBase()
    await this.refresh()
    this.fit()
    this.figure.dataset.ready = ''
    const again = async () => {
      if (!this.figure.isConnected) return this.map.remove()
      if (!document.hidden && this.figure.offsetParent) await this.refresh()
      setTimeout(() => void again(), REFRESH_MS)
    }
    setTimeout(() => void again(), REFRESH_MS)
  }

  private async refresh(): Promise<void> {
    try {
      const found = await fetchPoints(this.figure.dataset.points ?? '', this.mark)
      if (found) this.take(found)
      if (this.figure.dataset.layers) await this.drawLayers(this.figure.dataset.layers)
      this.tell(false)
    } catch {
      this.tell(true)
    }
  }

  private take(found: Answer): void {
    const source = this.map.getSource('points') as GeoJSONSource
    this.mark = found.mark
    if (found.whole) this.known.clear()
    const added = found.points.filter((point) => !this.known.has(Number(point.id)))
    const changed = found.points.filter((point) => this.known.has(Number(point.id)))
    for (const id of found.gone) this.known.delete(id)
    for (const point of found.points) this.known.set(Number(point.id), point)
    if (found.whole) source.setData({ type: 'FeatureCollection', features: found.points })
    else
      source.updateData({
        add: added,
        remove: found.gone,
        update: changed.map((point) => ({
          id: point.id!,
          newGeometry: point.geometry,
          addOrUpdateProperties: Object.entries(point.properties).map(([key, value]) => ({ key, value })),
        })),
      })
    this.count()
  }

  private count(): void {
    const words = this.figure.querySelector<HTMLTemplateElement>('[data-map-words]')?.content.textContent ?? ''
    let alarms = 0
    for (const point of this.known.values()) if (point.properties.rank >= FIRST_ALARM) alarms += 1
    const line = this.figure.querySelector('[data-map-count]')
    if (line) line.textContent = words.replace('%(count)s', String(this.known.size)).replace('%(alarms)s', String(alarms))
  }

  private fit(): void {
    let [west, south, east, north] = [180, 90, -180, -90]
    for (const point of this.known.values()) {
      const [x = 0, y = 0] = point.geometry.coordinates
      west = Math.min(west, x)
      east = Math.max(east, x)
      south = Math.min(south, y)
      north = Math.max(north, y)
    }
    if (west <= east) this.map.fitBounds([west, south, east, north], { padding: 32, maxZoom: 15, animate: false })
  }

  private async drawBase(): Promise<void> {
    const response = await fetch(this.figure.dataset.base ?? '')
    if (!response.ok) return
    const found = (await response.json()) as { map: GeoJSON.FeatureCollection; review_number?: string }
    if (!found.review_number) return
    ;(this.map.getSource('base') as GeoJSONSource).setData(found.map)
    const note = this.figure.querySelector('[data-map-base]')
    if (note) note.textContent = (this.figure.dataset.review ?? '').replace('%(number)s', found.review_number)
  }

  private async drawLayers(address: string): Promise<void> {
    const response = await fetch(address)
    if (!response.ok) throw new Error(String(response.status))
    ;(this.map.getSource('layers') as GeoJSONSource).setData((await response.json()) as GeoJSON.FeatureCollection)
  }

  private pick(at: { x: number; y: number }): void {
    const box: [[number, number], [number, number]] = [[at.x - 6, at.y - 6], [at.x + 6, at.y + 6]]
    const hit = this.map.queryRenderedFeatures(box, { layers: ['layers', 'points', 'clusters'] })[0]
    if (!hit) return
    const place = (hit.geometry as GeoJSON.Point).coordinates as [number, number]
    if (hit.layer.id === 'clusters') void this.open(Number(hit.properties.cluster_id), place)
    else if (hit.layer.id === 'layers') this.show(place, linkTo(hit.properties))
    else void this.showDevice(Number(hit.id), place)
  }

  private async open(cluster: number, place: [number, number]): Promise<void> {
    const zoom = await (this.map.getSource('points') as GeoJSONSource).getClusterExpansionZoom(cluster)
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.map.easeTo({ center: place, zoom: Math.min(zoom, 20), animate: !still })
  }

  private async showDevice(id: number, place: [number, number]): Promise<void> {
    const response = await fetch((this.figure.dataset.device ?? '').replace('/0/', `/${id}/`))
    const element = document.createElement('div')
    if (response.ok) element.replaceChildren(...fragment(await response.text()))
    else element.textContent = String(response.status)
    this.show(place, element)
  }

  private show(place: [number, number], content: HTMLElement): void {
    this.popup?.remove()
    this.popup = new Popup({ maxWidth: '20rem' }).setLngLat(place).setDOMContent(content).addTo(this.map)
  }

  private tell(lost: boolean): void {
    this.figure.querySelector<HTMLElement>('[data-map-lost]')!.hidden = !lost
  }
}

function linkTo(properties: Record<string, unknown>): HTMLElement {
  const href = String(properties.href ?? '')
  const element = document.createElement(href.startsWith('/') ? 'a' : 'span')
  element.textContent = String(properties.title ?? '')
  if (element instanceof HTMLAnchorElement) element.href = href
  return element
}

/** The points, or what differs since an earlier answer; nothing when nothing does. */
async function fetchPoints(address: string, since: string): Promise<Answer | null> {
  const headers: Record<string, string> = since ? { 'If-None-Match': `"${since.slice(0, 32)}"` } : {}
  const response = await fetch(since ? `${address}?since=${since}` : address, { headers, cache: 'no-store' })
  if (response.status === 304) return null
  if (!response.ok || response.redirected) throw new Error(String(response.status))
  return read(await response.arrayBuffer(), response.headers.get('Chengshu-Mark') ?? '')
}

export function read(buffer: ArrayBuffer, mark: string): Answer {
  const view = new DataView(buffer)
  const [count, gone] = [view.getUint32(5), view.getUint32(9)]
  const points: Point[] = []
  for (let index = 0, at = HEAD_BYTES; index < count; index += 1, at += POINT_BYTES) {
    const condition = view.getUint8(at + 16) & 127
    points.push({
      type: 'Feature',
      id: Number(view.getBigInt64(at)),
      geometry: { type: 'Point', coordinates: [view.getInt32(at + 8) / 1e7, view.getInt32(at + 12) / 1e7] },
      properties: { condition, rank: RANKS[condition] ?? 0 },
    })
  }
  const ids = Array.from({ length: gone }, (_one, index) => Number(view.getBigInt64(HEAD_BYTES + count * POINT_BYTES + index * 8)))
  return { whole: view.getUint8(4) === 1, points, gone: ids, mark }
}

function style(): StyleSpecification {
  const computed = getComputedStyle(document.documentElement)
  /* On a wall letters grow with the screen, and what the map draws with them. */
  const scale = Math.max(1, parseFloat(computed.fontSize) / 16)
  const token = (name: string) => computed.getPropertyValue(`--${name}`).trim()
  const colours = (property: string) => ['match', ['get', property], ...TOKENS.flatMap((name, rank) => [rank, token(name)]), token('neutral-solid')]
  const nothing: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }
  return {
    version: 8,
    sources: {
      graticule: { type: 'geojson', data: graticule() },
      base: { type: 'geojson', data: nothing },
      layers: { type: 'geojson', data: nothing },
      points: { type: 'geojson', data: nothing, cluster: true, clusterRadius: 44 * scale, clusterMaxZoom: 15, clusterProperties: { worst: ['max', ['get', 'rank']] } },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': token('sunken') } },
      { id: 'graticule', type: 'line', source: 'graticule', paint: { 'line-color': token('line'), 'line-width': 1 } },
      { id: 'base-areas', type: 'fill', source: 'base', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': token('surface') } },
      { id: 'base-lines', type: 'line', source: 'base', paint: { 'line-color': token('line-strong'), 'line-width': 1.5 } },
      {
        id: 'clusters', type: 'circle', source: 'points', filter: ['has', 'point_count'],
        paint: {
          'circle-color': token('surface'),
          'circle-stroke-color': colours('worst') as never,
          'circle-stroke-width': 4 * scale,
          'circle-radius': ['step', ['get', 'point_count'], 14 * scale, 50, 18 * scale, 500, 23 * scale, 5000, 28 * scale],
        },
      },
      {
        id: 'cluster-counts', type: 'symbol', source: 'points', filter: ['has', 'point_count'],
        layout: { 'text-field': ['get', 'point_count_abbreviated'], 'text-size': 13 * scale, 'text-font': ['sans-serif'], 'text-allow-overlap': true },
        paint: { 'text-color': token('ink') },
      },
      {
        id: 'points', type: 'circle', source: 'points', filter: ['!', ['has', 'point_count']],
        paint: { 'circle-color': colours('rank') as never, 'circle-radius': ['case', ['>=', ['get', 'rank'], FIRST_ALARM], 8 * scale, 5.5 * scale], 'circle-stroke-color': token('surface'), 'circle-stroke-width': 1.5 },
      },
      { id: 'layers', type: 'circle', source: 'layers', paint: { 'circle-color': token('accent'), 'circle-radius': 8 * scale, 'circle-stroke-color': token('ink'), 'circle-stroke-width': 2 } },
    ],
  } as StyleSpecification
}

/** A tenth of a degree apart over the land around the district. */
function graticule(): GeoJSON.FeatureCollection {
  const lines: number[][][] = []
  for (let tenth = 1100; tenth <= 1180; tenth += 1) lines.push([[tenth / 10, 20], [tenth / 10, 26]])
  for (let tenth = 200; tenth <= 260; tenth += 1) lines.push([[110, tenth / 10], [118, tenth / 10]])
  return { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: lines } }] }
}
