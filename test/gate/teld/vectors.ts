import { createCipheriv, createHmac } from 'node:crypto';

/** The appendix of T/CEC 102 part 4, quoted by public code in two languages: all its secrets are this text. */
export const STANDARD = {
  secrets: { data: '1234567890abcdef', iv: '1234567890abcdef', sig: '1234567890abcdef' },
  data: 'il7B0BSEjFdzpyKzfOFpvg/Se1CP802RItKYFPfSLRxJ3jf0bVl9hvYOEktPAYW2nd7S8MBcyHYyacHKbISq5iTmDzG+ivnR+SZJv3USNTYVMz9rCQVSxd0cLlqsJauko79NnwQJbzDTyLooYoIwz75qBOH2/xOMirpeEqRJrF/EQjWekJmGk9RtboXePu2rka+Xm51syBPhiXJAq0GfbfaFu9tNqs/e2Vjja/ltE1M0lqvxfXQ6da6HrThsm5id4ClZFIi0acRfrsPLRixS/IQYtksxghvJwbqOsbIsITail9Ayy4tKcogeEZiOO+4Ed264NSKmk7l3wKwJLAFjCFogBx8GE3OBz4pqcAn/ydA=',
};

/** A published query_token of the same secrets. */
export const TOKEN_QUERY = {
  data: 'mYvffpNoFf4E/ZTC1tOw41TC5OlkEobfAYCm5N8hEusaLUaUIqOrXtdbMrSck0DSmfM7mRuOGMoCQzH0nWPGuw==',
};

/** The worked example: made up, computed by hand. */
export const EXAMPLE = {
  operatorId: 'MA1234567',
  secrets: { data: 'dataSecret000001', iv: 'dataSecretIV0001', sig: 'sigSecret0000001' },
  tokenQuery: {
    OperatorID: 'MA1234567',
    Data: 'o+nCwghIdQaJBbnTyQolEdL14/EA+uDtDwyDGsp6eZC+9Ds3Suz+aG4YQJLv2A6bOqCjmPK0zcmpo9oOR0qnRg==',
    TimeStamp: '20261124091231',
    Seq: '0001',
    Sig: '8313D58D3564FA3AB90BB4BE6AAC437D',
  },
  notificationPlain:
    '{"StartChargeSeq":"2026112408000001","StationID":"3302120001","StationName":"示例充电站","ConnectorID":"D001","ConnectorName":"1号直流桩","ParkID":"3302122004","ParkNo":"A-01","PlateNum":"浙BD12345","StartTime":"2026-11-24 08:00:00","EndTime":"2026-11-24 09:12:30","Power":32.15,"TotalMoney":25.1,"CalculationMethod":3}',
  notification: {
    OperatorID: 'MA1234567',
    Data: 'BTH64NH2DpO1aJDSJSISEVo1k4p16Jjx1nw+4PiiAqrRqxP3GqgteNlkHh5UKHJ7P06NPn3r1AID/h7b4saLiUNvKF3509wu39khkynSrJYvIASJHHk/2SY022uEvxKejiyy6Yc/kzMhiF6970b49uyc6uDxwhFUVX/+wSOJeA9KWSyUUIy9bh0vAmisNsfNKpAov1LddCvkbXVjZTg7I5TxVfoL7IAl8BX85SVnugImlzQbpV8OPieUtXGRwJc0kZRTPXkUtX8HQRxYvZeaYp+Qt1RAkCC9WQ0M+rT96W6kgMxsXiJFdCgG6X5xaND4I7Zzuh1eOKzDsJne9E87TZLgy2mwzBPec0uhwwAKvGyXIT+rzdfTM2+gYcy55CXy5YuJ48P9EajS6YqS16oiKJ1p2OUf+IEzlPEQdRUESZfzgPJ04V/A2qQ5tlkB5gyV',
    TimeStamp: '20261124091235',
    Seq: '0001',
    Sig: '2BAEB1FF417D402C79B41DFB4DB138C7',
  },
};

/** The worked answers. */
export const ANSWERS = {
  token:
    '{"Ret":0,"Msg":"","Data":"o+nCwghIdQaJBbnTyQolEVrquEWKr9fOkFbYSynrqA87wQJoWm5rWEM2N0F6SJIhvl1RH5US+8gfhcT78YNFTstiqbbXOTR4+WxjV5Kbt0qwlS7mXrcQqgfl3VVsYx2YIn1j3D/0OG3OgSQOnXKnrtppGaBlY3i3Dssliy7jnK0=","Sig":"F3ADA7E18197F7CE630E3FB68BC21F0B"}',
  accepted:
    '{"Ret":0,"Msg":"","Data":"BTH64NH2DpO1aJDSJSISEVo1k4p16Jjx1nw+4PiiAqpUvvffOt4SmSaxyu0xJ+3gPr6E0nuC4BYgkRKAQJft5TTQsTjtN2FP0tzGSpqZj8fgEgkmYIjYGAkFW+gThTeukFhqu7dO92dQeQKEFAkh7Q==","Sig":"46C20B9BE0C54B56F3F130256DACD5A0"}',
  refusedUnderRet0:
    '{"Ret":0,"Msg":"成功","Data":"BTH64NH2DpO1aJDSJSISEVo1k4p16Jjx1nw+4PiiAqpUvvffOt4SmSaxyu0xJ+3gMkP8xELybln+GSDhjxO3q6J43EXYjjWFgAQgEbD8ZWlIIp+gcI1fB4Ff8c+qdu+04nivro1afWzGTUq8yW4sIA==","Sig":"5D9C432D41780333776AC1ED37484992"}',
  acceptedUnderRet1:
    '{"Ret":1,"Msg":"充电记录处理成功","Data":"BTH64NH2DpO1aJDSJSISEVo1k4p16Jjx1nw+4PiiAqpUvvffOt4SmSaxyu0xJ+3gPr6E0nuC4BYgkRKAQJft5QjcWMiKZBmhrAkBFEoqJEY=","Sig":"A63E2D125BF93FF7E90367DEE845F8E9"}',
};

/** An answer as a platform makes it with the example's secrets, by our own reading of the standard. */
export function answer(ret: number, msg: string, data: unknown, changed: object = {}): string {
  const { secrets } = EXAMPLE;
  const aes = createCipheriv('aes-128-cbc', secrets.data, secrets.iv);
  const plain = typeof data === 'string' ? data : JSON.stringify(data);
  const sealed = data === undefined ? '' : aes.update(plain, 'utf8', 'base64') + aes.final('base64');
  const hmac = createHmac('md5', secrets.sig).update(`${ret}${msg}${sealed}`, 'utf8').digest('hex');
  return JSON.stringify({ Ret: ret, Msg: msg, Data: sealed, Sig: hmac.toUpperCase(), ...changed });
}
