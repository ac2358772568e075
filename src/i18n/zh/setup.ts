import type { setup as english } from '../en/setup.ts';

/** 新场站的初始配置。 */
export const setup: typeof english = {
  unwritable: (file, why) => `无法写入 ${file}：${why}`,
  keyUnreadable: (file, why) => `无法读取密钥 ${file}：${why}`,
  questions: {
    stationId: '场站编号（与道闸平台一致）',
    stationName: '场站名称',
    gateUrl: '道闸平台的基础地址，例如 http://www.example.com/parkpot-service/',
    dialect: '道闸平台的协议（carpark、keytop、bolink、teld）',
    portName: '道闸平台分配的账号（carpark portName、keytop appId、bolink unionId、teld operatorId）',
    parkId: '道闸平台分配的车场编号（bolink：comid）',
    brokerUrl: 'MQTT 服务器地址',
  },
  comments: {
    head: 'pilegate 配置。编号必须加引号。全部配置项见 config.example.yaml',
    check: '修改后请运行 pilegate check；完整检查：pilegate doctor',
    station: '与道闸平台一致',
    timeZone: '不带时区的时间按此时区读取',
    gate: '道闸平台',
    key: '密钥不写在本文件中：放在旁边的文件 gate.key，或 systemd 凭据 gate.key',
    secrets:
      '密钥不写在本文件中：放在旁边的文件 gate.operatorSecret、gate.dataSecret、gate.dataSecretIv、gate.sigSecret',
    mqtt: '充电桩发布消息的服务器',
    login: '需要登录时填写；密码放在旁边的文件 mqtt.password',
    sources: '哪些消息是充电结束；请按充电桩的消息修改 topic 和 profile',
    profile: '现成规则，或自己写 fields:（docs/mapping.md）',
    devices: '充电桩及其车位',
  },
  askKey: '道闸平台分配的密钥（不显示；留空则以后再填）：',
  askWrite: (file) => `写入 ${file}？[y/N] `,
  missing: (options) => `错误：没有终端时必须给出：${options}`,
  emptyKey: (file) => `${file} 中没有密钥`,
  left: (file) => `${file} 已存在，保持不变；如需重新生成，请先移走它`,
  written: (file) => `已写入 ${file}`,
  notWritten: '没有写入任何文件',
  trying: '开始检查：',
  next: '下一步：',
  nextKey: (file) => `把道闸平台分配的密钥写入 ${file}（chmod 600）`,
  nextSecrets: (folder) =>
    `把平台分配的四个密钥放入 ${folder}：gate.operatorSecret、gate.dataSecret、gate.dataSecretIv、gate.sigSecret（chmod 600）`,
  nextSources: (file) =>
    `按充电桩的消息修改 ${file} 中的 sources：pilegate capture 可查看消息，pilegate check --event 可试一条`,
  nextMend: (command) => `先处理上面的红色项，再检查：${command}`,
  nextStart: (command) => `启动：${command}`,
};
