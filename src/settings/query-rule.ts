/** Arguments for `create_engine(connect_args=…)`, as JSON. */
export type ConnectArgs = { [name: string]: string | number | boolean | null | ConnectArgs };

/** What becomes of one parameter of an address under one driver. `unsafe` says what may change at run time. */
export type Rule =
  | { kind: 'keep' }
  | { kind: 'rename'; name: string; value: string; why: string; unsafe?: string }
  | { kind: 'move'; connectArgs: ConnectArgs; why: string; unsafe?: string }
  | { kind: 'drop'; why: string; unsafe?: string }
  | { kind: 'unknown'; why: string };

/** Takes a value that stands in the address and says what becomes of it. */
export type RuleFor = (value: string) => Rule;

export const keep: RuleFor = () => ({ kind: 'keep' });
export const drop =
  (why: string, unsafe?: string): RuleFor =>
  () => ({ kind: 'drop', why, ...(unsafe !== undefined && { unsafe }) });
export const unknown =
  (why: string): RuleFor =>
  () => ({ kind: 'unknown', why });
export const rename =
  (name: string, why: string): RuleFor =>
  (value) => ({ kind: 'rename', name, value, why });

export function rules(...groups: [names: string, rule: RuleFor][]): Map<string, RuleFor> {
  return new Map(
    groups.flatMap(([names, rule]) => names.split(' ').map((name): [string, RuleFor] => [name, rule])),
  );
}

export const PRISMA = drop('It is an option of Prisma, which no Python driver knows.');
