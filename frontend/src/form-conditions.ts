/**
 * Conditions and sums of the registers' forms, as `engines/registers/conditions.py` and `entries.py` compute them.
 * Both sides pass the same examples (`engines/registers/tests/conditions.json`). Nothing here touches the page.
 */
export type Operand = string | boolean | string[] | null
export type Logic = Record<string, unknown>
export type Lookup = (path: string) => Operand

type Field = { var: string }
const largestExponent = 20

export function holds(logic: Logic, lookup: Lookup): boolean {
  const [operator = '', argument] = Object.entries(logic)[0] ?? []
  if (operator === 'and') return (argument as Logic[]).every((part) => holds(part, lookup))
  if (operator === 'or') return (argument as Logic[]).some((part) => holds(part, lookup))
  if (operator === '!') return !holds(argument as Logic, lookup)
  if (operator === 'filled') return isFilled(lookup((argument as Field).var))
  const [field, constant] = argument as [Field, unknown]
  const value = lookup(field.var)
  if (operator === 'in') return isAmong(value, constant as unknown[])
  return compares(operator, value, constant)
}

function isFilled(value: Operand): boolean {
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
}

function isAmong(value: Operand, constants: unknown[]): boolean {
  const chosen = Array.isArray(value) ? value : [value]
  return chosen.some((each) => constants.some((constant) => compares('==', each, constant)))
}

function compares(operator: string, value: Operand, constant: unknown): boolean {
  const order = compared(value, constant)
  if (order === null) return operator === '!='
  if (operator === '==') return order === 0
  if (operator === '!=') return order !== 0
  if (operator === '>') return order > 0
  if (operator === '>=') return order >= 0
  return operator === '<' ? order < 0 : order <= 0
}

/** Negative, 0 or positive as by their order; null when the two are not of one kind. */
function compared(value: Operand, constant: unknown): number | null {
  if (typeof constant === 'boolean') return typeof value === 'boolean' ? Number(value) - Number(constant) : null
  if (typeof constant === 'number') {
    const left = exact(value)
    const right = exact(String(constant))
    if (!left || !right) return null
    const places = Math.max(left.places, right.places)
    const difference = scaled(left, places) - scaled(right, places)
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }
  if (typeof value !== 'string' || value === '') return null
  const text = String(constant)
  return value < text ? -1 : value > text ? 1 : 0
}

/** A decimal number without rounding: `digits` without the point, `places` behind it. */
export type Exact = { digits: bigint; places: number }

export function exact(value: Operand | undefined): Exact | null {
  if (typeof value !== 'string') return null
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(value.normalize('NFKC').trim().replaceAll(',', ''))
  if (!match || (!match[2] && !match[3])) return null
  const fraction = match[3] ?? ''
  let digits = BigInt(`${match[2]}${fraction}`)
  if (match[1] === '-') digits = -digits
  const shift = Number(match[4] ?? 0) - fraction.length
  if (digits !== 0n && Math.abs(String(digits).replace('-', '').length - 1 + shift) > largestExponent) return null
  return shift > 0 ? { digits: digits * 10n ** BigInt(shift), places: 0 } : { digits, places: -shift }
}

function scaled(number: Exact, places: number): bigint {
  return number.digits * 10n ** BigInt(places - number.places)
}

export function sum(values: (Operand | undefined)[], places: number): string {
  const numbers = values.map(exact).filter((number) => number !== null)
  const widest = Math.max(0, ...numbers.map((number) => number.places))
  return rounded({ digits: numbers.reduce((total, number) => total + scaled(number, widest), 0n), places: widest }, places)
}

/** Empty while a factor is missing. */
export function product(values: (Operand | undefined)[], places: number): string {
  const numbers = values.map(exact)
  if (numbers.some((number) => number === null)) return ''
  const total = (numbers as Exact[]).reduce(
    (so_far, number) => ({ digits: so_far.digits * number.digits, places: so_far.places + number.places }),
    { digits: 1n, places: 0 },
  )
  return rounded(total, places)
}

/** Halves away from zero, as the server rounds. */
function rounded(number: Exact, places: number): string {
  const negative = number.digits < 0n
  let digits = negative ? -number.digits : number.digits
  const surplus = number.places - places
  if (surplus > 0) {
    const unit = 10n ** BigInt(surplus)
    digits = (digits + unit / 2n) / unit
  } else digits *= 10n ** BigInt(-surplus)
  const text = String(digits).padStart(places + 1, '0')
  const shown = places ? `${text.slice(0, -places)}.${text.slice(-places)}` : text
  return negative && digits !== 0n ? `-${shown}` : shown
}
