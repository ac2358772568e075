import { resolve } from 'node:path';
import { inChinese } from '../../ops/chinese/chinese.ts';
import { placed } from '../output.ts';
import { shellWord } from '../payload.ts';
import { type ServiceCredential, withCredentials } from '../service-credentials.ts';
import type { ConfigReading, Said } from './config.ts';
import { both, combined, green, type InBoth, red, told, type Verdict, yellow } from './verdict.ts';

/** What is wrong with the config; every mistake, as `check` says it. */
export function configVerdict({ file, mistakes, warnings, loaded }: ConfigReading): Verdict {
  const check = `pilegate check --config ${shellWord(file)}`;
  if (mistakes.length > 0)
    return red(
      lines(mistakes),
      both(
        `mend ${mistakes.length === 1 ? 'it' : 'them'} in ${file}, until this says nothing: ${check}`,
        `请修改 ${file}，直到此命令不再报错：${check}`,
      ),
    );
  if (loaded === undefined) return red(both('not read'), both(check));
  if (warnings.length > 0)
    return yellow(
      both(warnings.join('\n'), warnings.map((warning) => placed(warning, inChinese)).join('\n')),
      both(`mend it in ${file}, then: ${check}`, `请修改 ${file}，然后：${check}`),
    );
  const { station, sources, contexts } = loaded.config;
  return green(
    both(
      `no mistake: station ${station.id}, ${sources.length} source(s), ${contexts.length} context(s)`,
      `没有错误：场站 ${station.id}，${sources.length} 个来源，${contexts.length} 个上下文`,
    ),
  );
}

/** What is wrong with the files of the key, the password and the certificates. Shows nothing of what is in them. */
export function secretsVerdict({ secrets, loaded, file }: ConfigReading): Verdict {
  const { mistakes, warnings, gateKey, mqttPassword, service } = secrets;
  const verdicts = mistakes.map((said) => red(lines([said]), mistakeRemedy(said)));
  if (service.length > 0) verdicts.push(yellow(serviceOnly(service), asService(service, file)));
  verdicts.push(
    ...warnings.map((warning) => yellow(told(warning.replace(/: chmod .*/, '')), warningRemedy(warning))),
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

function lines(mistakes: readonly Said[]): InBoth {
  return both(
    mistakes.map(({ place, message }) => place + message).join('\n'),
    mistakes.map(({ place, message }) => place + inChinese(message)).join('\n'),
  );
}

function mistakeRemedy({ key, message }: Said): InBoth {
  const [, file] =
    /(?:cannot read|put it into) (.+?)(?::|,|$)/.exec(message) ?? /^(\/.+?) (?:is|has) /.exec(message) ?? [];
  if (key.includes('.tls.'))
    return both(`put the PEM file there, or change ${key}`, `请放入 PEM 文件，或修改 ${key}`);
  if (/may not read it/.test(message))
    return both('look with enough rights: sudo pilegate doctor', '请用足够的权限检查：sudo pilegate doctor');
  const secret = key.startsWith('mqtt')
    ? both('the password that the broker knows', 'MQTT 服务器认可的密码')
    : both('the key that the gate platform gave', '道闸平台给的密钥');
  const into = file === undefined ? key : file;
  return both(
    `write ${secret.en} alone into it: install -m 600 /dev/stdin ${shellWord(into)} (type it, then Enter and Ctrl-D)`,
    `只写入${secret.zh}：install -m 600 /dev/stdin ${shellWord(into)}（输入后按回车和 Ctrl-D）`,
  );
}

function warningRemedy(warning: string): InBoth {
  const [, file] =
    /^(.+?) (?:begins with|ends its line|has blanks|has quotes|has an invisible|can be read)/.exec(warning) ??
    [];
  const path = shellWord(file ?? '');
  if (/can be read by every user/.test(warning)) return both(`chmod 600 ${path}`);
  if (/^(?:credential|environment) /.test(file ?? ''))
    return both(
      'give it without what is around it, then: systemctl restart pilegate',
      '请去掉多余的字符，然后：systemctl restart pilegate',
    );
  return both(
    `it does no harm; to clean it: sed -i '1s/^\\xEF\\xBB\\xBF//; s/^[ \\t]*//; s/[ \\t\\r]*$//' ${path}`,
    `不影响使用；清理：sed -i '1s/^\\xEF\\xBB\\xBF//; s/^[ \\t]*//; s/[ \\t\\r]*$//' ${path}`,
  );
}
