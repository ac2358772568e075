import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema, gateOpenApi, pilesAsyncApi } from '../../scripts/docs/schemas.ts';
import { sessionEnd } from '../support/session.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A YAML document as a mapping. */
function mapping(text: string): Record<string, unknown> {
  const value: unknown = parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('not a mapping');
  return { ...value };
}

/** Resolves `a/b/c` in nested mappings. */
function at(value: unknown, path: string): object {
  let found = value;
  for (const step of path.split('.'))
    found = typeof found === 'object' && found !== null ? Reflect.get(found, step) : undefined;
  if (typeof found !== 'object' || found === null) throw new Error(`nothing at ${path}`);
  return found;
}

describe('the JSON Schema of the config', () => {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(JSON.parse(configJsonSchema()));
  const example = readFileSync(`${ROOT}/config.example.yaml`, 'utf8');
  const mistakes = () =>
    (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);

  it('takes the example', () => {
    validate(mapping(example));
    expect(mistakes()).toEqual([]);
  });

  it.each([
    [
      'an unknown key',
      (config: Record<string, unknown>) => ({ ...config, gatee: {} }),
      'additionalProperties',
    ],
    ['a section that is missing', ({ gate: _, ...config }: Record<string, unknown>) => config, 'required'],
    [
      'a value that is none of those allowed',
      (config: Record<string, unknown>) => ({ ...config, delivery: { order: 'random' } }),
      'enum',
    ],
    [
      'a number out of its range',
      (config: Record<string, unknown>) => ({ ...config, gate: { ...at(config, 'gate'), concurrency: 0 } }),
      'minimum',
    ],
  ])('refuses %s', (_, change, keyword) => {
    validate(change(mapping(example)));
    expect(mistakes().join('\n')).toMatch(new RegExp(`${keyword}$`, 'm'));
  });
});

describe('the OpenAPI description of the gate', () => {
  const document = mapping(gateOpenApi('1.2.3'));

  it('is valid OpenAPI', async () => {
    expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true });
  });

  it('takes a signed record, and not one without its sign or with a required field empty', () => {
    const validate = new Ajv2020({ strict: false }).compile(
      at(document, 'components.schemas.ChargingRecord'),
    );
    const record = {
      portName: 'example',
      parkId: '3302122004',
      orderNo: '2026112408000001',
      plateNo: '浙BD12345',
      startTime: '2026-11-24 08:00:00',
      endTime: '2026-11-24 09:12:30',
      stationId: 'S1',
      stationName: '示例充电站',
      deviceId: 'D001',
      deviceName: '1号直流桩',
      spaceNo: '',
      sign: 'EE454BE0DE3D211559865DA33745E589',
    };
    expect(validate(record)).toBe(true);
    expect(validate({ ...record, sign: undefined })).toBe(false);
    expect(validate({ ...record, plateNo: '' })).toBe(false);
    expect(validate({ ...record, parkId: 3302122004 })).toBe(false);
  });
});

describe('the AsyncAPI description of the topics', () => {
  const document = mapping(pilesAsyncApi('1.2.3'));

  it('is valid AsyncAPI', () => {
    const schema: unknown = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json');
    const ajv = new Ajv({
      strict: false,
      allErrors: true,
      validateFormats: false,
      meta: false,
      validateSchema: false,
    });
    const validate = ajv.compile(at({ schema }, 'schema'));
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...document, channels: 'none' })).toBe(false);
  });

  it('takes an event of the profile, and not one without its order number', () => {
    const validate = new Ajv2020({ strict: false }).compile(
      at(document, 'components.messages.sessionEnd.payload'),
    );
    const event: unknown = JSON.parse(sessionEnd('ORDER1'));
    expect(validate(event)).toBe(true);
    expect(validate({ ...at({ event }, 'event'), orderNo: undefined })).toBe(false);
  });
});
