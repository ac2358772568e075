import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from './support/certificates.ts';
import { owned } from './support/cleanup.ts';
import { pilegate } from './support/cli.ts';
import { MAIN } from './support/daemon.ts';
import { tempDir, writeConfig } from './support/tmp.ts';

describe('the program', () => {
  it('ends quietly when its reader has seen enough', async () => {
    const child = owned(spawn(process.execPath, [MAIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] }));
    child.stdout.destroy();
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([said, code]).toEqual(['', 0]);
  });

  it('tells a defect with its stack and ends with 1', async () => {
    const broken = 'data:text/javascript,process.stdout.write=()=>{throw new TypeError("broken pipe organ")}';
    const child = owned(
      spawn(process.execPath, ['--import', broken, MAIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(said).toMatch(/^pilegate: a defect, please report it:\nTypeError: broken pipe organ\n {4}at /);
    expect(code).toBe(1);
  });

  it('does not open the inspector on SIGUSR1', async () => {
    // Its own timer gives the signal's thread all the time it needs, and then it says whether the inspector listens.
    const script =
      'data:text/javascript,import i from "node:inspector";process.once("SIGUSR2",()=>setTimeout(()=>{process.stderr.write("listens: "+i.url());process.exit()},300))';
    const child = owned(
      spawn(process.execPath, ['--import', script, MAIN, 'simulate', 'broker', '--port', '0'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const said = text(child.stderr);
    await once(child.stdout, 'data');
    child.kill('SIGUSR1');
    child.kill('SIGUSR2');
    expect(await said).toContain('listens: undefined');
  });

  // biome-ignore format: a table
  it.each([
    ['DEBUG', '*'],
    ['NODE_DEBUG', 'http,net,tls,stream,module'],
    ['NODE_DEBUG_NATIVE', 'inspector_server'],
    ['NODE_OPTIONS', '--inspect=127.0.0.1:0'],
    ['NODE_OPTIONS', `--tls-keylog=${join(tmpdir(), 'never-written')} --insecure-http-parser`],
    ['NODE_V8_COVERAGE', join(tmpdir(), 'never-written-coverage')],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  ])('does not obey %s=%s, and says so', async (name, value) => {
    const { code, stdout, stderr } = await pilegate(['sign', '--help'], { env: { [name]: value } });
    expect(code).toBe(0);
    expect(stdout).toContain('Usage:');
    const lines = stderr.split('\n').filter((line) => line !== '' && !/Debugger|For help, see/.test(line));
    expect(lines.filter((line) => line.startsWith('pilegate: ')).at(-1)).toBe(
      `pilegate: the environment variable ${name} is not obeyed`,
    );
    expect(existsSync(join(tmpdir(), 'never-written'))).toBe(false);
  });

  it('keeps the memory limits of NODE_OPTIONS', async () => {
    const script =
      'data:text/javascript,process.on("exit",()=>process.stderr.write("left: "+process.env.NODE_OPTIONS))';
    const child = owned(
      spawn(process.execPath, ['--import', script, MAIN, '--version'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=100 --trace-tls' },
      }),
    );
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(said).toContain('left: --max-old-space-size=100');
  });
});

describe('with NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
  it('certificates are checked all the same: doctor names an unknown CA', async () => {
    const folder = tempDir();
    const { serverCert, serverKey } = makeCertificates(folder);
    const gate = createServer(
      { cert: readFileSync(serverCert), key: readFileSync(serverKey) },
      (_, response) => response.end('{"result":1}'),
    ).listen(0, 'localhost');
    await once(gate, 'listening');
    const address = gate.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const config = writeConfig(folder, {
      broker: { url: 'mqtt://127.0.0.1:1' },
      gateUrl: `https://localhost:${port}/`,
    });
    const { stdout } = await pilegate(['doctor', '--json', '--config', config], {
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    });
    gate.close();
    expect(JSON.parse(stdout)).toMatchObject({
      checks: expect.arrayContaining([
        expect.objectContaining({
          id: 'gate',
          level: 'red',
          seen: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/),
        }),
      ]),
    });
  });
});
