/** What commands, and the words of others, may say in English in a Chinese sentence. */
const FOREIGN = /(?:pilegate|systemctl|journalctl|sed|mount|openssl|mosquitto_\w+) [^，。；（）]*|"[^"]*"/g;

/** Three English words in a row: a sentence of ours that was not put into Chinese. Undefined where there are none. */
export function englishIn(text: string | undefined): string | undefined {
  return /[a-z]+ [a-z]+ [a-z]+/i.exec((text ?? '').replace(FOREIGN, ''))?.[0];
}
