/** What the editor and the read-only diagrams share: finding an element, showing it, fitting the drawing. */
import type BaseViewer from 'bpmn-js/lib/BaseViewer'

type Box = { x: number; y: number; width: number; height: number }
type Canvas = {
  zoom(to?: string | number, centre?: string | object): number
  scrollToElement(element: object, padding?: number): void
  addMarker(id: string, marker: string): void
  removeMarker(id: string, marker: string): void
  resized(): void
  viewbox(): { inner: Box; outer: Box }
  viewbox(box: Box): void
}
type Registry = { get(id: string): object | undefined }
type Selection = { select(element: object): void }
type Overlays = { add(id: string, type: string, overlay: object): void; remove(filter: object): void }

export class View {
  constructor(readonly viewer: BaseViewer) {}

  has(id: string): boolean {
    return this.registry.get(id) !== undefined
  }

  canvas(): Canvas {
    return this.viewer.get<Canvas>('canvas')
  }

  overlays(): Overlays {
    return this.viewer.get<Overlays>('overlays')
  }

  /** Bring the element into view and select it. */
  show(id: string): void {
    const element = this.registry.get(id)
    if (!element) return
    this.canvas().scrollToElement(element, 120)
    this.viewer.get<Selection | undefined>('selection', false)?.select(element)
  }

  /** The whole drawing in the window, clear of what covers its edges, never larger than it was drawn. */
  fit(left = 24): void {
    const canvas = this.canvas()
    canvas.resized()
    const { inner, outer } = canvas.viewbox()
    if (inner.width === 0 || outer.width === 0) return
    const margin = 24
    const scale = Math.min(1, (outer.width - left - margin) / inner.width, (outer.height - 2 * margin) / inner.height)
    const [width, height] = [outer.width / scale, outer.height / scale]
    canvas.viewbox({ x: inner.x - left / scale - Math.max(0, (width - (left + margin) / scale - inner.width) / 2), y: inner.y - (height - inner.height) / 2, width, height })
  }

  zoomBy(factor: number): void {
    this.canvas().zoom(Math.min(4, Math.max(0.2, this.canvas().zoom() * factor)))
  }

  private get registry(): Registry {
    return this.viewer.get<Registry>('elementRegistry')
  }
}
