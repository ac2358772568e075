import type { support as english } from '../en/support.ts';

/** 支持包。 */
export const support: typeof english = {
  exists: (file) => `${file} 已存在，不会覆盖；请换一个文件名`,
  unwritable: (file, why) => `无法写入 ${file}：${why}`,
  collecting: '正在收集，最多需要一分钟',
  bundled: (file, names, bytes) =>
    `${file}：${names}；${Math.ceil(bytes / 1024)} KiB，不含车牌、VIN、密钥和密码；场站、地址和订单号保留`,
};
