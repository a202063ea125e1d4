/** A list of small records in the panel: one line each, with adding, removing and moving. */
import { make } from '../dom'
import type { Choice } from '../facts'
import { t } from '../words'

export type Item = Record<string, string>
export type Column = { key: string; label: string; kind?: 'text' | 'choice' | 'check'; choices?: Choice[]; wide?: boolean }

export function listField(label: string, columns: Column[], items: Item[], change: (items: Item[]) => void, add: { label: string; item: () => Item }): HTMLElement {
  const write = (index: number, key: string, value: string) => change(items.map((item, at) => (at === index ? { ...item, [key]: value } : item)))
  const lines = items.map((item, index) =>
    make(
      'li',
      { class: 'lines__item' },
      ...columns.map((column) => cell(column, item[column.key] ?? '', (value) => write(index, column.key, value))),
      make('div', { class: 'lines__tools' }, mover(items, index, change), remover(items, index, change)),
    ),
  )
  const adder = make('button', { type: 'button', class: 'button button--quiet button--small', click: () => change([...items, add.item()]) }, `+ ${add.label}`)
  return make('div', { class: 'prop' }, make('span', { class: 'prop__label' }, label), lines.length > 0 && make('ol', { class: 'lines' }, ...lines), adder)
}

function cell(column: Column, value: string, change: (value: string) => void): HTMLElement {
  const kind = column.kind ?? 'text'
  if (kind === 'check') {
    const box = make('input', { type: 'checkbox', checked: value === 'true' })
    box.addEventListener('change', () => change(String(box.checked)))
    return make('label', { class: 'lines__check' }, box, make('span', {}, column.label))
  }
  if (kind === 'choice') {
    const select = make('select', { class: 'input', 'aria-label': column.label }, ...(column.choices ?? []).map((one) => make('option', { value: one.key }, one.title)))
    select.value = value
    select.addEventListener('change', () => change(select.value))
    return select
  }
  const input = make('input', { class: column.wide ? 'input lines__wide' : 'input', type: 'text', value, placeholder: column.label, 'aria-label': column.label })
  input.addEventListener('change', () => change(input.value.trim()))
  return input
}

function mover(items: Item[], index: number, change: (items: Item[]) => void): HTMLElement | null {
  if (index === 0) return null
  const moved = () => {
    const copy = [...items]
    copy.splice(index - 1, 0, ...copy.splice(index, 1))
    change(copy)
  }
  return make('button', { type: 'button', class: 'mini', title: t('Move up'), 'aria-label': t('Move up'), click: moved }, '↑')
}

function remover(items: Item[], index: number, change: (items: Item[]) => void): HTMLElement {
  return make('button', { type: 'button', class: 'mini', title: t('Remove'), 'aria-label': t('Remove'), click: () => change(items.filter((_item, at) => at !== index)) }, '×')
}
