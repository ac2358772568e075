import type { BaseUrlFault, ConfigReasons, SecretOddity } from '../../domain/reasons/config.ts';
import type { TextsOf } from '../texts.ts';

const BASE_URL: Readonly<Record<BaseUrlFault, (scheme: string) => string>> = {
  'white-space': () => 'it contains white space',
  'not-url': () => 'it is not a URL; write it like http://www.example.com/parkpot-service/',
  scheme: () => 'it must begin with http:// or https://',
  slashes: (scheme) => `it must have two slashes after ${scheme}`,
  login: () => 'a user name or password in it is not allowed',
  query: () => 'a query (?) or fragment (#) in it is not allowed',
  'port-0': () => 'port 0 cannot be connected to',
};

const ODD: Readonly<Record<SecretOddity, string>> = {
  bom: 'begins with a byte order mark (BOM), which was left out',
  cr: 'ends its line with CR LF, which was left out',
  blanks: 'has blanks around the secret, which were left out',
  quotes: 'has quotes around the secret, which were left out',
  invisible: 'has an invisible character inside the secret: type it anew',
};

const ENCODING = {
  'utf-16': 'UTF-16 text ("Unicode" to some editors), not UTF-8: save the file as UTF-8',
  gbk: 'GBK text, not UTF-8: save the file as UTF-8 (iconv -f GB18030 -t UTF-8)',
  unknown: 'not UTF-8 text: save the file as UTF-8',
  'cr-only': 'lines end with CR alone: save the file with LF line ends',
};

const UNREADABLE = {
  missing: 'there is no such file: put it there',
  denied: 'this user may not read it: try sudo, or give it to the user that runs pilegate (mode 0600)',
  folder: 'it is a folder: name a file',
};

/** What is wrong with a config and its files, in English. */
export const configReasons: TextsOf<ConfigReasons> = {
  'config.key': ({ text }) => text,
  'config.file': ({ mistake }, say) => `the file: ${say(mistake)}`,
  'config.missing': ({ expected }, say) => `missing; expected ${say(expected)}`,
  'config.empty': ({ expected }, say) => `empty; expected ${say(expected)}`,
  'config.not-a-mapping': ({ expected }, say) => `must be a mapping: ${say(expected)}`,
  'config.not-a-list': ({ expected }, say) => `must be a list: ${say(expected)}`,
  'config.not-a-scalar': ({ expected }, say) =>
    `expected a text or a number, got a list or a mapping; this is ${say(expected)}`,
  'config.unquoted': ({ kind, written }) =>
    `is an unquoted ${kind} where text is expected, quote it${written === undefined ? '' : `: "${written}"`}`,
  'config.shape': ({ expected }, say) => `must be ${say(expected)}`,
  'config.inexact-number': () => 'is a number that cannot be kept exactly, quote it',
  'config.control-character': () => 'holds a line break or another control character',
  'config.not-allowed': ({ value, allowed }, say) =>
    `${shown(value)} is not allowed, allowed is ${typeof allowed === 'string' ? allowed : say(allowed)}`,
  'allowed.flag': () => 'true or false',
  'allowed.whole': ({ min, max }) => `a whole number from ${min} to ${max}`,
  'allowed.range': ({ min, max }) => `${min} to ${max}`,
  'allowed.measure': ({ examples }) => `a whole number with its unit, such as ${examples}`,
  'allowed.signed': ({ most }) => `-${most} to ${most}, such as -8h`,
  'allowed.amount': () => 'a number such as 0.01',
  'allowed.factor': () => 'a number above 1, up to 100',
  'allowed.protocol': () => '5 or 3.1.1',
  'allowed.group-name': () => 'a name without + # /',
  'allowed.park-number': () => 'a whole number in quotes, such as "1208"',
  'allowed.yuan': () => 'yuan such as "10.00"',
  'allowed.header-value': () => 'ASCII without blanks, such as 1.0.0',
  'allowed.listen': () => 'HOST:PORT such as 127.0.0.1:9640, or off',
  'config.unknown-key': ({ meant, allowed }) =>
    meant === undefined ? `unknown key, allowed is ${allowed}` : `unknown key, did you mean ${meant}?`,
  'config.other-dialect': ({ dialects }) =>
    `is a key of gate.dialect ${dialects}, not of this one: delete it`,
  'config.secret-in-config': ({ fileKey }) =>
    `unknown key: secrets are never in the config${fileKey === undefined ? '' : `, name a file by ${fileKey}`}`,
  'config.time-zone': ({ value }) =>
    `${shown(value)} is not a time zone, allowed are IANA names such as Asia/Shanghai`,
  'config.not-a-url': ({ value, allowed }) => `${shown(value)} is not a URL, allowed is ${allowed}`,
  'config.url-login': ({ of }) =>
    `has a user name or a password in it, ${
      of === 'proxy'
        ? 'proxies with a login are not supported'
        : `use ${of === 'uplink' ? 'uplink' : 'mqtt'}.username and ${of === 'uplink' ? 'uplink' : 'mqtt'}.passwordFile`
    }`,
  'config.base-url': ({ fault, scheme }) => BASE_URL[fault](scheme ?? ''),
  'config.pattern': ({ error }) => `is not a valid regular expression: ${error}`,
  'config.wildcard': ({ value }) => `${shown(value)} has a wildcard, allowed is one topic without + and #`,
  'config.field-taken': ({ value }) =>
    `${shown(value)} is a field of the record already, choose another name`,
  'config.dialect-field-taken': ({ dialect }) =>
    `is a field of gate.dialect ${dialect} already, choose another name`,
  'config.is-service-field': () => 'is gate.serviceField already, choose another name',
  'config.needs-beside': ({ key, example }) =>
    `needs ${key} beside it${example === undefined ? '' : `, such as ${example}`}`,
  'config.whole-units': ({ unit }) => `is not a whole number of ${unit}: this dialect has no smaller unit`,
  'config.needs-client-id': () => 'needs mqtt.clientId, a name of its own for each adapter',
  'config.longer-than': ({ key }) => `is longer than ${key}, allowed is up to ${key}`,
  'config.not-encrypted': ({ key }) => `has no effect, since ${key} is not encrypted`,
  'config.path-unseen': ({ rule, events }) =>
    `finds nothing in any of the last ${events} events of this source in the outbox: ${rule}`,
  'config.password-in-clear': ({ host }) =>
    `the password goes to ${host} unencrypted: use mqtts:// (or wss://) in mqtt.url`,
  'yaml.unreadable': ({ error }) => `not readable as YAML: ${error}`,
  'yaml.key-twice': ({ key }) => `the key ${key} is there twice in one mapping`,
  'yaml.tab': () => 'not readable as YAML: a tab indents this line, use spaces',
  'yaml.no-space-after-colon': ({ key }) => `not readable as YAML: put a space after the colon of ${key}`,
  'yaml.indented-further': () =>
    'not readable as YAML: this line is indented further than the one above it, which has a value already',
  'yaml.too-deep': ({ levels }) => `not readable as YAML: nested deeper than ${levels} levels`,
  'slip.full-width': ({ slip, ascii }) =>
    `full-width ${slip} stands where ${ascii} is meant: type the ASCII character`,
  'slip.dash': ({ slip }) => `${slip} stands where - is meant: type the ASCII character`,
  'slip.quotes': ({ quotes }) => `${quotes} are not quotes in YAML: type plain " or '`,
  'slip.invisible': ({ code }) => `an invisible character (${code}) stands here: delete it`,
  'slip.blank-indent': ({ code }) => `a special blank (${code}) indents this line: use spaces`,
  'slip.blank': ({ code }) => `a special blank (${code}) stands here: use a space`,
  'slip.full-width-value': ({ plain }) => `full-width characters stand in this value: write ${plain}`,
  'file.no-config': ({ cause }, say) => `${say(cause)}, or name another config by --config`,
  'file.too-large': ({ file, bytes, allowed }) =>
    `${file} is not a config: it has ${bytes} bytes, allowed is ${allowed}`,
  'file.encoding': ({ place, found }) => `${place}: ${ENCODING[found]}`,
  'file.unreadable': ({ file, why, error }) =>
    `cannot read ${file}: ${why === 'other' ? error : UNREADABLE[why]}`,
  'file.not-pem': ({ file }) => `${file} is not a PEM file: it has no line -----BEGIN …`,
  'secret.missing': ({ name, file, credential, variable }) =>
    `no ${name.replace('gate.', '')} anywhere: put it into ${file}, or name its file here${
      credential ? `, or give the systemd credential ${name}` : ''
    }, or set ${variable}`,
  'secret.length': ({ origin, bytes, allowed }) =>
    `${origin} has ${bytes} bytes, allowed is exactly ${allowed}`,
  'secret.unusual-length': ({ origin, bytes, usual }) =>
    `${origin} has ${bytes} bytes, and known platforms give ${usual}: compare it with what was given`,
  'secret.not-text': ({ origin }) => `${origin} is not UTF-8 text: save it as plain text`,
  'secret.empty': ({ origin }) => `${origin} is empty: write the secret into it, on one line`,
  'secret.lines': ({ origin }) =>
    `${origin} has more than one line: write the secret alone into it, on one line`,
  'config.unsigned-alerts': ({ to }) => `has no effect, since ${to} signs nothing`,
  'secret.no-alert-url': ({ file, credential, variable }) =>
    `no address anywhere: put it into ${file}, or name its file here by urlFile, or give the systemd credential ${credential}, or set ${variable}`,
  'secret.not-an-address': ({ origin }) =>
    `${origin} holds no address to post to: copy the whole webhook address, which begins with https://`,
  'secret.odd': ({ origin, oddity }) => `${origin} ${ODD[oddity]}`,
};

function shown(value: string): string {
  return value === '' ? 'the value' : value;
}
