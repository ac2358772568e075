import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { isReason, readReason } from '../../src/domain/reason.ts';
import { inEnglish } from '../../src/i18n/english.ts';
import type { ConfigWords } from './config-words.ts';

type Path = readonly (string | number)[];

/** As much of JSON Schema as the config's has. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | false;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.string().exactOptional(),
    description: z.string().exactOptional(),
    default: z.unknown().exactOptional(),
    const: z.unknown().exactOptional(),
    enum: z.array(z.unknown()).exactOptional(),
    minimum: z.number().exactOptional(),
    maximum: z.number().exactOptional(),
    minLength: z.number().exactOptional(),
    properties: z.record(z.string(), node).exactOptional(),
    required: z.array(z.string()).exactOptional(),
    additionalProperties: z.union([z.literal(false), node]).exactOptional(),
    items: node.exactOptional(),
    anyOf: z.array(node).exactOptional(),
    oneOf: z.array(node).exactOptional(),
  }),
);

/** Writes the reference of the config, a table for each section, from the schema that the program reads by. */
export function configReference(words: ConfigWords): string {
  const top = node.parse(z.toJSONSchema(configSchema, { io: 'input' }));
  const reference = new Reference(words);
  const sections = Object.entries(top.properties ?? {}).map(([name, section]) => {
    const about = words.section(section.description ?? '', top.required?.includes(name) === true);
    const title = [`## ${name}`, about].filter((part) => part !== '');
    return [...title, ...reference.tablesOf(section, name)].join('\n\n');
  });
  return `<!-- made by \`npm run docs\` from src/config/schema.ts -->
${words.head}

${sections.join('\n')}
${words.rules}

${reference.table(reference.rowsOf(ruleOf(top), '', undefined))}`;
}

/** Writes in the words of one language. */
class Reference {
  readonly #words: ConfigWords;

  constructor(words: ConfigWords) {
    this.#words = words;
  }

  /** A section's table; where it has alternatives, what all of them have, and then a table for each. */
  tablesOf(section: Node, name: string): string[] {
    if (!section.oneOf) return [this.table(this.rowsOf(section, name, [name]))];
    const each = section.oneOf.map((one) => {
      const { const: value } = one.properties?.['dialect'] ?? {};
      return { value, rows: this.rowsOf(one, name, [name]) };
    });
    const [first = { rows: [] }, ...others] = each;
    const common = first.rows.filter((line) => others.every(({ rows }) => rows.includes(line)));
    return [
      this.table(common),
      ...each.map(({ value, rows }) => {
        const own = rows.filter((line) => !common.includes(line));
        return `### ${name}.dialect: ${value}\n\n${this.table(own)}`;
      }),
    ];
  }

  rowsOf(section: Node, name: string, path: Path | undefined): string[] {
    if (section.items?.properties) return this.rowsOf(section.items, `${name}[]`, path && [...path, 0]);
    const values = section.additionalProperties;
    if (!section.properties && values) return this.#mappingRows(section, values, name, path);
    return Object.entries(section.properties ?? {}).flatMap(([key, child]) => {
      const at = name === '' ? key : `${name}.${key}`;
      const below = path && [...path, key];
      const nested = child.properties ?? child.items?.properties ?? child.additionalProperties;
      const standard = section.required?.includes(key) ? this.#words.required : standardOf(child);
      const meaning = this.#words.meaning(child.description ?? '');
      if (nested && !isRule(child)) {
        const own = child.items ? [row(at, this.#words.list, standard, meaning)] : [];
        return [...own, ...this.rowsOf(child, at, below)];
      }
      return [row(at, this.#allowed(child, below), standard, meaning)];
    });
  }

  #mappingRows(section: Node, values: Node, name: string, path: Path | undefined): string[] {
    if (values.properties) return this.rowsOf(values, `${name}.NAME`, path && [...path, 'NAME']);
    const description = section.description ?? values.description ?? '';
    return [row(`${name}.NAME`, this.#allowed(values, undefined), '', this.#words.meaning(description))];
  }

  #allowed(child: Node, path: Path | undefined): string {
    const words = this.#words;
    if (isRule(child)) return words.rule;
    if (child.enum) return child.enum.map(code).join(words.comma);
    if (child.const !== undefined) return code(child.const);
    if (child.anyOf)
      return [...new Set(child.anyOf.map((one) => this.#allowed(one, undefined)))].join(words.comma);
    if (child.type === 'boolean') return `${code(true)}${words.comma}${code(false)}`;
    if (child.type === 'integer')
      return child.minimum === undefined || child.minimum < -1e15
        ? words.whole
        : words.between(words.whole, String(child.minimum), String(child.maximum));
    if (child.type === 'number') return words.number;
    if (child.type === 'string' && child.minLength === undefined && path) return this.#measure(child, path);
    return child.type === 'string' ? words.text : (child.type ?? '');
  }

  /** A duration or a size, whose bounds JSON Schema cannot say: the mistake that far too much makes does. */
  #measure({ default: standardly }: Node, path: Path): string {
    const words = this.#words;
    const isSize = /B$/.test(String(standardly));
    const config = path.reduceRight<unknown>(
      (value, key) => (typeof key === 'number' ? [value] : { [key]: value }),
      isSize ? '999999999GiB' : '999999999d',
    );
    const issues = configSchema.safeParse(config).error?.issues ?? [];
    const said = issues.find((issue) => issue.path.join('.') === path.join('.'))?.message;
    const { allowed } = readReason(said ?? '').params;
    const [, low, high] = (isReason(allowed) && /^(.+) to (.+)$/.exec(inEnglish(allowed))) || [];
    const kind = isSize ? words.size : words.duration;
    return low === undefined || high === undefined ? kind : words.between(kind, low, high);
  }

  table(rows: readonly string[]): string {
    return `${[`| ${this.#words.columns.join(' | ')} |`, '|---|---|---|---|', ...rows].join('\n')}\n`;
  }
}

function isRule({ anyOf, properties }: Node): boolean {
  return properties?.['expr'] === undefined ? (anyOf ?? []).some(isRule) : true;
}

/** The mapping form of a rule, which the schema holds at every place that takes one. */
function ruleOf(top: Node): Node {
  const found = find(top.properties?.['sources']?.items?.properties?.['fields']?.additionalProperties);
  if (!found) throw new Error('the schema of the config has no rules below sources[].fields any more');
  return found;
}

function find(place: Node | false | undefined): Node | undefined {
  if (!place) return undefined;
  if (place.properties?.['expr']) return place;
  for (const child of place.anyOf ?? []) {
    const found = find(child);
    if (found) return found;
  }
  return undefined;
}

function standardOf(child: Node): string {
  return child.default === undefined ? '' : code(child.default);
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function row(...cells: readonly string[]): string {
  const [name = '', ...rest] = cells;
  return `| ${[`\`${name}\``, ...rest].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
