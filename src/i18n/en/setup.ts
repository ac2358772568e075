/** Setting up a station. */
export const setup = {
  unwritable: (file: string, why: string) => `cannot write ${file}: ${why}`,
  keyUnreadable: (file: string, why: string) => `cannot read the key ${file}: ${why}`,
  /** What `init` asks, by its option. */
  questions: {
    stationId: "the station's id, as the gate platform knows it",
    stationName: "the station's name",
    gateUrl: "the gate's base address, such as http://www.example.com/parkpot-service/",
    dialect: 'the protocol of the gate platform (carpark, keytop, bolink, teld)',
    portName:
      'the account that the gate platform gave (carpark portName, keytop appId, bolink unionId, teld operatorId)',
    parkId: "the car park's id, as the gate platform gave it (bolink: comid)",
    brokerUrl: "the broker's address",
  },
  /** Comments of the config that `init` writes. */
  comments: {
    head: "pilegate's config. Numbers that are names stay in quotes. Every key, with comments: config.example.yaml",
    check: 'After a change: pilegate check; in full: pilegate doctor',
    station: 'as the gate platform knows it',
    timeZone: 'times without an offset are read in it',
    gate: 'the gate platform',
    key: 'the key is not in here: it is the file gate.key beside this one, or the systemd credential gate.key',
    secrets:
      'the secrets are not in here: files beside this one, gate.operatorSecret, gate.dataSecret, gate.dataSecretIv, gate.sigSecret',
    mqtt: 'the broker that the piles publish to',
    login: 'where it wants a log-in; the password is the file mqtt.password beside this one',
    sources: "which messages are sessions that ended; make topic and profile fit your piles' messages",
    profile: 'ready rules, or fields: of your own (docs/mapping.md)',
    devices: 'the piles and their parking spaces',
  },
  askKey: 'the key that the gate platform gave (not shown; nothing: later): ',
  askWrite: (file: string) => `Write ${file}? [y/N] `,
  missing: (options: string) => `error: without a terminal these are needed: ${options}`,
  emptyKey: (file: string) => `${file} holds no key`,
  left: (file: string) =>
    `${file} is there already and stays as it is; move it away to have a new one written`,
  written: (file: string) => `${file} written`,
  notWritten: 'nothing was written',
  trying: 'trying it:',
  next: 'What is next:',
  nextKey: (file: string) => `put the key that the gate platform gave into ${file} (chmod 600)`,
  nextSecrets: (folder: string) =>
    `put the platform's four secrets into ${folder}: gate.operatorSecret, gate.dataSecret, gate.dataSecretIv, gate.sigSecret (chmod 600)`,
  nextSources: (file: string) =>
    `make \`sources\` in ${file} fit your piles' messages: pilegate capture shows them, pilegate check --event tries one`,
  nextMend: (command: string) => `mend what is red above, then try again: ${command}`,
  nextStart: (command: string) => `start it: ${command}`,
};
