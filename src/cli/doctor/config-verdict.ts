import { resolve } from 'node:path';
import { linesOf, type Notice, type PlacedMistake } from '../../config/loaded.ts';
import type { Reason } from '../../domain/reason.ts';
import { WARNINGS } from '../../domain/warnings.ts';
import { shellWord } from '../payload.ts';
import { type ServiceCredential, withCredentials } from '../service-credentials.ts';
import type { ConfigReading } from './config.ts';
import {
  both,
  combined,
  green,
  type InBoth,
  problemVerdict,
  red,
  told,
  type Verdict,
  yellow,
} from './verdict.ts';

/** What is wrong with the config; every mistake, as `check` says it. */
export function configVerdict({ file, unreadable, mistakes, warnings, loaded }: ConfigReading): Verdict {
  const check = `pilegate check --config ${shellWord(file)}`;
  if (unreadable) return red(told(unreadable.reason), fixIn(1, file, check));
  if (mistakes.length > 0) return red(lines(mistakes), fixIn(mistakes.length, file, check));
  if (loaded === undefined) return red(both('not read'), both(check));
  if (warnings.length > 0)
    return yellow(
      lines(warnings),
      both(`fix it in ${file}, then: ${check}`, `请修改 ${file}，然后：${check}`),
    );
  const { station, sources, contexts } = loaded.config;
  return green(
    both(
      `no mistake: station ${station.id}, ${sources.length} source(s), ${contexts.length} context(s)`,
      `没有错误：场站 ${station.id}，${sources.length} 个来源，${contexts.length} 个上下文`,
    ),
  );
}

function fixIn(count: number, file: string, check: string): InBoth {
  return both(
    `fix ${count === 1 ? 'it' : 'them'} in ${file}, until this says nothing: ${check}`,
    `请修改 ${file}，直到此命令不再报错：${check}`,
  );
}

/** What is wrong with the files of the key, the password and the certificates. Shows nothing of what is in them. */
export function secretsVerdict({ secrets, service, exposures, loaded, file }: ConfigReading): Verdict {
  const { mistakes, warnings, gateKey, mqttPassword } = secrets;
  const verdicts = mistakes.map((mistake) => red(lines([mistake]), mistakeRemedy(mistake)));
  if (service.length > 0) verdicts.push(yellow(serviceOnly(service), asService(service, file)));
  verdicts.push(...warnings.map(({ reason }) => yellow(told(reason), oddityRemedy(reason))));
  verdicts.push(
    ...exposures
      .filter(({ code }) => code === 'secret-readable')
      .map((one) => problemVerdict({ ...one, level: WARNINGS[one.code].level }, String)),
  );
  if (verdicts.length > 0) return combined(verdicts);
  const user = loaded?.config.mqtt.username;
  const password = mqttPassword?.origin;
  return green(
    both(
      `the key is read from ${gateKey?.origin}${password === undefined ? '' : `, the password${user === undefined ? '' : ` of ${user}`} from ${password}`}`,
      `密钥来自 ${gateKey?.origin}${password === undefined ? '' : `，${user === undefined ? '' : ` ${user} 的`}密码来自 ${password}`}`,
    ),
  );
}

function serviceOnly(service: readonly ServiceCredential[]): InBoth {
  return both(
    service
      .map(
        ({ name, line }) =>
          `${name} is a credential that systemd hands to the service alone (${line}): a command run by hand does not see it, so it was not looked at`,
      )
      .join('\n'),
    service
      .map(
        ({ name, line }) =>
          `${name} 是 systemd 只交给服务的凭据（${line}）：手动运行的命令看不到，因此未检查`,
      )
      .join('\n'),
  );
}

/** How to try it with what the service has. */
export function asService(service: readonly ServiceCredential[], file: string): InBoth {
  const command = withCredentials(service, 'doctor', '--config', shellWord(resolve(file)));
  return both(`to try it as the service does: ${command}`, `像服务那样检查：${command}`);
}

function lines(all: readonly (PlacedMistake | Notice)[]): InBoth {
  const inOne = (lang: 'en' | 'zh') => linesOf(all, (reason) => told(reason)[lang]);
  return both(inOne('en'), inOne('zh'));
}

function mistakeRemedy({ key, reason: { code, params } }: PlacedMistake): InBoth {
  if (key.includes('.tls.'))
    return both(`put the PEM file there, or change ${key}`, `请放入 PEM 文件，或修改 ${key}`);
  if (code === 'file.unreadable' && params['why'] === 'denied')
    return both('look with enough rights: sudo pilegate doctor', '请用足够的权限检查：sudo pilegate doctor');
  const secret = key.startsWith('mqtt')
    ? both('the password that the broker knows', 'MQTT 服务器认可的密码')
    : both('the key that the gate platform gave', '道闸平台给的密钥');
  const into = String(params['file'] ?? params['origin'] ?? key);
  return both(
    `write ${secret.en} alone into it: install -m 600 /dev/stdin ${shellWord(into)} (type it, then Enter and Ctrl-D)`,
    `只写入${secret.zh}：install -m 600 /dev/stdin ${shellWord(into)}（输入后按回车和 Ctrl-D）`,
  );
}

function oddityRemedy({ params }: Reason): InBoth {
  const origin = String(params['origin'] ?? '');
  if (/^(?:credential|environment) /.test(origin))
    return both(
      'give it without what is around it, then: systemctl restart pilegate',
      '请去掉多余的字符，然后：systemctl restart pilegate',
    );
  const path = shellWord(origin);
  return both(
    `it does no harm; to clean it: sed -i '1s/^\\xEF\\xBB\\xBF//; s/^[ \\t]*//; s/[ \\t\\r]*$//' ${path}`,
    `不影响使用；清理：sed -i '1s/^\\xEF\\xBB\\xBF//; s/^[ \\t]*//; s/[ \\t\\r]*$//' ${path}`,
  );
}
