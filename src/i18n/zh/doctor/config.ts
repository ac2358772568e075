import type { config as english } from '../../en/doctor/config.ts';
import type { FindingsAs } from '../../texts.ts';

/** What reading the config and the secrets came to, in Chinese. */
export const config: FindingsAs<typeof english> = {
  'config.ok': ({ station, sources, contexts }) => ({
    text: `没有错误：场站 ${station}，${sources} 个来源，${contexts} 个上下文`,
    remedy: '',
  }),
  'config.unreadable': ({ reason, file, check }, { say }) => ({
    text: say(reason),
    remedy: `请修改 ${file}，直到此命令不再报错：${check}`,
  }),
  'config.mistake': ({ place, reason, file, check }, { say }) => ({
    text: place + say(reason),
    remedy: `请修改 ${file}，直到此命令不再报错：${check}`,
  }),
  'config.warning': ({ place, reason, file, check }, { say }) => ({
    text: place + say(reason),
    remedy: `请修改 ${file}，然后：${check}`,
  }),
  'config.part-wrong': ({ part }) => ({
    text: `未检查：配置中的 ${part} 有误`,
    remedy: '请先修正配置：pilegate check',
  }),
  'secret.ok': ({ key, password, user }) => ({
    text: [
      ...(key === undefined ? [] : [`密钥来自 ${key}`]),
      ...(password === undefined ? [] : [`${user === undefined ? '' : ` ${user} 的`}密码来自 ${password}`]),
    ].join('，'),
    remedy: '',
  }),
  'secret.tls-file': ({ place, reason, key }, { say }) => ({
    text: place + say(reason),
    remedy: `请放入 PEM 文件，或修改 ${key}`,
  }),
  'secret.no-rights': ({ place, reason }, { say }) => ({
    text: place + say(reason),
    remedy: '请用足够的权限检查：sudo pilegate doctor',
  }),
  'secret.wrong': ({ place, reason, secret, into }, { say }) => ({
    text: place + say(reason),
    remedy: `只写入${secret === 'key' ? '道闸平台给的密钥' : 'MQTT 服务器认可的密码'}：install -m 600 /dev/stdin ${into}（输入后按回车和 Ctrl-D）`,
  }),
  'secret.service-only': ({ name, line, command }) => ({
    text: `${name} 是 systemd 只交给服务的凭据（${line}）：手动运行的命令看不到，因此未检查`,
    remedy: `像服务那样检查：${command}`,
  }),
  'secret.unusual': ({ reason }, { say }) => ({ text: say(reason), remedy: '请与道闸平台提供的核对' }),
  'secret.surrounded': ({ reason, path }, { say }) => ({
    text: say(reason),
    remedy:
      path === undefined
        ? '请去掉多余的字符，然后：systemctl restart pilegate'
        : `不影响使用；清理：sed -i '1s/^\\xEF\\xBB\\xBF//; s/^[ \\t]*//; s/[ \\t\\r]*$//' ${path}`,
  }),
  'check.failed': ({ reason }, { say }) => ({ text: say(reason), remedy: '请先修正配置：pilegate check' }),
  'check.defect': ({ message }) => ({
    text: `无法检查：${message}`,
    remedy: '这是 pilegate 的缺陷，请反馈',
  }),
};
