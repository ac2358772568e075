/**
 * The sentences of the config and of the outbox in Chinese: as `check` and others say them they are English, since
 * they are made where the mistake is found. What is not here stays as it is: it stands beside its place and key, which say the most.
 */
const PHRASES: readonly [RegExp, string][] = [
  [/^is missing, wanted is (.+)$/s, '缺少该项，应为：$1'],
  [/^is empty, wanted is (.+)$/s, '为空，应为：$1'],
  [/^must be (.+)$/s, '应为：$1'],
  [/^(.+) is not allowed, allowed is (.+)$/s, '不允许 $1，允许：$2'],
  [/^unknown key, did you mean (.+)\?$/s, '未知的键，是否应为 $1？'],
  [/^unknown key, allowed is (.+)$/s, '未知的键，允许：$1'],
  [
    /^unknown key: secrets are never in the config, name a file by (.+)$/s,
    '密钥和密码不写入配置，请用 $1 指定文件',
  ],
  [/^unknown key: secrets are never in the config$/s, '密钥和密码不写入配置'],
  [/^is an unquoted \w+ where text is wanted, quote it(?:: "(.*)")?$/s, '此处应为文本，请加引号："$1"'],
  [/^the key (.+) is there twice in one mapping$/s, '键 $1 重复出现'],
  [
    /^not readable as YAML: a tab indents this line, use spaces$/s,
    '无法解析 YAML：此行用制表符缩进，请改用空格',
  ],
  [/^not readable as YAML: (.+)$/s, '无法解析 YAML：$1'],
  [/^(.+) is no URL, allowed is (.+)$/s, '$1 不是网址，允许：$2'],
  [/^it is not a URL; write it like (.+)$/s, '不是网址，应如 $1'],
  [/^it must begin with http:\/\/ or https:\/\/$/s, '必须以 http:// 或 https:// 开头'],
  [/^(.+) is no time zone, allowed are IANA names such as (.+)$/s, '$1 不是时区，应为 IANA 名称，如 $2'],
  [/^needs (.+) beside it$/s, '必须同时设置 $1'],
  [/^no rule for (.+), which every record must have.*$/s, '缺少 $1 的规则，每条记录都必须有'],
  [/^no profile (.+?): (.+)$/s, '没有模板 $1，可用：$2'],
  [/^no context (.+?) under contexts: (.+)$/s, 'contexts 中没有 $1，已有：$2'],
  [/^no key anywhere: put it into (.+?), or .*$/s, '没有密钥：请写入 $1，或在此用 gate.keyFile 指定文件'],
  [/^cannot read (.+): there is no such file: put it there(.*)$/s, '无法读取 $1：文件不存在，请放到该处'],
  [
    /^cannot read (.+): this user may not read it: .*$/s,
    '无法读取 $1：当前用户无权限，请交给运行 pilegate 的用户，权限 0600',
  ],
  [/^cannot read (.+): it is a folder: name a file.*$/s, '无法读取 $1：这是目录，请指定文件'],
  [/^(.+) is empty: write the secret into it, on one line$/s, '$1 是空的，请把密钥写成一行'],
  [/^(.+) has more than one line: .*$/s, '$1 不止一行，请只写密钥一行'],
  [/^(.+) is not UTF-8 text: .*$/s, '$1 不是 UTF-8 文本，请存为纯文本'],
  [/^(.+): not UTF-8 text: save the file as UTF-8$/s, '$1：不是 UTF-8 文本，请存为 UTF-8'],
  [/^(.+) is no PEM file: .*$/s, '$1 不是 PEM 文件'],
  [
    /^(.+) begins with a byte order mark \(BOM\), which was left out$/s,
    '$1 以字节顺序标记（BOM）开头，已忽略',
  ],
  [/^(.+) ends its line with CR LF, which was left out$/s, '$1 以 CR LF 换行，已忽略'],
  [/^(.+) has blanks around the secret, which were left out$/s, '$1 的密钥前后有空白，已忽略'],
  [/^(.+) can be read by every user: chmod 600 .*$/s, '$1 所有用户都可读取'],
  [
    /^outbox (.+) is from a newer pilegate .*version (\d+), this one knows (\d+)\).*$/s,
    '记录库 $1 来自更新版本的 pilegate（格式 $2，本程序为 $3）',
  ],
  [/^outbox (.+) has version (\d+), this pilegate reads (\d+).*$/s, '记录库 $1 的格式为 $2，本程序为 $3'],
  [/^outbox (.+) is a database of something else.*$/s, '$1 是其他程序的数据库'],
  [/^outbox (.+?): .*\((SQLITE_\w+|E[A-Z]+)\).*$/s, '记录库 $1 无法读取（$2）'],
  [/^(.*)is of no use, since (.+) is not encrypted$/s, '$1不起作用，因为 $2 未加密'],
];

/** A sentence of theirs in Chinese; as it is where it is not known. */
export function inChinese(sentence: string): string {
  const [pattern, chinese] = PHRASES.find(([known]) => known.test(sentence)) ?? [];
  return pattern === undefined || chinese === undefined ? sentence : sentence.replace(pattern, chinese);
}
