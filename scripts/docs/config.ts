import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';

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
  }),
);

/** Writes the reference of the config, a table for each section, from the schema that the program reads by. */
export function configReference(): string {
  const top = node.parse(z.toJSONSchema(configSchema, { io: 'input' }));
  const sections = Object.entries(top.properties ?? {}).map(([name, section]) => {
    const required = top.required?.includes(name) ? ' Required.' : '';
    const title = [`## ${name}`, `${sentence(section.description ?? '')}${required}`.trim()].filter(
      (part) => part !== '',
    );
    return [...title, table(rowsOf(section, name, [name]))].join('\n\n');
  });
  return `<!-- made by \`npm run docs\` from src/config/schema.ts -->
# The config, key by key

YAML; an unknown key is a mistake. Relative paths are relative to the config file. Durations are written
\`500ms\` \`10s\` \`5m\` \`2h\` \`30d\`, sizes \`64KiB\` \`2GiB\`. A number that is a name is quoted: \`parkId: "3302122004"\`.
\`pilegate check\` says every mistake at once; [config.example.yaml](../config.example.yaml) shows each key in its place.
The gate's key and the broker's password are never in it: a \`…File\` key names their file, or they come as systemd
credentials (\`gate.key\`, \`mqtt.password\`), or in \`PILEGATE_GATE_KEY\` and \`PILEGATE_MQTT_PASSWORD\`.

${sections.join('\n')}
## Rules

A rule says where one value comes from: a path into the event as text, or a mapping of the keys below, or a list of
such rules, of which the first that gives a value counts.

${table(rowsOf(ruleOf(top), '', undefined))}`;
}

function rowsOf(section: Node, name: string, path: Path | undefined): string[] {
  if (section.items?.properties) return rowsOf(section.items, `${name}[]`, path && [...path, 0]);
  const values = section.additionalProperties;
  if (!section.properties && values) return mappingRows(section, values, name, path);
  return Object.entries(section.properties ?? {}).flatMap(([key, child]) => {
    const at = name === '' ? key : `${name}.${key}`;
    const below = path && [...path, key];
    const nested = child.properties ?? child.items?.properties ?? child.additionalProperties;
    if (nested && !isRule(child)) {
      const own = child.items ? [row(at, 'list', standard(child, section, key), meaning(child))] : [];
      return [...own, ...rowsOf(child, at, below)];
    }
    return [row(at, allowed(child, below), standard(child, section, key), meaning(child))];
  });
}

function mappingRows(section: Node, values: Node, name: string, path: Path | undefined): string[] {
  if (values.properties) return rowsOf(values, `${name}.NAME`, path && [...path, 'NAME']);
  return [row(`${name}.NAME`, allowed(values, undefined), '', meaning(section) || meaning(values))];
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

function allowed(child: Node, path: Path | undefined): string {
  if (isRule(child)) return 'a rule, see [below](#rules)';
  if (child.enum) return child.enum.map(code).join(', ');
  if (child.const !== undefined) return code(child.const);
  if (child.anyOf) return [...new Set(child.anyOf.map((one) => allowed(one, undefined)))].join(', ');
  if (child.type === 'boolean') return `${code(true)}, ${code(false)}`;
  if (child.type === 'integer')
    return child.minimum === undefined || child.minimum < -1e15
      ? 'whole number'
      : `whole number, ${child.minimum} to ${child.maximum}`;
  if (child.type === 'number') return 'number';
  if (child.type === 'string' && child.minLength === undefined && path) return measure(child, path);
  return child.type === 'string' ? 'text' : (child.type ?? '');
}

/** A duration or a size, whose bounds JSON Schema cannot say: the mistake that far too much makes does. */
function measure({ default: standardly }: Node, path: Path): string {
  const kind = /B$/.test(String(standardly)) ? 'size' : 'duration';
  const config = path.reduceRight<unknown>(
    (value, key) => (typeof key === 'number' ? [value] : { [key]: value }),
    kind === 'size' ? '999999999GiB' : '999999999d',
  );
  const issues = configSchema.safeParse(config).error?.issues ?? [];
  const said = issues.find((issue) => issue.path.join('.') === path.join('.'))?.message;
  const bounds = /allowed is (.+ to .+)$/.exec(said ?? '')?.[1];
  return bounds === undefined ? kind : `${kind}, ${bounds}`;
}

function standard(child: Node, parent: Node, key: string): string {
  if (parent.required?.includes(key)) return 'required';
  return child.default === undefined ? '' : code(child.default);
}

function meaning({ description = '' }: Node): string {
  return description;
}

function sentence(text: string): string {
  return text === '' ? '' : `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function row(...cells: readonly string[]): string {
  const [name = '', ...rest] = cells;
  return `| ${[`\`${name}\``, ...rest].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function table(rows: readonly string[]): string {
  return `${['| key | allowed | default | meaning |', '|---|---|---|---|', ...rows].join('\n')}\n`;
}
