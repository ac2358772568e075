import { startEmbeddedBroker } from '../../src/simulator/broker.ts';
import { atEnd } from './cleanup.ts';
import { type Broker, mosquittoAvailable, startMosquitto } from './mosquitto.ts';

let told = false;

/**
 * A broker for a test that any broker serves: mosquitto where it is installed, else the embedded one, which
 * is said once on stderr. With `PILEGATE_REQUIRE_MOSQUITTO=1` in the environment a missing mosquitto is a failure.
 */
export async function startBroker(): Promise<Broker> {
  if (mosquittoRequired() || mosquittoAvailable()) return await startMosquitto();
  if (!told) {
    process.stderr.write(`no mosquitto here: tests run on the embedded broker instead. ${HOW_TO_GET_IT}\n`);
    told = true;
  }
  return await startEmbedded();
}

/** How to get a real mosquitto, for messages of tests that need one and go without. */
export const HOW_TO_GET_IT = 'To test with the real one: apt-get install mosquitto mosquitto-clients';

/** Whether a missing mosquitto must fail rather than be gone without (CI). */
export function mosquittoRequired(): boolean {
  return process.env['PILEGATE_REQUIRE_MOSQUITTO'] === '1';
}

/**
 * Whether tests that need the real mosquitto run: for `describe.runIf(realMosquitto())`. Where they do not, it is
 * said on stderr; where mosquitto is required they run and fail.
 */
export function realMosquitto(): boolean {
  if (mosquittoRequired() || mosquittoAvailable()) return true;
  process.stderr.write(`no mosquitto here: the tests that need it are left out. ${HOW_TO_GET_IT}\n`);
  return false;
}

async function startEmbedded(): Promise<Broker> {
  const embedded = await startEmbeddedBroker();
  atEnd(() => embedded.stop());
  return {
    kind: 'aedes',
    protocol: '3.1.1',
    url: embedded.url,
    port: embedded.port,
    log: [],
    kill: () => embedded.pause(),
    stop: () => embedded.pause(),
    restart: async () => {
      await embedded.pause();
      await embedded.resume();
    },
  };
}
