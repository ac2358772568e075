import { stringify } from 'yaml';
import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { WIRE_FIELDS } from '../../src/gate/carpark/wire.ts';

const ABOUT = 'pilegate, the edge gateway adapter of charging stations';

/** The JSON Schema of the config, as editors use it to complete and check `config.yaml`. */
export function configJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  const titled = { $schema, title: `config.yaml of ${ABOUT}`, ...schema };
  return `${JSON.stringify(titled, undefined, 1)}\n`;
}

const FACTS: Readonly<Record<string, string>> = {
  portName: 'The third-party account, as the gate platform gave it.',
  parkId: "The car park's id. A string even though it looks like a number.",
  orderNo: 'Unique. A repeated one is answered with success and changes nothing.',
  plateNo: 'The full plate, upper case, without spaces or dots.',
  startTime: "yyyy-MM-dd HH:mm:ss in the station's time zone.",
  endTime: "yyyy-MM-dd HH:mm:ss in the station's time zone; not before startTime.",
  stationId: "The station's id.",
  stationName: "The station's name.",
  deviceId: "The pile's id.",
  deviceName: "The pile's name.",
  spaceNo: 'The parking space, empty where it is not known.',
  power: 'Energy in kWh with two decimals, empty where it is not known.',
  elecMoney: 'Electricity in yuan with two decimals, empty where it is not known.',
  seviceMoney:
    "The service fee in yuan with two decimals, empty where it is not known. The interface's own spelling.",
  totalMoney: 'The sum in yuan with two decimals, empty where it is not known.',
};

/** The gate's interface as OpenAPI, for those who program gates: what pilegate posts and what it reads. */
export function gateOpenApi(version: string): string {
  const fields = WIRE_FIELDS.map(({ name, required }) => [
    name,
    { type: 'string', description: FACTS[name] ?? '', ...(required ? { minLength: 1 } : {}) },
  ]);
  const reply = {
    type: 'object',
    properties: {
      result: {
        description:
          '0: the gate has the record, also where it had it before. Anything else: this record is refused.',
        oneOf: [{ type: 'integer' }, { type: 'string', pattern: '^-?\\d+$' }],
      },
      description: { type: 'string', description: 'Why it was refused.' },
    },
    required: ['result'],
  };
  return yaml('src/gate/carpark', {
    openapi: '3.1.0',
    info: {
      title: 'Charging records for the parking discount',
      version,
      description:
        'What the gate platform of a car park serves, by the interface document. One record a request; an answer within gate.timeout (10 s). 408, 425, 429 and 503 speak of the gate, never of a record; Retry-After is obeyed.',
    },
    servers: [
      {
        url: '{baseUrl}',
        description: 'gate.baseUrl',
        variables: { baseUrl: { default: 'http://www.example.com/parkpot-service' } },
      },
    ],
    paths: {
      '/chargePile/chargingRecord': {
        post: {
          operationId: 'chargingRecord',
          summary: 'Takes one charging record',
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/ChargingRecord' } } },
          },
          responses: {
            200: {
              description: 'The record is taken (result 0) or refused (any other).',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Reply' } } },
            },
            429: { description: 'Too many at once: sent again later, more slowly.' },
            503: { description: 'Not now: sent again later.' },
          },
        },
      },
    },
    components: {
      schemas: {
        ChargingRecord: {
          type: 'object',
          properties: {
            ...Object.fromEntries(fields),
            sign: {
              type: 'string',
              pattern: '^[0-9A-F]{32}$',
              description:
                'MD5, upper-case hex, of all other non-empty fields sorted by name in byte order, joined as k=v with &, and &key=KEY.',
            },
          },
          required: [...WIRE_FIELDS.filter(({ required }) => required).map(({ name }) => name), 'sign'],
          additionalProperties: { type: 'string', description: 'An extension field; it is signed too.' },
        },
        Reply: reply,
      },
    },
  });
}

const TIME = {
  oneOf: [
    {
      type: 'string',
      description: "yyyy-MM-dd HH:mm:ss in the station's zone, or ISO 8601 with an offset",
    },
    { type: 'integer', description: 'epoch milliseconds' },
  ],
};
const AMOUNT = {
  oneOf: [{ type: 'number', minimum: 0 }, { type: 'string' }],
  description: 'kWh or yuan, as a number or as text',
};
const TEXT = { oneOf: [{ type: 'string' }, { type: 'integer' }] };

/** The topics as AsyncAPI, for those who program piles: what they publish, and what pilegate publishes of itself. */
export function pilesAsyncApi(version: string): string {
  const sessionEnd = {
    type: 'object',
    properties: {
      orderNo: {
        ...TEXT,
        description: 'Unique; the same event may be published again, it stays one record.',
      },
      plateNo: { type: 'string', description: 'Where the pile knows it; else a context supplies it.' },
      startTime: TIME,
      endTime: { ...TIME, description: 'Not before startTime.' },
      deviceId: { ...TEXT, description: 'Taken from the topic where it is not there.' },
      deviceName: TEXT,
      spaceNo: TEXT,
      power: AMOUNT,
      elecMoney: AMOUNT,
      serviceMoney: AMOUNT,
      totalMoney: AMOUNT,
    },
    required: ['orderNo', 'startTime', 'endTime'],
  };
  const status = {
    type: 'object',
    properties: {
      version: { type: 'string' },
      station: { type: 'string' },
      connected: { type: 'boolean', description: 'false in the will and after a stop' },
      level: { enum: ['green', 'yellow', 'red'] },
      records: { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } },
      quarantine: { type: 'integer', minimum: 0 },
      gate: { type: 'object', properties: { state: { enum: ['up', 'down', 'held'] } } },
      warnings: {
        type: 'array',
        items: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] },
      },
    },
    required: ['version', 'station', 'connected'],
  };
  return yaml('profile pilegate', {
    asyncapi: '3.0.0',
    info: {
      title: 'Topics of pilegate',
      version,
      description:
        'What piles publish under the profile pilegate, and what pilegate publishes of itself. Publish at QoS 1 and not retained: the acknowledgement comes after the record is on disk.',
    },
    defaultContentType: 'application/json',
    channels: {
      sessionEnd: {
        address: 'piles/{deviceId}/session/end',
        parameters: { deviceId: { description: "The pile's id: one level of the topic." } },
        messages: { sessionEnd: { $ref: '#/components/messages/sessionEnd' } },
      },
      status: {
        address: 'pilegate/{stationId}/status',
        parameters: { stationId: { description: 'station.id of the config.' } },
        messages: { status: { $ref: '#/components/messages/status' } },
      },
    },
    operations: {
      receiveSessionEnd: { action: 'receive', channel: { $ref: '#/channels/sessionEnd' } },
      sendStatus: { action: 'send', channel: { $ref: '#/channels/status' } },
    },
    components: {
      messages: {
        sessionEnd: { summary: 'A charging session ended.', payload: sessionEnd },
        status: { summary: 'How the adapter is: retained, on change, and its will.', payload: status },
      },
    },
  });
}

function yaml(from: string, value: object): string {
  return `# made by \`npm run docs\` from ${from}\n${stringify(value, { lineWidth: 110 })}`;
}
